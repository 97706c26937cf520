/** A parked record as it is published to the topic of dead letters, for people and for programs of others. */
import { isUtf8 } from 'node:buffer'
import type { StoredLetter } from './letter-table.ts'

export interface DeadLetterMessage {
  readonly key: Buffer | null
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

/** Of the original, in bytes; the table has all of it. */
export const MOST_BYTES = 512 * 1024
const MOST_KEY_BYTES = 1024
/** As JSON: a control character takes six bytes of it, so that text may not fit where base64 does. */
const MOST_JSON = 800 * 1024

export function deadLetterMessage(letter: StoredLetter): DeadLetterMessage {
  const { id, topic, partition, offset, lastOffset, key, value, class: name, message, parkedAt } = letter
  const cut = value !== null && value.length > MOST_BYTES
  const kept = value === null ? null : cut ? value.subarray(0, MOST_BYTES) : value
  const { text, encoding } = kept === null ? { text: null, encoding: null } : textOf(kept, cut)
  return {
    // A key may be as long as a record, and the letter has to fit into one.
    key: key?.subarray(0, MOST_KEY_BYTES) ?? null,
    value: JSON.stringify({ original_message: text, error: message, timestamp: new Date(parkedAt).toISOString() }),
    headers: {
      topic,
      partition: String(partition),
      offset: String(offset),
      class: name,
      ...(lastOffset === null ? {} : { 'ol-last-offset': String(lastOffset) }),
      'ol-letter': String(id),
      ...(encoding === null ? {} : { 'ol-encoding': encoding }),
      ...(cut ? { 'ol-size': String(value.length) } : {}),
      ...(key !== null && key.length > MOST_KEY_BYTES ? { 'ol-key-size': String(key.length) } : {}),
    },
  }
}

function textOf(bytes: Buffer, cut: boolean): { readonly text: string; readonly encoding: 'base64' | null } {
  const whole = cut ? bytes.subarray(0, characterEnd(bytes)) : bytes
  const text = isUtf8(whole) ? whole.toString() : null
  return text !== null && Buffer.byteLength(JSON.stringify(text)) <= MOST_JSON
    ? { text, encoding: null }
    : { text: bytes.toString('base64'), encoding: 'base64' }
}

/** Where the last whole character ends: a cut may fall into one. */
function characterEnd(bytes: Buffer): number {
  let start = bytes.length - 1
  while (start > bytes.length - 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start--
  return isUtf8(bytes.subarray(start)) ? bytes.length : start
}
