/** Arbitrary values of any Avro schema, for the property specs. */
import fc from 'fast-check'
import { isUnion, type AvroSchema, type NamedSchema } from './avro-schema.ts'
import { eventSchemas, retiredEvents, type DomainEvent, type EventType } from './events.ts'

const INT = { min: -(2 ** 31), max: 2 ** 31 - 1 }

/** Those that are written. */
export const eventTypes = Object.keys(eventSchemas).filter(
  (type) => !Object.hasOwn(retiredEvents, type),
) as readonly EventType[]

/** Events of a type as any program could have made them: every value that its newest schema allows. */
export function arbitraryEvent(type: EventType): fc.Arbitrary<DomainEvent> {
  const newest = eventSchemas[type].versions.at(-1) ?? eventSchemas[type].versions[0]
  return arbitraryValue(newest).map((fields) => ({ ...(fields as object), type }) as DomainEvent)
}

export function arbitraryValue(schema: AvroSchema, named = new Map<string, NamedSchema>()): fc.Arbitrary<unknown> {
  if (isUnion(schema)) return fc.oneof(...schema.map((branch) => arbitraryValue(branch, named)))
  if (typeof schema === 'string') {
    const definition = named.get(schema)
    return definition ? arbitraryValue(definition, named) : arbitraryPrimitive(schema)
  }
  if ('name' in schema) named.set(schema.name, schema)
  if (schema.type === 'array') return fc.array(arbitraryValue(schema.items, named), { maxLength: 5 })
  if (schema.type === 'map') return fc.dictionary(fc.string(), arbitraryValue(schema.values, named))
  if (schema.type === 'enum') return fc.constantFrom(...schema.symbols)
  if (schema.type === 'record') {
    const fields = schema.fields.map((field): [string, fc.Arbitrary<unknown>] => [
      field.name,
      arbitraryValue(field.type, named),
    ])
    return fc.record(Object.fromEntries(fields), { noNullPrototype: true })
  }
  return arbitraryPrimitive(schema.type)
}

function arbitraryPrimitive(name: string): fc.Arbitrary<unknown> {
  if (name === 'null') return fc.constant(null)
  if (name === 'boolean') return fc.boolean()
  if (name === 'int') return fc.integer(INT)
  if (name === 'long') return fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(...LONG_EDGES))
  if (name === 'string') return fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 60 }))
  throw new Error(`no event has a ${name} yet: say here what is arbitrary about it`)
}

const LONG_EDGES = [
  0,
  -1,
  2 ** 52,
  2 ** 52 + 1,
  -(2 ** 52),
  -(2 ** 52) - 1,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
]
