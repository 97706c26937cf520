/** What a dump says about itself. It is written last: a directory without one is no dump. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Position } from '../commit/command.ts'
import type { WrittenFile } from './container-file.ts'
import { DumpFailure } from './dump-failure.ts'

export const FORMAT = 2
export const EVENTS_FILE = 'events.avro'
export const COMMANDS_FILE = 'commands.avro'
export const MANIFEST_FILE = 'manifest.json'

export interface Manifest {
  readonly format: typeof FORMAT
  /** The log was dumped up to here: the number of its events. */
  readonly head: Position
  readonly events: WrittenFile
  readonly commands: WrittenFile
}

/** Throws a DumpFailure where it is missing or of an unknown format. */
export async function readManifest(directory: string): Promise<Manifest> {
  const path = join(directory, MANIFEST_FILE)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new DumpFailure('foreign-dump', `${directory} is not a dump: ${MANIFEST_FILE} cannot be read`, { cause })
  })
  const value = parsed(text)
  if (!isManifest(value)) throw new DumpFailure('foreign-dump', `${path} is not of format ${FORMAT}`)
  return value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false
  return (
    'format' in value &&
    value.format === FORMAT &&
    'head' in value &&
    Number.isSafeInteger(value.head) &&
    'events' in value &&
    isWrittenFile(value.events) &&
    'commands' in value &&
    isWrittenFile(value.commands)
  )
}

function isWrittenFile(value: unknown): value is WrittenFile {
  if (typeof value !== 'object' || value === null) return false
  return (
    'records' in value &&
    Number.isSafeInteger(value.records) &&
    'bytes' in value &&
    Number.isSafeInteger(value.bytes) &&
    'sha256' in value &&
    typeof value.sha256 === 'string'
  )
}
