/** Reads the schema files of a folder: `<Event>/v<version>.avsc`. Used while generating, never by the running service. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventSchema } from './avro-schema.ts'

export interface SchemaFile {
  readonly event: string
  readonly version: number
  readonly text: string
  readonly schema: EventSchema
}

/** A rule of schemas/README.md is broken; the message says which file and which rule. */
export class SchemaRuleError extends Error {
  readonly code = 'schema-rule-broken'
  readonly retriable = false
  override readonly name = 'SchemaRuleError'
}

const NAMESPACE = 'orderledger'

/** Every version of every event, by stream, event and version. Throws SchemaRuleError when names or versions do not add up. */
export function readSchemaFiles(folder: string): readonly SchemaFile[] {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^[A-Z]/.test(entry.name))
    .flatMap((entry) => readVersions(folder, entry.name))
  return files.sort(
    (a, b) => compare(a.schema.stream, b.schema.stream) || compare(a.event, b.event) || a.version - b.version,
  )
}

function readVersions(folder: string, event: string): readonly SchemaFile[] {
  const names = readdirSync(join(folder, event)).filter((name) => name.endsWith('.avsc'))
  const files = names.map((_, index) => {
    const path = join(folder, event, `v${index + 1}.avsc`)
    if (!existsSync(path))
      throw new SchemaRuleError(`${event}: versions run from 1 without a gap, v${index + 1} is missing`)
    return parseSchemaFile(event, index + 1, readFileSync(path, 'utf8'))
  })
  const streams = new Set(files.map((file) => file.schema.stream))
  if (streams.size > 1)
    throw new SchemaRuleError(`${event}: its versions name different streams: ${[...streams].join(', ')}`)
  return files
}

function parseSchemaFile(event: string, version: number, text: string): SchemaFile {
  const schema = JSON.parse(text) as EventSchema
  const refuse = (rule: string) => new SchemaRuleError(`${event}/v${version}.avsc: ${rule}`)
  if (schema.type !== 'record' || schema.name !== event) throw refuse(`it must be a record named ${event}`)
  if (schema.namespace !== NAMESPACE) throw refuse(`its namespace must be ${NAMESPACE}`)
  if (!/^[a-z]+$/.test(schema.stream)) throw refuse('"stream" must name the kind of stream it is appended to')
  for (const field of schema.fields) {
    // `type` is the discriminator of the union of events, so no field can have that name.
    if (field.name === 'type') throw refuse('a field cannot be named type')
    if (!field.doc) throw refuse(`field ${field.name} needs a doc`)
  }
  return { event, version, text, schema }
}

/** By code unit: the order must not depend on the locale of the machine that generates. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
