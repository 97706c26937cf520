/** What a new version consists of: the files to write, with everything decided and nothing written yet. */
import type { EventSchema } from '../../schemas/avro-schema.ts'
import { breaches } from '../compatibility/levels.ts'
import { parseSchema } from '../compatibility/parse-schema.ts'
import { SchemaParseError } from '../compatibility/schema-parse-error.ts'
import { RETIRED } from './retired.ts'
import { readSchemaFiles, SchemaRuleError, textOf, type SchemaFile } from './schema-files.ts'
import { fieldOf, type FieldRequest, type KnownTypes } from './field-type.ts'
import { formatSchema } from './format-schema.ts'
import { firstVersion, knownTypes, nextVersion } from './next-version.ts'
import { addRetirement, addUpcaster } from './upcaster-stub.ts'
import { versionsByEvent } from '../diff/versions-by-event.ts'
import { EVENT_LEVEL } from '../subject.ts'

export type VersionRequest = {
  readonly event: string
  readonly add: readonly FieldRequest[]
} & (
  | { readonly kind: 'next'; readonly remove: readonly string[] }
  | { readonly kind: 'first'; readonly stream: string; readonly doc: string }
  /** A new event in place of one that is retired by it. */
  | { readonly kind: 'replacement'; readonly name: string; readonly reason: string; readonly remove: readonly string[] }
)

export interface NewVersion {
  readonly event: string
  readonly version: number
  /** Relative to the folder, with their whole text; the schema file first. */
  readonly files: readonly { readonly path: string; readonly text: string }[]
}

/** Throws SchemaRuleError, and writes nothing. */
export function newVersion(folder: string, request: VersionRequest): NewVersion {
  const byEvent = versionsByEvent(readSchemaFiles(folder))
  const known = knownTypes([...byEvent.values()].flatMap((versions) => versions.slice(-1)))
  const versions = byEvent.get(request.event) ?? []
  switch (request.kind) {
    case 'first': {
      if (versions.length > 0) throw new SchemaRuleError(`${request.event} already has versions: leave out --stream`)
      const { event, stream, doc } = request
      const fields = request.add.map((field) => fieldOf(field, known))
      return made(firstVersion({ event, stream, doc, fields }, known), 1)
    }
    case 'next': {
      const last = newestOf(request.event, versions)
      const next = edited(last.schema, request, known)
      requireCompatible(versions, next)
      return made(next, last.version + 1)
    }
    case 'replacement': {
      const { event, name, reason } = request
      if (byEvent.has(name)) throw new SchemaRuleError(`${name} already has versions: choose another name`)
      const last = newestOf(event, versions)
      const next = { ...edited(last.schema, request, known), name }
      const { files, ...version } = made(next, 1)
      const retired = { path: RETIRED, text: addRetirement(textOf(folder, RETIRED), event, name, reason) }
      const upcasters = {
        path: 'upcasters.ts',
        text: addUpcaster(textOf(folder, 'upcasters.ts') ?? '', last.schema, next),
      }
      return { ...version, files: [...files, retired, upcasters] }
    }
  }
}

function newestOf(event: string, versions: readonly SchemaFile[]): SchemaFile {
  const last = versions.at(-1)
  if (last !== undefined) return last
  throw new SchemaRuleError(
    `${event} has no version yet: pass its kind of stream with --stream and its description with --about`,
  )
}

function edited(
  last: EventSchema,
  { add, remove }: { readonly add: readonly FieldRequest[]; readonly remove: readonly string[] },
  known: KnownTypes,
): EventSchema {
  const fields = add.map((field) => fieldOf(field, known))
  return nextVersion(last, { add: fields, remove }, known)
}

/** A version that cannot be read by all others is no version: it is better told before there is a file of it. */
function requireCompatible(versions: readonly SchemaFile[], next: EventSchema): void {
  const earlier = versions.map(({ parsed }) => parsed)
  const [breach] = breaches(EVENT_LEVEL, parsed(next), earlier)
  if (breach === undefined) return
  const who =
    breach.direction === 'backward'
      ? `it could not read events of version ${breach.version}`
      : `readers of version ${breach.version} could not read it`
  throw new SchemaRuleError(
    `${next.name} cannot change like this in a new version: ${who} (${breach.type} at ${breach.path}: ${breach.message})`,
  )
}

function parsed(schema: EventSchema) {
  try {
    return parseSchema(JSON.stringify(schema))
  } catch (error) {
    if (error instanceof SchemaParseError) throw new SchemaRuleError(error.message, { cause: error })
    throw error
  }
}

function made(schema: EventSchema, version: number): NewVersion {
  parsed(schema)
  const path = `${schema.name}/v${version}.avsc`
  return { event: schema.name, version, files: [{ path, text: formatSchema(schema) }] }
}
