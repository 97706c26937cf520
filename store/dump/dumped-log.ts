/** The log as a dump has it, read without a database. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Position } from '../commit/command.ts'
import { LogGap, type RecordedEvent } from '../log/feed.ts'
import type { LogSource } from '../log/log-source.ts'
import { containerBatches, sha256Of } from './container-file.ts'
import { DumpFailure } from './dump-failure.ts'
import { EVENTS_FILE, readManifest } from './manifest.ts'
import { eventRecordSchema, type EventRecord } from './records.ts'

const BATCH = 5_000

/** A directory that `db dump` has made, or its file of events alone, which says nothing about its end. Throws DumpFailure. */
export async function dumpedLog(path: string): Promise<LogSource> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new DumpFailure('foreign-dump', `${path} cannot be read`, { cause })
  })
  if (!found.isDirectory()) return { head: null, pages: (after) => pages(path, after) }
  const { head, events } = await readManifest(path)
  const file = join(path, EVENTS_FILE)
  const sha256 = await sha256Of(file).catch((cause: unknown) => {
    throw new DumpFailure('damaged-dump', `${file} cannot be read`, { cause })
  })
  if (sha256 !== events.sha256) {
    throw new DumpFailure('damaged-dump', `${file} is not the file that the manifest describes`)
  }
  return { head, pages: (after) => pages(file, after) }
}

async function* pages(file: string, after: Position): AsyncGenerator<readonly RecordedEvent[]> {
  let position: Position = 0
  for await (const batch of containerBatches<EventRecord>(file, { schema: eventRecordSchema, size: BATCH })) {
    for (const event of batch) if (event.position !== ++position) throw new LogGap(position, event.position)
    if (position > after) yield batch.filter((event) => event.position > after)
  }
}
