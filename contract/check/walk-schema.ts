/** Visits every field and every named type of an event, each where it is defined. */
import {
  isUnion,
  type AvroSchema,
  type EventSchema,
  type FieldSchema,
  type NamedSchema,
} from '../../schemas/avro-schema.ts'

export interface FieldPlace {
  /** `lines[].unitPrice.amount`; the values of a map are `{}`. */
  readonly path: string
  readonly field: FieldSchema
  /** The other fields of the record that it stands in, itself included. */
  readonly siblings: readonly FieldSchema[]
  /** Whether the record is the event itself. */
  readonly ofEvent: boolean
}

export interface TypePlace {
  readonly path: string
  readonly schema: NamedSchema
}

export interface Places {
  readonly fields: readonly FieldPlace[]
  /** Without the event itself. */
  readonly types: readonly TypePlace[]
}

/** The parts of a schema that stands at a path, and where each stands. Named types that are only referred to have none. */
export function partsOf(
  schema: AvroSchema,
  path: string,
): readonly { readonly schema: AvroSchema; readonly path: string }[] {
  if (typeof schema === 'string') return []
  if (isUnion(schema)) return schema.map((branch) => ({ schema: branch, path }))
  if (schema.type === 'array') return [{ schema: schema.items, path: `${path}[]` }]
  if (schema.type === 'map') return [{ schema: schema.values, path: `${path}{}` }]
  return []
}

export function placesOf(event: EventSchema): Places {
  const fields: FieldPlace[] = []
  const types: TypePlace[] = []
  const visitFields = (siblings: readonly FieldSchema[], prefix: string): void => {
    for (const field of siblings) {
      const path = `${prefix}${field.name}`
      fields.push({ path, field, siblings, ofEvent: prefix === '' })
      visit(field.type, path)
    }
  }
  const visit = (schema: AvroSchema, path: string): void => {
    for (const part of partsOf(schema, path)) visit(part.schema, part.path)
    if (typeof schema === 'string' || isUnion(schema) || !('name' in schema)) return
    types.push({ path, schema })
    if (schema.type === 'record') visitFields(schema.fields, `${path}.`)
  }
  visitFields(event.fields, '')
  return { fields, types }
}
