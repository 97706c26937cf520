/** The names of a type or a field, and what else both may carry. */
import { fullName, isFullName, isName } from './full-name.ts'
import { isArray, plainJson, type JsonObject } from './parse-json.ts'
import { isPrimitive, type Attributes } from './parsed-schema.ts'
import { bounded, fault, inside, shown, textOf, type Place } from './schema-place.ts'

export const NAME_RULE = 'names consist of letters a to z, digits and underscores, and do not start with a digit'

export const NO_ATTRIBUTES: Attributes = new Map()

export interface TypeNames {
  /** With the namespace. */
  readonly name: string
  readonly aliases: readonly string[]
  readonly doc: string | null
}

/** Of a record, an enum or a fixed; and the namespace that holds inside it. */
export function parseNames(json: JsonObject, place: Place): readonly [TypeNames, namespace: string | null] {
  const given = textOf(json, 'name')
  if (given === null) throw fault(place, `${shown(json.get('type') ?? null)} needs a "name"`)
  const around = textOf(json, 'namespace') ?? place.namespace
  bounded(given, place)
  if (around !== null) bounded(around, place)
  const { full, namespace } = fullName(given, around)
  bounded(full, place)
  if (!isFullName(full)) throw fault(place, `${shown(full)} cannot be the name of a type: ${NAME_RULE}`)
  if (isPrimitive(full)) throw fault(place, `${shown(full)} is an Avro type: choose another name`)
  const aliases = parseAliases(json, place).map((alias) => qualifiedAlias(alias, namespace, place))
  return [{ name: full, aliases: [...new Set(aliases)], doc: textOf(json, 'doc') }, namespace]
}

/** As they are written, each once. */
export function parseAliases(json: JsonObject, place: Place): readonly string[] {
  const list = json.get('aliases')
  if (list === undefined) return []
  const at = inside(place, 'aliases')
  if (!isArray(list)) throw fault(at, 'aliases must be an array')
  const aliases = list.map((alias) => {
    if (typeof alias !== 'string') throw fault(at, `${shown(alias)} is not a name`)
    return bounded(alias, at)
  })
  return [...new Set(aliases)]
}

export function attributesOf(json: JsonObject, reserved: ReadonlySet<string>): Attributes {
  const attributes = [...json].filter(([key]) => !reserved.has(key))
  return attributes.length === 0 ? NO_ATTRIBUTES : new Map(attributes.map(([key, value]) => [key, plainJson(value)]))
}

function qualifiedAlias(alias: string, around: string | null, place: Place): string {
  const { full, namespace, short } = fullName(alias, around)
  bounded(full, place)
  if (!isName(short)) throw fault(inside(place, 'aliases'), `${shown(alias)} cannot be an alias: ${NAME_RULE}`)
  return namespace === null && around !== null ? `.${short}` : full
}
