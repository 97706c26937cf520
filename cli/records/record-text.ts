/** A message as a line: where it is, when it was written, its key, what it is, its value and its headers. */
import type { ReadRecord } from '../../kafka/partition-reader.ts'
import { showRecord, type ShownRecord, type ShownValue } from '../../kafka/shown-record.ts'
import type { WireFormat } from '../../registry/wire-format.ts'

export type RecordText = (record: ReadRecord) => string

/** `json`: an object a line. `wire`: null shows Avro in hex. */
export function recordText(wire: WireFormat | null, json: boolean): RecordText {
  return (record) => {
    const shown = showRecord(record, wire)
    return json ? JSON.stringify(jsonOf(shown)) : lineOf(shown)
  }
}

function jsonOf({ value, timestamp, ...record }: ShownRecord): object {
  return {
    ...record,
    at: new Date(timestamp).toISOString(),
    format: value.format,
    type: value.format === 'avro' ? value.type : null,
    value: value.format === 'empty' ? null : value.data,
  }
}

function lineOf({ partition, offset, timestamp, key, headers, value, fault }: ShownRecord): string {
  const names = Object.entries(headers).map(([name, text]) => `${name}=${text}`)
  const parts = [
    `${partition}:${offset}`,
    new Date(timestamp).toISOString(),
    key ?? '(no key)',
    contentOf(value),
    ...(fault === null ? [] : [`(${fault})`]),
    ...(names.length === 0 ? [] : [`[${names.join(' ')}]`]),
  ]
  return printable(parts.join('  '))
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

/** Whoever wrote it may have meant to steer the terminal. */
function printable(text: string): string {
  return /[\0-\x1f\x7f-\x9f]/.test(text) ? text.replace(/\p{Cc}/gu, '\u{FFFD}') : text
}
