/** Avro types as the events need them: avsc's, with four of its built-in types made stricter or plainer. */
import avsc from 'avsc'
import type { AvroSchema } from './avro-schema.ts'

/** What avsc hands to a type that reads or writes: a buffer and where it stands in it. Running over its end is silent. */
interface Tap {
  readonly buf: Uint8Array
  readonly pos: number
  readLong(): number
  writeLong(value: number): void
  writeString(value: string): void
  writeFixed(bytes: Uint8Array): void
}

/**
 * Up to here avsc's own float arithmetic is exact, as zigzag doubles the number. Beyond it a negative long comes back
 * with its sign flipped (avsc 5.7.9 writes -(2^52 + 1) as 2^52), so those take the slow way over BigInt.
 */
const FLOAT_EXACT = 2 ** 52
const MAX_VARINT_BYTES = 10

/** A long as a number: every safe integer keeps its value both ways, anything else is an error. */
class ExactLongType extends avsc.types.LongType {
  _check(value: unknown, _flags: unknown, hook?: (value: unknown, type: unknown) => void): boolean {
    const valid = Number.isSafeInteger(value)
    if (!valid) hook?.(value, this)
    return valid
  }

  _write(tap: Tap, value: number): void {
    if (!Number.isSafeInteger(value)) throw new Error('not a safe integer')
    if (value >= -FLOAT_EXACT) tap.writeLong(value)
    else tap.writeFixed(bigVarint(value))
  }

  // NOTE: resolvers borrow this method, so it must not use `this`.
  _read(tap: Tap): number {
    const start = tap.pos
    const value = tap.readLong()
    return value > -FLOAT_EXACT && value < FLOAT_EXACT ? value : readBigVarint(tap.buf, start, tap.pos)
  }
}

/** A string that has bytes in UTF-8: Node would write a lone surrogate as U+FFFD, and another string would come back. */
class WellFormedStringType extends avsc.types.StringType {
  _check(value: unknown, _flags: unknown, hook?: (value: unknown, type: unknown) => void): boolean {
    const valid = typeof value === 'string' && isWellFormed(value)
    if (!valid) hook?.(value, this)
    return valid
  }

  _write(tap: Tap, value: string): void {
    if (typeof value !== 'string' || !isWellFormed(value)) throw new Error('not a well-formed string')
    tap.writeString(value)
  }
}

/** An enum whose symbols are all it knows: avsc finds `constructor` on the prototype of its table and writes index 0. */
class OwnSymbolsEnumType extends avsc.types.EnumType {
  declare private readonly _indices: object

  constructor(schema: avsc.Schema, options: unknown) {
    super(schema, options)
    Object.setPrototypeOf(this._indices, null)
  }
}

/** A record whose values are plain objects: avsc gives each record a class of its own, which equality checks tell apart. */
class PlainRecordType extends avsc.types.RecordType {
  constructor(schema: avsc.Schema, options: unknown) {
    super(schema, options)
    Object.defineProperty(this.recordConstructor, 'prototype', { value: Object.prototype })
  }
}

/** The type of a schema. Make one per schema for life: avsc compiles its reader and writer here. */
export function avroType(schema: AvroSchema): avsc.Type {
  // A fresh options object each time: avsc keeps the names it has seen in it.
  return avsc.Type.forSchema(schema as avsc.Schema, {
    wrapUnions: 'auto',
    omitRecordMethods: true,
    typeHook: strictType,
  })
}

function strictType(schema: avsc.Schema, options: unknown): avsc.Type | undefined {
  const name = typeof schema === 'object' && 'type' in schema ? schema.type : schema
  if (name === 'long') return new ExactLongType()
  if (name === 'string') return new WellFormedStringType()
  if (name === 'record') return new PlainRecordType(schema, options)
  if (name === 'enum') return new OwnSymbolsEnumType(schema, options)
  return undefined
}

/** Node 20 has it; the standard library of ES2023, which we compile for, does not declare it. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

function bigVarint(value: number): Buffer {
  const bytes: number[] = []
  let rest = zigzag(BigInt(value))
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

function zigzag(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
}

function readBigVarint(data: Uint8Array, start: number, end: number): number {
  if (end - start > MAX_VARINT_BYTES) throw new Error(`a long of ${end - start} bytes`)
  const bytes = data.subarray(start, end)
  const unsigned = bytes.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n)
  const value = Number((unsigned >> 1n) ^ -(unsigned & 1n))
  if (!Number.isSafeInteger(value)) throw new Error('a long beyond 2^53 - 1')
  return value
}
