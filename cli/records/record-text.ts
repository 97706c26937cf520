/** A message as a line: where it is, when it was written, its key, what it is, its value and, when asked for, its headers. */
import type { ReadRecord } from '../../kafka/client/partition-reader.ts'
import { showHeaders, showRecord, type ShownValue, type ValueDecoder } from '../../kafka/topics/shown-record.ts'

export type RecordText = (record: ReadRecord) => string

export interface TextOptions {
  /** Null shows Avro in hex. */
  readonly decode: ValueDecoder | null
  /** An object a line. */
  readonly json: boolean
  readonly headers: boolean
}

export function recordText({ decode, json, headers }: TextOptions): RecordText {
  return json ? (record) => jsonOf(record, decode, headers) : (record) => lineOf(record, decode, headers)
}

function jsonOf(record: ReadRecord, decode: ValueDecoder | null, headers: boolean): string {
  const { partition, offset, timestamp, key, value, bytes, fault } = showRecord(record, decode)
  // Field by field: copies of objects were a quarter of all the work (2026-11).
  return JSON.stringify({
    partition,
    offset,
    at: isoTime(timestamp),
    key,
    type: value.format === 'avro' ? value.type : null,
    format: value.format,
    value: value.format === 'empty' ? null : value.data,
    bytes,
    fault,
    headers: headers ? showHeaders(record) : undefined,
  })
}

function lineOf(record: ReadRecord, decode: ValueDecoder | null, headers: boolean): string {
  const { partition, offset, timestamp, key, value, fault } = showRecord(record, decode)
  const line = `${partition}:${offset}  ${isoTime(timestamp)}  ${key ?? '(no key)'}  ${contentOf(value)}`
  return printable(line + (fault === null ? '' : `  (${fault})`) + (headers ? headersOf(record) : ''))
}

function headersOf(record: ReadRecord): string {
  const texts = Object.entries(showHeaders(record)).map(([name, text]) => `${name}=${text}`)
  return texts.length === 0 ? '' : `  [${texts.join(' ')}]`
}

function contentOf(value: ShownValue): string {
  switch (value.format) {
    case 'avro':
      return `${value.type} ${JSON.stringify(value.data)}`
    case 'json':
      return JSON.stringify(value.data)
    case 'text':
      return value.data
    case 'hex':
      return `0x${value.data}`
    case 'empty':
      return '(empty)'
    case 'unreadable':
      return `(unreadable: ${value.data})`
  }
}

/** Messages that were written together have one time. */
let lastTime = { millis: NaN, text: '' }

function isoTime(millis: number): string {
  if (millis !== lastTime.millis) lastTime = { millis, text: new Date(millis).toISOString() }
  return lastTime.text
}

/** Its writer may have meant to steer the terminal. */
function printable(text: string): string {
  return /[\0-\x1f\x7f-\x9f]/.test(text) ? text.replace(/\p{Cc}/gu, '\u{FFFD}') : text
}
