/**
 * Checks Avro bytes from anywhere against their schema before they are decoded, because decoding trusts them: an array
 * count of five bytes ends a Node process, and avsc takes ints of 33 bits, booleans of 7, NaN and broken UTF-8.
 * One pass, nothing decoded, nothing allocated in proportion to what the bytes claim.
 */
import { isUtf8 } from 'node:buffer'
import { isUnion } from './avro-schema.ts'
import type { AvroSchema, ComplexSchema, NamedSchema, PrimitiveName, RecordSchema } from './avro-schema.ts'

/** Entries of one array or map. Far above any honest event. */
const MAX_ITEMS = 10_000
const MAX_DEPTH = 32
const MAX_INT_BYTES = 5
const MAX_LONG_BYTES = 10
/** Most strings are short and ASCII, and a loop over those is faster than a call out of JavaScript. */
const SHORT_STRING = 64
const ZIGZAG_INT_END = 2 ** 32
const ZIGZAG_SAFE_END = 2 ** 54
const PROTO = Buffer.from('__proto__')
const ENDS_EARLY = 'the bytes end too early'

export interface BoundsBreach {
  readonly reason: string
  /** Where in the bytes, from 0. */
  readonly offset: number
  /** Which field, from the outermost record inwards; entries of an array by their number. */
  readonly path: readonly string[]
}

/** Null when the bytes are one whole value of the schema and nothing else. Never throws. */
export type BoundsWalk = (data: Uint8Array) => BoundsBreach | null

interface Cursor {
  readonly data: Uint8Array
  offset: number
  depth: number
  /** Entries of all arrays and maps so far: those of no bytes would else multiply with each level of nesting. */
  items: number
  reason: string | null
  readonly path: string[]
}

/** Moves the cursor over one value; false, with the reason in the cursor, when it cannot be one. */
type Step = (cursor: Cursor) => boolean

/** Compiles the walk of a schema. Make one per schema for life. */
export function boundsWalk(schema: AvroSchema): BoundsWalk {
  const step = stepOf(schema, new Map())
  return (data) => {
    const cursor: Cursor = { data, offset: 0, depth: 0, items: 0, reason: null, path: [] }
    const whole = step(cursor) && (cursor.offset === data.length || refuse(cursor, 'trailing bytes'))
    return whole ? null : { reason: cursor.reason ?? 'unreadable', offset: cursor.offset, path: cursor.path }
  }
}

function stepOf(schema: AvroSchema, named: Map<string, Step>): Step {
  if (isUnion(schema)) return unionStep(schema.map((branch) => stepOf(branch, named)))
  return typeof schema === 'string' ? namedStep(schema, named) : complexStep(schema, named)
}

function namedStep(reference: string, named: Map<string, Step>): Step {
  const name = reference.slice(reference.lastIndexOf('.') + 1)
  const known = primitiveSteps.get(name) ?? named.get(name)
  // Not known yet: a record that holds itself. It is, once the walk gets there.
  return known ?? ((cursor) => named.get(name)?.(cursor) ?? refuse(cursor, `no type ${name}`))
}

function complexStep(schema: ComplexSchema, named: Map<string, Step>): Step {
  if (schema.type === 'array') return blocksStep(stepOf(schema.items, named))
  if (schema.type === 'map') {
    const value = stepOf(schema.values, named)
    return blocksStep((cursor) => walkKey(cursor) && value(cursor))
  }
  if (!('name' in schema)) return namedStep(schema.type, named)
  const step = definitionStep(schema, named)
  named.set(schema.name, step)
  return step
}

function definitionStep(schema: NamedSchema, named: Map<string, Step>): Step {
  if (schema.type === 'record') return recordStep(schema, named)
  if (schema.type === 'enum') return (cursor) => walkIndex(cursor, schema.symbols.length, 'symbol') >= 0
  return (cursor) => skip(cursor, schema.size)
}

function recordStep(schema: RecordSchema, named: Map<string, Step>): Step {
  const names = schema.fields.map(({ name }) => name)
  const steps = schema.fields.map(({ type }) => stepOf(type, named))
  return (cursor) => {
    if (++cursor.depth > MAX_DEPTH) return refuse(cursor, `nested deeper than ${MAX_DEPTH}`)
    for (let field = 0; field < steps.length; field++) {
      if (steps[field]?.(cursor) !== true) return blame(cursor, names[field] ?? '')
    }
    cursor.depth--
    return true
  }
}

function unionStep(branches: readonly Step[]): Step {
  return (cursor) => branches[walkIndex(cursor, branches.length, 'union branch')]?.(cursor) ?? false
}

/** Arrays and maps: blocks of a count and that many entries, ended by a count of 0. A negative count says the size too. */
function blocksStep(entry: Step): Step {
  return (cursor) => {
    for (let total = 0; ;) {
      const count = walkNumber(cursor)
      if (count === 0) return true
      const size = count < 0 ? walkNumber(cursor) : null
      if (cursor.reason) return false
      const first = total
      total += Math.abs(count)
      cursor.items += Math.abs(count)
      if (total > MAX_ITEMS || cursor.items > MAX_ITEMS + cursor.data.length) {
        return refuse(cursor, `more than ${MAX_ITEMS} entries`)
      }
      const start = cursor.offset
      for (let index = first; index < total; index++) if (!entry(cursor)) return blame(cursor, String(index))
      if (size !== null && cursor.offset - start !== size)
        return refuse(cursor, 'a block whose size differs from its header')
    }
  }
}

const primitiveSteps: ReadonlyMap<string, Step> = new Map<PrimitiveName, Step>([
  ['null', () => true],
  ['boolean', walkBoolean],
  ['int', walkInt],
  ['long', walkLong],
  ['float', (cursor) => walkFloat(cursor, 4)],
  ['double', (cursor) => walkFloat(cursor, 8)],
  ['bytes', (cursor) => skip(cursor, walkNumber(cursor))],
  ['string', walkString],
])

function walkBoolean(cursor: Cursor): boolean {
  const byte = cursor.data[cursor.offset]
  return byte !== undefined && byte > 1 ? refuse(cursor, `a boolean of ${byte}`) : skip(cursor, 1)
}

function walkInt(cursor: Cursor): boolean {
  const start = cursor.offset
  const zigzag = walkVarint(cursor)
  if (zigzag < ZIGZAG_INT_END && cursor.offset - start <= MAX_INT_BYTES) return true
  return refuse(cursor, 'an int of more than 32 bits')
}

function walkLong(cursor: Cursor): boolean {
  return walkVarint(cursor) < ZIGZAG_SAFE_END || refuse(cursor, 'a long beyond 2^53 - 1')
}

function walkFloat(cursor: Cursor, size: 4 | 8): boolean {
  const start = cursor.offset
  if (!skip(cursor, size)) return false
  const view = new DataView(cursor.data.buffer, cursor.data.byteOffset + start, size)
  const value = size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true)
  return Number.isFinite(value) || refuse(cursor, `a number that is ${value}`)
}

function walkString(cursor: Cursor): boolean {
  const { data, offset } = cursor
  // Most strings are shorter than 64 bytes, and their length is one byte.
  const first = data[offset] ?? 0xff
  const stop = offset + 1 + (first >> 1)
  if (first < 0x80 && (first & 1) === 0 && stop <= data.length) {
    cursor.offset = stop
    return isText(data, offset + 1, stop) || refuse(cursor, 'a string that is not UTF-8')
  }
  const length = walkNumber(cursor)
  const start = cursor.offset
  if (!skip(cursor, length)) return false
  return isText(cursor.data, start, cursor.offset) || refuse(cursor, 'a string that is not UTF-8')
}

/** The one key that would not become an entry of the decoded map but its prototype. */
function walkKey(cursor: Cursor): boolean {
  const length = walkNumber(cursor)
  const start = cursor.offset
  if (!skip(cursor, length)) return false
  if (length === PROTO.length && PROTO.equals(cursor.data.subarray(start, cursor.offset))) {
    return refuse(cursor, 'a map key __proto__')
  }
  return isText(cursor.data, start, cursor.offset) || refuse(cursor, 'a map key that is not UTF-8')
}

/** The index, or -1 when it names nothing. */
function walkIndex(cursor: Cursor, end: number, what: string): number {
  const index = walkNumber(cursor)
  if (index >= 0 && index < end) return index
  refuse(cursor, `${what} ${index} of ${end}`)
  return -1
}

/** A count, a length or an index; NaN, which fails every comparison, when the bytes end or run on. */
function walkNumber(cursor: Cursor): number {
  const zigzag = walkVarint(cursor)
  return zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2
}

/**
 * An unsigned varint. Exact below 2^53, which is all that counts and lengths need; above it rounds, but never across
 * 2^54, where the zigzag of the safe integers ends.
 */
function walkVarint(cursor: Cursor): number {
  // Nearly every count, length and index is one byte.
  const first = cursor.data[cursor.offset]
  if (first !== undefined && first < 0x80) {
    cursor.offset++
    return first
  }
  let value = 0
  let factor = 1
  for (let length = 0; length < MAX_LONG_BYTES; length++) {
    const byte = cursor.data[cursor.offset]
    if (byte === undefined) return refuseNumber(cursor, ENDS_EARLY)
    cursor.offset++
    if (byte < 0x80) return value + byte * factor
    value += (byte - 0x80) * factor
    factor *= 0x80
  }
  return refuseNumber(cursor, `a number of more than ${MAX_LONG_BYTES} bytes`)
}

function skip(cursor: Cursor, length: number): boolean {
  if (length < 0) return refuse(cursor, 'a negative length')
  if (!(length <= cursor.data.length - cursor.offset)) return refuse(cursor, ENDS_EARLY)
  cursor.offset += length
  return true
}

function isText(data: Uint8Array, start: number, end: number): boolean {
  if (end - start > SHORT_STRING) return isUtf8(data.subarray(start, end))
  for (let at = start; at < end; at++) if ((data[at] ?? 0) >= 0x80) return isUtf8(data.subarray(start, end))
  return true
}

function blame(cursor: Cursor, part: string): false {
  cursor.path.unshift(part)
  return false
}

/** The first reason stands: those after it are its consequences. */
function refuse(cursor: Cursor, reason: string): false {
  cursor.reason ??= reason
  return false
}

function refuseNumber(cursor: Cursor, reason: string): number {
  refuse(cursor, reason)
  return NaN
}
