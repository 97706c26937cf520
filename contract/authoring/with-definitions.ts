/** Puts each named type where it is used first, as Avro asks for, whatever was added before it or removed. */
import { isUnion, type AvroSchema, type FieldSchema, type NamedSchema } from '../../schemas/avro-schema.ts'

/** `known`: what is used by name alone. */
export function withDefinitions(
  fields: readonly FieldSchema[],
  known: ReadonlyMap<string, NamedSchema>,
): readonly FieldSchema[] {
  const defined = new Set<string>()
  const settle = (schema: AvroSchema): AvroSchema => {
    if (typeof schema === 'string') {
      const definition = defined.has(schema) ? undefined : known.get(schema)
      return definition === undefined ? schema : settle(definition)
    }
    if (isUnion(schema)) return schema.map(settle)
    if (schema.type === 'array') return { ...schema, items: settle(schema.items) }
    if (schema.type === 'map') return { ...schema, values: settle(schema.values) }
    if (!('name' in schema)) return schema
    if (defined.has(schema.name)) return schema.name
    defined.add(schema.name)
    return schema.type === 'record' ? { ...schema, fields: settleFields(schema.fields) } : schema
  }
  const settleFields = (of: readonly FieldSchema[]) => of.map((field) => ({ ...field, type: settle(field.type) }))
  return settleFields(fields)
}
