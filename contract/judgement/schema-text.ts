/**
 * The text by which schemas are distinguished: as Java's Avro 1.12 writes them (`Schema.toString()`), so that all spellings
 * of one schema are one. Names stand as short as where they are allows it, what says nothing is left out. Docs, defaults,
 * aliases and all properties stay, so a change of a doc is another schema.
 */
import { fullName } from '../compatibility/full-name.ts'
import { isArray, isNumber, isObject, parseJson, type Json, type JsonObject } from '../compatibility/parse-json.ts'
import { isPrimitive } from '../compatibility/parsed-schema.ts'
import type {
  Attributes,
  NamedType,
  ParsedArray,
  ParsedField,
  ParsedMap,
  ParsedPrimitive,
  ParsedSchema,
} from '../compatibility/parsed-schema.ts'

/** Where a type is written. */
interface Around {
  readonly namespace: string | null
  /** Properties, which Avro does not know, are sorted too. */
  readonly normalize: boolean
}

const DEFINITIONS: ReadonlySet<string> = new Set(['record', 'error', 'enum', 'fixed'])
/** What a name must not look like where its namespace is left out. */
const TYPE_WORDS: ReadonlySet<string> = new Set(['record', 'enum', 'array', 'map', 'union', 'fixed'])
const EMPTY: JsonObject = new Map()
const INTEGER = /^-?\d+$/

/** `schema` is the text as it was parsed; values are taken from the text, where numbers have all their digits. */
export function schemaText(text: string, schema: ParsedSchema, { normalize }: { readonly normalize: boolean }): string {
  return typeText(parseJson(text), schema, { namespace: null, normalize })
}

function typeText(json: Json | undefined, type: ParsedSchema, around: Around): string {
  if (type.type === 'union') {
    const branches = json !== undefined && isArray(json) ? json : []
    return `[${type.branches.map((branch, index) => typeText(branches[index], branch, around)).join(',')}]`
  }
  const object = json !== undefined && isObject(json) ? json : EMPTY
  if ('name' in type) {
    const isDefinition = DEFINITIONS.has(String(object.get('type')))
    return isDefinition ? definitionText(object, type, around) : JSON.stringify(nameIn(around.namespace, type.name))
  }
  const properties = propertyTexts(object, type.attributes, around)
  const parts = partTexts(object, type, around)
  // {"type": "string"} is "string".
  if (parts.length === 0 && properties.length === 0) return `"${type.type}"`
  return objectText([['type', `"${type.type}"`], ...parts, ...properties])
}

/** What an array or a map holds; a primitive holds nothing. */
function partTexts(
  json: JsonObject,
  type: ParsedPrimitive | ParsedArray | ParsedMap,
  around: Around,
): readonly Entry[] {
  if (type.type === 'array') return [['items', typeText(json.get('items'), type.items, around)]]
  return type.type === 'map' ? [['values', typeText(json.get('values'), type.values, around)]] : []
}

type Entry = readonly [attribute: string, text: string]

function definitionText(json: JsonObject, type: NamedType, around: Around): string {
  const { namespace, short } = fullName(type.name, null)
  const inside = { ...around, namespace }
  return objectText([
    ['type', type.type === 'record' && type.isError ? '"error"' : `"${type.type}"`],
    ['name', JSON.stringify(short)],
    ...some(namespace !== around.namespace, 'namespace', namespace ?? ''),
    ...some(type.doc !== null, 'doc', type.doc),
    ...ownTexts(json, type, inside),
    ...propertyTexts(json, type.attributes, around),
    ...aliasTexts(type.aliases.map((alias) => nameIn(namespace, alias))),
  ])
}

function ownTexts(json: JsonObject, type: NamedType, inside: Around): readonly Entry[] {
  switch (type.type) {
    case 'record': {
      const list = json.get('fields')
      const fields = list !== undefined && isArray(list) ? list : []
      return [['fields', `[${type.fields.map((field, index) => fieldText(fields[index], field, inside)).join(',')}]`]]
    }
    case 'enum':
      return [['symbols', JSON.stringify(type.symbols)], ...some(type.default !== null, 'default', type.default)]
    case 'fixed':
      return [['size', String(type.size)]]
  }
}

function fieldText(json: Json | undefined, field: ParsedField, around: Around): string {
  const object = json !== undefined && isObject(json) ? json : EMPTY
  const value = object.get('default')
  return objectText([
    ['name', JSON.stringify(field.name)],
    ['type', typeText(object.get('type'), field.type, around)],
    ...some(field.doc !== null, 'doc', field.doc),
    ...(value === undefined ? [] : [['default', defaultText(value, field.type)] as const]),
    ...some(field.order !== 'ascending', 'order', field.order),
    ...propertyTexts(object, field.attributes, around),
    ...aliasTexts(field.aliases),
  ])
}

/** Numbers of floating point may be given as text. */
function defaultText(value: Json, { type }: ParsedSchema): string {
  const number = (type === 'float' || type === 'double') && typeof value === 'string' ? Number(value) : NaN
  return Number.isFinite(number) ? doubleText(number) : valueText(value)
}

function aliasTexts(aliases: readonly string[]): readonly Entry[] {
  return some(aliases.length > 0, 'aliases', aliases)
}

function propertyTexts(json: JsonObject, attributes: Attributes, { normalize }: Around): readonly Entry[] {
  const names = [...attributes.keys()]
  if (normalize) names.sort()
  return names.map((name) => [name, valueText(json.get(name) ?? null)])
}

function some(isSaid: boolean, attribute: string, value: unknown): readonly Entry[] {
  return isSaid ? [[attribute, JSON.stringify(value)]] : []
}

function objectText(entries: readonly Entry[]): string {
  return `{${entries.map(([attribute, text]) => `${JSON.stringify(attribute)}:${text}`).join(',')}}`
}

/** Without its namespace where that holds already. */
function nameIn(namespace: string | null, name: string): string {
  const { namespace: own, short } = fullName(name, null)
  return own === namespace && !isPrimitive(short) && !TYPE_WORDS.has(short) ? short : name
}

function valueText(value: Json): string {
  if (isArray(value)) return `[${value.map(valueText).join(',')}]`
  if (isNumber(value)) return numberText(value.literal)
  if (!isObject(value)) return JSON.stringify(value)
  return objectText([...value].map(([key, inner]) => [key, valueText(inner)]))
}

/** Whole numbers keep their digits: JavaScript would round them beyond 2^53. */
function numberText(literal: string): string {
  if (INTEGER.test(literal)) return literal === '-0' ? '0' : literal
  const number = Number(literal)
  return Number.isFinite(number) ? doubleText(number) : literal
}

/** 1.0 and 1.00 are one, and not 1. */
function doubleText(number: number): string {
  const text = Object.is(number, -0) ? '-0' : String(number)
  return INTEGER.test(text) ? `${text}.0` : text
}
