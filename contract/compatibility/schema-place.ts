/** Where in a schema its reader is, and what it says when something is wrong there. */
import { plainJson, type Json, type JsonObject } from './parse-json.ts'
import { SchemaParseError } from './schema-parse-error.ts'

const SHOWN = 60

export interface Place {
  /** A JSON pointer. */
  readonly path: string
  readonly namespace: string | null
  readonly level: number
}

export function inside(place: Place, part: string | number): Place {
  return { path: `${place.path}/${part}`, namespace: place.namespace, level: place.level + 1 }
}

export function fault(place: Place, what: string): SchemaParseError {
  return new SchemaParseError(place.path, what)
}

/** A value as a message quotes it. */
export function shown(json: Json): string {
  const whole = JSON.stringify(plainJson(json))
  return whole.length <= SHOWN ? whole : `${whole.slice(0, SHOWN)}…`
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
