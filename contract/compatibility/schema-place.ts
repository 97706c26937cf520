/** Where in a schema its reader is, and what it says when something is wrong there. */
import { cut } from './cut.ts'
import { plainJson, type Json, type JsonObject } from './parse-json.ts'
import { SchemaParseError } from './schema-parse-error.ts'

const SHOWN = 60
/** Characters of a name, alone and with its namespace. */
const MAX_NAME = 1_000
/** Characters of all names, each where it is met, with its namespace: a short text may join a long one to thousands. */
const MAX_NAMES = 2_000_000

export interface Place {
  /** A JSON pointer. */
  readonly path: string
  readonly namespace: string | null
  readonly level: number
  /** Of the whole schema. */
  readonly names: { characters: number }
}

export const OUTSIDE: Omit<Place, 'names'> = { path: '', namespace: null, level: 0 }

export function inside(place: Place, part: string | number): Place {
  return { ...place, path: `${place.path}/${part}`, level: place.level + 1 }
}

/** The name, or a fault where it is too long, or there are too many long ones. Before anything is joined to it. */
export function bounded(name: string, place: Place): string {
  if (name.length > MAX_NAME) throw fault(place, `a name has more than ${MAX_NAME} characters`)
  place.names.characters += name.length
  if (place.names.characters <= MAX_NAMES) return name
  throw fault(place, `its names have more than ${MAX_NAMES} characters, with their namespaces`)
}

export function fault(place: Place, what: string): SchemaParseError {
  return new SchemaParseError(place.path, what)
}

/** A value as a message quotes it. */
export function shown(json: Json): string {
  return cut(JSON.stringify(plainJson(json)), SHOWN)
}

export function required(json: JsonObject, key: string, place: Place): Json {
  const value = json.get(key)
  if (value === undefined) throw fault(place, `"${key}" is missing`)
  return value
}

/** What is not a text counts as not given, as in every reader. */
export function textOf(json: JsonObject, key: string): string | null {
  const value = json.get(key)
  return typeof value === 'string' ? value : null
}
