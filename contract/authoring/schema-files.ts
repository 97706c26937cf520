/** Reads the schema files of a folder: `<Event>/v<version>.avsc`. Used while generating, never by the running service. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventSchema } from '../../schemas/avro-schema.ts'
import type { ParsedSchema } from '../compatibility/parsed-schema.ts'
import type { Finding } from '../finding.ts'
import { schemaFileFaults } from './schema-file-faults.ts'

export interface SchemaFile {
  readonly event: string
  readonly version: number
  /** Relative to the folder. */
  readonly file: string
  readonly text: string
  readonly schema: EventSchema
  readonly parsed: ParsedSchema
}

/** The texts of the schema files by their path in the folder, wherever that is kept: on disk, or in a commit. */
export type SchemaTexts = ReadonlyMap<string, string>

export interface SchemaTree {
  /** Those that could be read, by stream, event and version. */
  readonly files: readonly SchemaFile[]
  readonly faults: readonly Finding[]
}

/** A rule of schemas/README.md is broken; the message says which file and which rule. */
export class SchemaRuleError extends Error {
  readonly code = 'schema-rule-broken'
  readonly retriable = false
  override readonly name = 'SchemaRuleError'
}

/** Every version of every event, by stream, event and version. Throws SchemaRuleError when names or versions do not add up. */
export function readSchemaFiles(folder: string): readonly SchemaFile[] {
  const { files, faults } = schemaTree(schemaTexts(folder))
  const [first] = faults
  if (first === undefined) return files
  throw new SchemaRuleError(`${first.file}: ${first.message}`)
}

export function schemaTexts(folder: string): SchemaTexts {
  const paths = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isEventFolder(entry.name))
    .flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`))
    .filter(isSchemaPath)
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

/** Whether a path in the folder of schemas is a schema file of an event. */
export function isSchemaPath(path: string): boolean {
  return isEventFolder(path) && /^[^/]+\/[^/]+\.avsc$/.test(path)
}

/** Everything that can be read, and everything that keeps the rest from it: never throws. */
export function schemaTree(texts: SchemaTexts): SchemaTree {
  const faults: Finding[] = []
  const files: SchemaFile[] = []
  const folders = new Set([...texts.keys()].map((path) => path.slice(0, path.indexOf('/'))))
  for (const event of folders) {
    const paths = [...texts.keys()].filter((path) => path.startsWith(`${event}/`))
    faults.push(...gaps(event, paths))
    const versions = paths.flatMap((path) => parse(event, path, texts.get(path) ?? '', faults))
    faults.push(...disagreements(versions))
    files.push(...versions)
  }
  files.sort((a, b) => compare(a.schema.stream, b.schema.stream) || compare(a.event, b.event) || a.version - b.version)
  return { files, faults }
}

function parse(event: string, file: string, text: string, faults: Finding[]): readonly SchemaFile[] {
  const version = versionOf(file)
  if (version === null) return []
  const { read, faults: own } = schemaFileFaults(event, file, text)
  faults.push(...own)
  return read === null ? [] : [{ event, version, file, text, ...read }]
}

function gaps(event: string, paths: readonly string[]): readonly Finding[] {
  const rule = { code: 'F002', path: '' }
  const faults = paths
    .filter((file) => versionOf(file) === null)
    .map((file) => ({
      ...rule,
      file,
      message: 'schema files must be named v<version>.avsc',
      next: `git mv schemas/${file} schemas/${event}/v<version>.avsc`,
    }))
  const missing = paths.map((_, index) => `${event}/v${index + 1}.avsc`).find((path) => !paths.includes(path))
  if (missing === undefined || faults.length > 0) return faults
  const version = missing.slice(event.length + 1, -'.avsc'.length)
  const message = `versions must run from 1 without a gap; ${version} is missing`
  return [{ ...rule, file: event, message, next: `restore schemas/${missing}, or renumber the newer versions` }]
}

function disagreements(versions: readonly SchemaFile[]): readonly Finding[] {
  const streams = new Set(versions.map((file) => file.schema.stream))
  const newest = versions.toSorted((a, b) => b.version - a.version)[0]
  if (streams.size < 2 || newest === undefined) return []
  const message = `its versions name different streams: ${[...streams].join(', ')}`
  return [{ code: 'F004', file: newest.file, path: 'stream', message, next: `give it the stream of version 1` }]
}

function versionOf(file: string): number | null {
  const digits = /\/v([1-9]\d*)\.avsc$/.exec(file)?.[1]
  return digits === undefined ? null : Number(digits)
}

function isEventFolder(name: string): boolean {
  return /^[A-Z]/.test(name)
}

/** The text of a file of the folder that may be missing. */
export function textOf(folder: string, name: string): string | null {
  const path = join(folder, name)
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

/** By code unit: the order must not depend on the locale of the machine that generates. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
