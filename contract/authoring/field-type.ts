/** What people write for the type and the default of a field, as Avro. */
import { avroType } from '../../schemas/avro-types.ts'
import type { AvroSchema, FieldSchema, NamedSchema } from '../../schemas/avro-schema.ts'
import { isPrimitive } from '../compatibility/parsed-schema.ts'
import { SchemaRuleError } from './schema-files.ts'
import { withDefinitions } from './with-definitions.ts'

/** Types that events share, by name. */
export type KnownTypes = ReadonlyMap<string, NamedSchema>

export const TYPE_HELP =
  'string, long, int, boolean, time, Money or another type of an event; X? optional, X[] a list; or Avro as JSON'

/** `string`, `time?`, `OrderLine[]`, `{"type": "enum", ...}`. Throws SchemaRuleError. */
export function fieldType(text: string, known: KnownTypes): AvroSchema {
  const type = text.trim()
  if (type.endsWith('?')) return ['null', fieldType(type.slice(0, -1), known)]
  if (type.endsWith('[]') && !type.startsWith('[')) return { type: 'array', items: fieldType(type.slice(0, -2), known) }
  if (type === 'time') return { type: 'long', logicalType: 'timestamp-millis' }
  if (isPrimitive(type) || known.has(type)) return type
  try {
    const json = JSON.parse(type) as AvroSchema
    if (typeof json === 'object') return json
  } catch {
    // Nobody meant JSON.
  }
  throw new SchemaRuleError(`${JSON.stringify(text)} is not a type: ${TYPE_HELP}`)
}

export interface FieldRequest {
  readonly name: string
  /** As `fieldType` reads it. */
  readonly type: string
  /** JSON, or the text itself for what is a text; null: none was given. */
  readonly default: string | null
  readonly doc: string
}

/** Throws SchemaRuleError when a part of it cannot be read, or the default is no value of the type. */
export function fieldOf(request: FieldRequest, known: KnownTypes): FieldSchema {
  const { name, doc } = request
  const type = fieldType(request.type, known)
  const field = { name, type, doc }
  if (request.default === null) return Array.isArray(type) && type[0] === 'null' ? { ...field, default: null } : field
  const found = [request.default, parsed(request.default)].find((value) =>
    isDefault({ ...field, default: value }, known),
  )
  if (found === undefined) {
    throw new SchemaRuleError(
      `${JSON.stringify(request.default)} is not a valid default for ${name}, whose type is ${request.type}`,
    )
  }
  return { ...field, default: found }
}

function isDefault(field: FieldSchema, known: KnownTypes): boolean {
  try {
    avroType({ type: 'record', name: 'Probe', fields: withDefinitions([field], known) })
    return true
  } catch {
    return false
  }
}

/** Undefined is no default of anything. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
