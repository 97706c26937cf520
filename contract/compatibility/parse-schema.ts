/** Reads the text of an Avro schema (1.12) from anywhere: strictly, within bounds, and never deeper than the stack. */
import { isDefault } from './default-value.ts'
import { isName } from './full-name.ts'
import { isBounded } from './is-bounded.ts'
import { logicalTypeOf } from './logical-type.ts'
import { isArray, isNumber, isObject, parseJson, plainJson, type Json, type JsonObject } from './parse-json.ts'
import { attributesOf, NAME_RULE, NO_ATTRIBUTES, parseAliases, parseNames } from './parse-names.ts'
import { isPrimitive } from './parsed-schema.ts'
import type { NamedType, ParsedEnum, ParsedField, ParsedFixed, ParsedRecord, ParsedSchema } from './parsed-schema.ts'
import { SchemaParseError } from './schema-parse-error.ts'
import { bounded, fault, inside, OUTSIDE, required, shown, textOf, type Place } from './schema-place.ts'

/** Characters. The bounds together keep the parsing of any text, however hostile, well under 100 ms. */
const MAX_TEXT = 1_000_000
const MAX_LEVELS = 100
const MAX_TYPES = 5_000
/** With the types of other schemas that it refers to. */
const MAX_REACH = { types: 20_000, depth: 500 }
/** Steps of checking all defaults: one is tried on every branch of a union, at every level. */
const MAX_STEPS = 100_000
/** The longest array that Java can hold. */
const MAX_FIXED = 2 ** 31 - 9
const SIZE = /^(?:\d{1,10}|-0)$/

const TYPE_WORDS: ReadonlySet<string> = new Set([
  ...['doc', 'fields', 'items', 'name', 'namespace', 'size', 'symbols', 'values', 'type', 'aliases'],
])
const ENUM_WORDS: ReadonlySet<string> = new Set([...TYPE_WORDS, 'default'])
const FIELD_WORDS: ReadonlySet<string> = new Set(['default', 'doc', 'name', 'order', 'type', 'aliases'])

interface Scope {
  /** Types of other schemas, by full name. */
  readonly others: ReadonlyMap<string, ParsedSchema>
  readonly own: Map<string, NamedType>
  /** Records whose fields are being read. */
  readonly unfinished: Set<ParsedRecord>
  types: number
  steps: number
}

/**
 * The schema of the text. `named` holds types of other schemas that it may refer to, by full name.
 * Throws SchemaParseError, whose message begins with the place at fault.
 */
export function parseSchema(text: string, named: ReadonlyMap<string, ParsedSchema> = new Map()): ParsedSchema {
  if (text.length > MAX_TEXT) throw new SchemaParseError('', `it has more than ${MAX_TEXT} characters`)
  const scope: Scope = { others: named, own: new Map(), unfinished: new Set(), types: 0, steps: 0 }
  const schema = parseType(parseJson(text), { ...OUTSIDE, names: { characters: 0 } }, scope)
  if (named.size === 0 || isBounded(schema, MAX_REACH)) return schema
  const { types, depth } = MAX_REACH
  throw new SchemaParseError('', `with the types it refers to it has more than ${types} types, or ${depth} levels`)
}

function parseType(json: Json, place: Place, scope: Scope): ParsedSchema {
  if (place.level > MAX_LEVELS) throw fault(place, `types are nested deeper than ${MAX_LEVELS} levels`)
  if (++scope.types > MAX_TYPES) throw fault(place, `it has more than ${MAX_TYPES} types`)
  if (typeof json === 'string') return typeNamed(json, place, scope)
  if (isArray(json)) return parseUnion(json, place, scope)
  if (!isObject(json)) throw fault(place, `${shown(json)} is not a type`)
  const type = textOf(json, 'type')
  if (type === null) throw fault(place, 'a type needs a "type" with the name of a type')
  if (isPrimitive(type)) return { type, ...attributed(json, type) }
  if (type === 'record' || type === 'error') return parseRecord(json, type === 'error', place, scope)
  if (type === 'enum') return parseEnum(json, place, scope)
  if (type === 'fixed') return parseFixed(json, place, scope)
  if (type === 'array') return { type, items: parsePart(json, 'items', place, scope), ...attributed(json, type) }
  if (type === 'map') return { type, values: parsePart(json, 'values', place, scope), ...attributed(json, type) }
  return typeNamed(type, place, scope)
}

function parsePart(json: JsonObject, key: string, place: Place, scope: Scope): ParsedSchema {
  return parseType(required(json, key, place), inside(place, key), scope)
}

function typeNamed(name: string, place: Place, scope: Scope): ParsedSchema {
  if (isPrimitive(name)) return { type: name, attributes: NO_ATTRIBUTES, logicalType: null }
  bounded(name, place)
  const full = place.namespace === null || name.includes('.') ? name : `${place.namespace}.${name}`
  bounded(full, place)
  // A short name that its namespace does not know may still be one without a namespace.
  const found = known(full, scope) ?? known(name, scope)
  if (found === undefined) throw fault(place, `no type ${shown(full)} is defined before this place`)
  return found
}

function known(full: string, { own, others }: Scope): ParsedSchema | undefined {
  return own.get(full) ?? others.get(full)
}

function define(type: NamedType, place: Place, scope: Scope): void {
  if (known(type.name, scope)) throw fault(place, `${shown(type.name)} is already defined: refer to it by its name`)
  scope.own.set(type.name, type)
}

function parseUnion(json: readonly Json[], place: Place, scope: Scope): ParsedSchema {
  const names = new Set<string>()
  const branches = json.map((item, index) => {
    const at = inside(place, index)
    const branch = parseType(item, at, scope)
    if (branch.type === 'union') throw fault(at, 'a union cannot directly contain a union')
    const name = 'name' in branch ? branch.name : branch.type
    if (names.has(name)) throw fault(at, `the union already has ${shown(name)}`)
    names.add(name)
    return branch
  })
  return { type: 'union', branches }
}

function parseRecord(json: JsonObject, isError: boolean, place: Place, scope: Scope): ParsedRecord {
  const list = json.get('fields')
  if (list === undefined || !isArray(list)) throw fault(place, 'a record needs "fields", an array')
  const [named, namespace] = parseNames(json, place)
  const fields: ParsedField[] = []
  const record: ParsedRecord = { type: 'record', ...named, isError, fields, ...attributed(json, 'record') }
  // Before its fields, which may hold it again.
  define(record, place, scope)
  scope.unfinished.add(record)
  const names = new Set<string>()
  for (const [index, item] of list.entries()) {
    const at = { ...inside(place, `fields/${index}`), namespace }
    const field = parseField(item, at, scope)
    if (names.has(field.name)) throw fault(at, `the record already has a field ${shown(field.name)}`)
    names.add(field.name)
    fields.push(field)
  }
  scope.unfinished.delete(record)
  return record
}

function parseField(json: Json, place: Place, scope: Scope): ParsedField {
  if (!isObject(json)) throw fault(place, `${shown(json)} is not a field`)
  const name = textOf(json, 'name')
  if (name === null) throw fault(place, 'a field needs a "name"')
  bounded(name, place)
  if (!isName(name)) throw fault(place, `${shown(name)} cannot be the name of a field: ${NAME_RULE}`)
  const type = parseType(required(json, 'type', place), { ...inside(place, 'type'), level: place.level }, scope)
  return {
    name,
    aliases: parseAliases(json, place),
    doc: textOf(json, 'doc'),
    type,
    default: parseDefault(json.get('default'), type, inside(place, 'default'), scope),
    order: parseOrder(json.get('order'), inside(place, 'order')),
    attributes: attributesOf(json, FIELD_WORDS),
  }
}

function parseDefault(json: Json | undefined, type: ParsedSchema, place: Place, scope: Scope): ParsedField['default'] {
  if (json === undefined) return null
  const fits = isDefault(json, type, {
    fieldsOf(record) {
      if (!scope.unfinished.has(record)) return record.fields
      throw fault(place, `${record.name} cannot be a default inside itself`)
    },
    step() {
      if (++scope.steps > MAX_STEPS) throw fault(place, 'the defaults take too long to check')
    },
  })
  if (!fits) throw fault(place, `${shown(json)} is not a value of ${'name' in type ? type.name : `type ${type.type}`}`)
  return { value: plainJson(json) }
}

function parseOrder(json: Json | undefined, place: Place): ParsedField['order'] {
  const order = typeof json === 'string' ? json.toLowerCase() : json
  if (order === undefined) return 'ascending'
  if (order === 'ascending' || order === 'descending' || order === 'ignore') return order
  throw fault(place, `${shown(order)} is not ascending, descending or ignore`)
}

function parseEnum(json: JsonObject, place: Place, scope: Scope): ParsedEnum {
  const list = json.get('symbols')
  if (list === undefined || !isArray(list)) throw fault(place, 'an enum needs "symbols", an array')
  const symbols = new Set<string>()
  for (const [index, symbol] of list.entries()) {
    const at = inside(place, `symbols/${index}`)
    if (typeof symbol !== 'string') throw fault(at, `${shown(symbol)} is not a symbol`)
    if (!isName(bounded(symbol, at))) throw fault(at, `${shown(symbol)} cannot be a symbol: ${NAME_RULE}`)
    if (symbols.has(symbol)) throw fault(at, `the enum already has a symbol ${shown(symbol)}`)
    symbols.add(symbol)
  }
  const fallback = textOf(json, 'default')
  if (fallback !== null && !symbols.has(fallback)) {
    throw fault(inside(place, 'default'), `${shown(fallback)} is not one of its symbols`)
  }
  const [named] = parseNames(json, place)
  const own = { symbols: [...symbols], default: fallback }
  const type: ParsedEnum = { type: 'enum', ...named, ...own, ...attributed(json, 'enum', null, ENUM_WORDS) }
  define(type, place, scope)
  return type
}

function parseFixed(json: JsonObject, place: Place, scope: Scope): ParsedFixed {
  const given = json.get('size')
  const literal = given !== undefined && isNumber(given) && SIZE.test(given.literal) ? given.literal : null
  const size = Number(literal)
  if (literal === null || size > MAX_FIXED) throw fault(place, `a fixed needs a "size" of 0 to ${MAX_FIXED} bytes`)
  const [named] = parseNames(json, place)
  const type: ParsedFixed = { type: 'fixed', ...named, size, ...attributed(json, 'fixed', size) }
  define(type, place, scope)
  return type
}

function attributed(json: JsonObject, type: string, size: number | null = null, reserved = TYPE_WORDS) {
  return { attributes: attributesOf(json, reserved), logicalType: logicalTypeOf(json, type, size) }
}
