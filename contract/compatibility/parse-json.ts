/**
 * Reads JSON from anywhere for the schema parser. JSON.parse does not do, because Avro tells 1 from 1.0 and bounds longs
 * at 2^63, and both are lost in a JavaScript number. Nesting is bounded, so that no text can exhaust the stack.
 */
import { SchemaParseError } from './schema-parse-error.ts'

export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject

/** A number as it is written. */
export interface JsonNumber {
  readonly literal: string
}

/** A Map, so that a key called __proto__ is a key like any other. Of a key given twice the last one counts. */
export type JsonObject = ReadonlyMap<string, Json>

/** Far above any honest schema: a record in a record adds three levels. */
const MAX_DEPTH = 400
/** Objects, arrays and what is in them, each counted: 1 MB of `[],[],[]` takes half a second. */
const MAX_VALUES = 50_000
/** Digits of a number, as Java's reader bounds them. */
const MAX_NUMBER = 1000
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/
const WORDS: ReadonlyMap<string, null | boolean> = new Map([
  ['null', null],
  ['true', true],
  ['false', false],
])
const QUOTE = 0x22
const BACKSLASH = 0x5c
const FIRST_PRINTABLE = 0x20

interface Cursor {
  readonly text: string
  at: number
  depth: number
  values: number
}

/** The value of the text. Throws SchemaParseError with line and column. */
export function parseJson(text: string): Json {
  const cursor: Cursor = { text, at: 0, depth: 0, values: 0 }
  const value = readValue(cursor)
  skipSpace(cursor)
  if (cursor.at < text.length) throw unreadable(cursor, 'text follows its end')
  return value
}

/** The value as JSON.parse would give it. */
export function plainJson(value: Json): unknown {
  if (value === null || typeof value !== 'object') return value
  if (isArray(value)) return value.map(plainJson)
  if (isNumber(value)) return Number(value.literal)
  return Object.fromEntries([...value].map(([key, entry]) => [key, plainJson(entry)]))
}

export function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

export function isObject(value: Json): value is JsonObject {
  return value instanceof Map
}

export function isNumber(value: Json): value is JsonNumber {
  return value !== null && typeof value === 'object' && 'literal' in value
}

function readValue(cursor: Cursor): Json {
  skipSpace(cursor)
  if (++cursor.values > MAX_VALUES) throw unreadable(cursor, `it has more than ${MAX_VALUES} values`)
  const { text, at } = cursor
  const first = text[at]
  if (first === '"') return readString(cursor)
  if (first === '{') return nested(cursor, readObject)
  if (first === '[') return nested(cursor, readArray)
  for (const [word, value] of WORDS) {
    if (text.startsWith(word, at)) {
      cursor.at += word.length
      return value
    }
  }
  return readNumber(cursor)
}

function nested(cursor: Cursor, read: (cursor: Cursor) => Json): Json {
  if (++cursor.depth > MAX_DEPTH) throw unreadable(cursor, `it is nested deeper than ${MAX_DEPTH} levels`)
  cursor.at++
  const value = read(cursor)
  cursor.depth--
  return value
}

function readObject(cursor: Cursor): JsonObject {
  const object = new Map<string, Json>()
  if (takes(cursor, '}')) return object
  do {
    skipSpace(cursor)
    if (cursor.text[cursor.at] !== '"') throw unreadable(cursor, 'a key in double quotes is missing')
    const key = readString(cursor)
    if (!takes(cursor, ':')) throw unreadable(cursor, `a colon is missing`)
    object.set(key, readValue(cursor))
  } while (takes(cursor, ','))
  if (!takes(cursor, '}')) throw unreadable(cursor, 'a comma or a closing brace is missing')
  return object
}

function readArray(cursor: Cursor): readonly Json[] {
  const array: Json[] = []
  if (takes(cursor, ']')) return array
  do array.push(readValue(cursor))
  while (takes(cursor, ','))
  if (!takes(cursor, ']')) throw unreadable(cursor, 'a comma or a closing bracket is missing')
  return array
}

/** Finds the end itself: a regular expression would need memory for each character. */
function readString(cursor: Cursor): string {
  const { text, at: start } = cursor
  let at = start + 1
  let escaped = false
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) break
    if (!(code >= FIRST_PRINTABLE)) {
      cursor.at = at
      throw unreadable(cursor, at < text.length ? 'a string contains a control character' : 'it ends inside a string')
    }
    if (code === BACKSLASH) escaped = true
    at += code === BACKSLASH ? 2 : 1
  }
  cursor.at = at + 1
  if (!escaped) return text.slice(start + 1, at)
  try {
    return String(JSON.parse(text.slice(start, at + 1)))
  } catch {
    cursor.at = start
    throw unreadable(cursor, 'a string contains an invalid escape')
  }
}

function readNumber(cursor: Cursor): JsonNumber {
  const literal = NUMBER.exec(cursor.text.slice(cursor.at, cursor.at + MAX_NUMBER + 1))?.[0]
  if (literal === undefined)
    throw unreadable(cursor, cursor.at < cursor.text.length ? 'no value starts here' : 'it ends too early')
  if (literal.length > MAX_NUMBER) throw unreadable(cursor, `a number has more than ${MAX_NUMBER} digits`)
  cursor.at += literal.length
  return { literal }
}

function takes(cursor: Cursor, character: string): boolean {
  skipSpace(cursor)
  if (cursor.text[cursor.at] !== character) return false
  cursor.at++
  return true
}

function skipSpace(cursor: Cursor): void {
  for (;;) {
    const character = cursor.text[cursor.at]
    if (character !== ' ' && character !== '\n' && character !== '\r' && character !== '\t') return
    cursor.at++
  }
}

function unreadable({ text, at }: Cursor, why: string): SchemaParseError {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  const column = at - before.lastIndexOf('\n')
  return new SchemaParseError('', `the JSON cannot be read: ${why} (line ${line}, column ${column})`)
}
