/** A record of a topic for people: its value decoded as far as it can be, and never a reason to stop. */
import type { WireFormat } from '../../contract/registry/wire-format.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import { eventSchemas } from '../../schemas/events.ts'
import type { ReadRecord } from '../client/partition-reader.ts'

/**
 * - `avro`: an event of ours, or what others register; `json`: what it parses to; `text`: UTF-8 that is not JSON, or too deep; `hex`: anything else.
 * - `empty`: no bytes; `unreadable`: the batch that it is in cannot be unpacked.
 */
export type ShownValue =
  | { readonly format: 'avro'; readonly type: string; readonly data: unknown }
  | { readonly format: 'json'; readonly data: unknown }
  | { readonly format: 'text' | 'hex'; readonly data: string }
  | { readonly format: 'empty' }
  | { readonly format: 'unreadable'; readonly data: string }

export interface ShownRecord {
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly key: string | null
  readonly value: ShownValue
  /** Of the value, as it came. */
  readonly bytes: number
  /** Why a framed event could not be decoded, or that its transaction was rolled back or is open; null where nothing was wrong. */
  readonly fault: string | null
}

/** So much of a value that cannot be decoded is shown, in bytes. */
const MOST_RAW = 4_096
/** JSON that is deeper can be parsed, and then not be written again: that overflows the stack. */
const MOST_DEPTH = 1_000
const MAGIC = 0
/** Of JavaScript's dates. */
const LAST_TIME = 8_640_000_000_000_000
const HEADER = 5

const everyType: ReadonlySet<string> = new Set(Object.keys(eventSchemas))
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The value of a framed message and the name of its type. Throws DecodeError. */
export type ValueDecoder = (message: Buffer) => { readonly type: string; readonly data: unknown }

/** Of our events. */
export function eventDecoder(wire: WireFormat): ValueDecoder {
  return (message) => {
    const { type, ...data } = wire.decode(message, everyType)
    return { type, data }
  }
}

/** `decode`: null shows Avro as its bytes. */
export function showRecord(record: ReadRecord, decode: ValueDecoder | null): ShownRecord {
  const { partition, offset, timestamp, key, value, unreadable, transaction } = record
  const { value: shown, fault } =
    unreadable === null
      ? showValue(value, decode)
      : { value: { format: 'unreadable', data: unreadable } as const, fault: null }
  return {
    partition,
    offset,
    // Anyone who writes a record may claim any; none, and those that no calendar has, are 0.
    timestamp: timestamp >= 0 && timestamp <= LAST_TIME ? timestamp : 0,
    key: key === null ? null : textOrHex(key),
    value: shown,
    bytes: value?.length ?? 0,
    fault: transaction === null ? fault : TRANSACTIONS[transaction],
  }
}

const TRANSACTIONS = {
  'rolled-back': 'its transaction was rolled back',
  open: 'its transaction, or one before it, is not over',
} as const

/** The headers of a record for people; several values of one name stand behind each other. */
export function showHeaders({ headers }: ReadRecord): Readonly<Record<string, string>> {
  const texts = new Map<string, string>()
  for (const [bytes, value] of headers) {
    const name = bytes.toString()
    const before = texts.get(name)
    const text = value === null ? '' : textOrHex(value)
    texts.set(name, before === undefined ? text : `${before}, ${text}`)
  }
  return Object.fromEntries(texts)
}

function showValue(
  bytes: Buffer | null,
  decode: ValueDecoder | null,
): { readonly value: ShownValue; readonly fault: string | null } {
  if (bytes === null) return { value: { format: 'empty' }, fault: null }
  if (bytes[0] !== MAGIC || bytes.length < HEADER) return { value: showText(bytes), fault: null }
  if (decode === null) return { value: { format: 'hex', data: hex(bytes) }, fault: null }
  try {
    return { value: { format: 'avro', ...decode(bytes) }, fault: null }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { value: { format: 'hex', data: hex(bytes) }, fault: `${error.code}: ${error.message}` }
  }
}

function showText(bytes: Buffer): ShownValue {
  const text = textOf(bytes)
  if (text === null) return { format: 'hex', data: hex(bytes) }
  if (isDeep(text)) return { format: 'text', data: text.slice(0, MOST_RAW) }
  try {
    return { format: 'json', data: JSON.parse(text.replace(/^\ufeff/, '')) as unknown }
  } catch {
    return { format: 'text', data: text.slice(0, MOST_RAW) }
  }
}

/** Brackets within its strings count too, which nobody misses. */
function isDeep(text: string): boolean {
  if (text.length < MOST_DEPTH) return false
  let depth = 0
  for (const character of text) {
    if (character === '[' || character === '{') depth++
    if (character === ']' || character === '}') depth--
    if (depth > MOST_DEPTH) return true
  }
  return false
}

function textOrHex(bytes: Buffer): string {
  return textOf(bytes) ?? hex(bytes)
}

/** Null for what is not text: not UTF-8, or with bytes that no text has. */
function textOf(bytes: Buffer): string | null {
  try {
    const text = utf8.decode(bytes)
    return /[\0-\x08\x0e-\x1f\x7f]/.test(text) ? null : text
  } catch {
    return null
  }
}

function hex(bytes: Buffer): string {
  return bytes.subarray(0, MOST_RAW).toString('hex')
}
