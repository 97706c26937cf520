/** Makes the next version of an event from the last, or the first of a new one. */
import type { EventSchema, FieldSchema, NamedSchema } from '../../schemas/avro-schema.ts'
import { namedIn } from './events-source.ts'
import { NAMESPACE } from './schema-file-faults.ts'
import { SchemaRuleError, type SchemaFile } from './schema-files.ts'
import { withDefinitions } from './with-definitions.ts'

export interface Edits {
  readonly add: readonly FieldSchema[]
  /** Names of fields of the event itself. */
  readonly remove: readonly string[]
}

/** The named types of the newest versions, by name. Events agree about those that they share. */
export function knownTypes(newest: readonly SchemaFile[]): ReadonlyMap<string, NamedSchema> {
  return new Map(newest.flatMap((file) => [...namedIn(file)].map(([name, { schema }]) => [name, schema] as const)))
}

/** Throws SchemaRuleError when a field to be removed is not there, or one to be added is. */
export function nextVersion(
  last: EventSchema,
  { add, remove }: Edits,
  known: ReadonlyMap<string, NamedSchema>,
): EventSchema {
  const missing = remove.find((name) => !last.fields.some((field) => field.name === name))
  if (missing !== undefined) throw new SchemaRuleError(`${last.name} has no field ${missing}`)
  const kept = last.fields.filter(({ name }) => !remove.includes(name))
  const twice = add.find(({ name }, index) => [...kept, ...add.slice(0, index)].some((field) => field.name === name))
  if (twice !== undefined) throw new SchemaRuleError(`${last.name} already has a field ${twice.name}`)
  return { ...last, fields: withDefinitions([...kept, ...add], known) }
}

export interface FirstVersion {
  readonly event: string
  /** The kind of stream it is appended to. */
  readonly stream: string
  readonly doc: string
  readonly fields: readonly FieldSchema[]
}

export function firstVersion(
  { event, stream, doc, fields }: FirstVersion,
  known: ReadonlyMap<string, NamedSchema>,
): EventSchema {
  const none: EventSchema = { type: 'record', name: event, namespace: NAMESPACE, doc, stream, fields: [] }
  return nextVersion(none, { add: fields, remove: [] }, known)
}
