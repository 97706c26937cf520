/** The logical types of the specification. One that does not fit its type counts as none, as in every reader. */
import { isNumber, type Json, type JsonObject } from './parse-json.ts'

export type LogicalType = DecimalType | PlainLogicalType

export interface DecimalType {
  readonly name: 'decimal'
  readonly precision: number
  readonly scale: number
}

export interface PlainLogicalType {
  readonly name: Exclude<string, 'decimal'>
}

/** The types that each may stand on; of a fixed, the size too. */
const UNDERLYING: ReadonlyMap<string, readonly string[]> = new Map([
  ['big-decimal', ['bytes']],
  ['uuid', ['string', 'fixed 16']],
  ['duration', ['fixed 12']],
  ['date', ['int']],
  ['time-millis', ['int']],
  ['time-micros', ['long']],
  ['timestamp-millis', ['long']],
  ['timestamp-micros', ['long']],
  ['timestamp-nanos', ['long']],
  ['local-timestamp-millis', ['long']],
  ['local-timestamp-micros', ['long']],
  ['local-timestamp-nanos', ['long']],
])
const INT = /^-?\d{1,10}$/

/** `size` is that of a fixed, in bytes, and null for all other types. */
export function logicalTypeOf(json: JsonObject, type: string, size: number | null): LogicalType | null {
  const name = json.get('logicalType')
  if (typeof name !== 'string') return null
  if (name === 'decimal') return decimalOf(json, type, size)
  const fits = UNDERLYING.get(name)?.includes(size === null ? type : `${type} ${size}`)
  return fits ? { name } : null
}

function decimalOf(json: JsonObject, type: string, size: number | null): DecimalType | null {
  if (type !== 'bytes' && type !== 'fixed') return null
  const precision = intOf(json.get('precision'))
  const scale = json.has('scale') ? intOf(json.get('scale')) : 0
  if (precision === null || scale === null) return null
  // This many decimal digits fit into the bits of a fixed, one of which is the sign.
  const digits = size === null ? Infinity : Math.floor(Math.log10(2) * (8 * size - 1))
  const fits = precision > 0 && precision <= digits && scale >= 0 && scale <= precision
  return fits ? { name: 'decimal', precision, scale } : null
}

function intOf(json: Json | undefined): number | null {
  if (json === undefined || !isNumber(json) || !INT.test(json.literal)) return null
  const value = Number(json.literal)
  return value === (value | 0) ? value : null
}
