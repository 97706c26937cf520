/**
 * The text by which schemas are told apart: the same JSON with its attributes in the order in which Avro writes them, and
 * without white space. Names, docs and all other attributes stay, so a change of a doc is another schema.
 */
import { isArray, isNumber, isObject, parseJson } from '../compatibility/parse-json.ts'
import type { Json, JsonObject } from '../compatibility/parse-json.ts'

/** In Avro's order; attributes that it does not know come after them, and aliases last. */
const OF_TYPE = 'type name namespace doc fields symbols items values size default'.split(' ')
const OF_FIELD = 'name type doc default order'.split(' ')
const HOLDS_TYPE: ReadonlySet<string> = new Set(['type', 'items', 'values'])

export interface SchemaTextOptions {
  /** Attributes that Avro does not know are sorted too, and what says nothing is left out. */
  readonly normalize: boolean
}

/** `text` has to be a valid schema. */
export function schemaText(text: string, { normalize }: SchemaTextOptions): string {
  return typeText(parseJson(text), normalize)
}

function typeText(type: Json, normalize: boolean): string {
  if (isArray(type)) return `[${type.map((branch) => typeText(branch, normalize)).join(',')}]`
  if (!isObject(type)) return valueText(type)
  const [only] = type.size === 1 ? type.values() : []
  // {"type": "string"} is "string".
  if (only !== undefined) return valueText(only)
  return attributesText(type, { order: OF_TYPE, normalize }, (attribute, value) => {
    if (HOLDS_TYPE.has(attribute)) return typeText(value, normalize)
    if (attribute !== 'fields' || !isArray(value)) return valueText(value)
    return `[${value.map((field) => fieldText(field, normalize)).join(',')}]`
  })
}

function fieldText(field: Json, normalize: boolean): string {
  if (!isObject(field)) return valueText(field)
  return attributesText(field, { order: OF_FIELD, normalize }, (attribute, value) =>
    attribute === 'type' ? typeText(value, normalize) : valueText(value),
  )
}

function attributesText(
  object: JsonObject,
  { order, normalize }: { readonly order: readonly string[]; readonly normalize: boolean },
  write: (attribute: string, value: Json) => string,
): string {
  const others = [...object.keys()].filter((attribute) => attribute !== 'aliases' && !order.includes(attribute))
  if (normalize) others.sort()
  const written = [...order, ...others, 'aliases'].flatMap((attribute) => {
    const value = object.get(attribute)
    if (value === undefined || (normalize && saysNothing(attribute, value))) return []
    return [`${JSON.stringify(attribute)}:${write(attribute, value)}`]
  })
  return `{${written.join(',')}}`
}

function saysNothing(attribute: string, value: Json): boolean {
  return (
    (attribute === 'order' && value === 'ascending') || (attribute === 'aliases' && isArray(value) && !value.length)
  )
}

/** Numbers keep their digits: JavaScript would round a default beyond 2^53, and make 1.0 of a double 1. */
function valueText(value: Json): string {
  if (isArray(value)) return `[${value.map(valueText).join(',')}]`
  if (isNumber(value)) return value.literal
  if (!isObject(value)) return JSON.stringify(value)
  return `{${[...value].map(([key, inner]) => `${JSON.stringify(key)}:${valueText(inner)}`).join(',')}}`
}
