/**
 * Under which key the command of a record is executed, so that a record that comes again is the same command: the id
 * that the sender gave it (CloudEvents: `ce_id` within `ce_source`), else where it lies and when it was written.
 */
import { createHash } from 'node:crypto'
import type { CommandKey } from '../../store/commit/command.ts'
import { headerText, type InboundRecord, type RecordFault } from './inbound-record.ts'

/** Long enough for any address, short enough for an index. */
const MAX_LENGTH = 256
const VISIBLE = /^[^\p{Cc}\p{Cs}\u{FFFD}]+$/u

export interface RecordIdentity {
  readonly source: `kafka:${string}`
  readonly key: string
  /** When it was made, where the key says so; null: the same key may come with several times. */
  readonly timestamp: number | null
}

export function identityOf(record: InboundRecord): RecordIdentity | RecordFault {
  const id = headerText(record, 'ce_id')
  const source = headerText(record, 'ce_source')
  if (id === null || source === null) {
    const { topic, partition, offset, timestamp } = record
    return { source: `kafka:${topic}`, key: `${String(partition)}/${String(offset)}/${String(timestamp)}`, timestamp }
  }
  for (const [name, text] of Object.entries({ ce_id: id, ce_source: source })) {
    if (text.length > MAX_LENGTH || !VISIBLE.test(text)) {
      const message = `the header ${name} is not 1 to ${String(MAX_LENGTH)} visible characters`
      return { class: 'invalid-header', message }
    }
  }
  // No name of a topic has a colon.
  return { source: `kafka:ce:${source}`, key: id, timestamp: null }
}

/** `content`, as JSON, decides whether the same key asks for the same. */
export function commandKey({ source, key }: RecordIdentity, content: readonly unknown[]): CommandKey {
  return { source, key, fingerprint: createHash('sha256').update(JSON.stringify(content)).digest() }
}

/**
 * The id of an order that its sender did not name: always the same for the same key, so that even a record that comes
 * again after its key was purged places nothing twice. A uuid of version 8 that begins with the time where that is
 * known: ids that grow cost an index half of what random ones do.
 */
export function derivedOrderId({ source, key, timestamp }: RecordIdentity): string {
  const bytes = createHash('sha256').update(`${source}\n${key}`).digest().subarray(0, 16)
  if (timestamp !== null && timestamp >= 0 && timestamp < 2 ** 48) bytes.writeUIntBE(timestamp, 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
