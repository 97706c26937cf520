/**
 * Events as messages: a zero byte, the id of the schema (four bytes, big endian), the Avro body. What every client of a
 * Confluent-compatible registry reads: https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
 */
import { decodeUntrusted, encodeBehind, requireBounds, type EncodedEvent } from '../../schemas/codec.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import type { DomainEvent, HistoricEvent } from '../../schemas/events.ts'
import type { EventSchemaIds, EventVersion } from './event-schema-ids.ts'

const MAGIC = 0
/** Of the magic byte and the id, in bytes. */
const HEADER = 5

export interface WireFormat {
  /** An event in its newest version, written behind its header into one buffer. Throws EncodeError naming the field. */
  encode(event: DomainEvent): Buffer
  /** The bytes of a stored event as a message: they are not decoded. */
  frame(event: EncodedEvent): Buffer
  /**
   * The event of a message from anywhere, in the newest type. Nothing of it is trusted: the id must be that of a type
   * that is `expected`, and lengths, counts and values are checked before anything is allocated. Throws DecodeError.
   */
  decode(message: Uint8Array, expected: ReadonlySet<string>): HistoricEvent
  /**
   * The body of a message from anywhere, as a store would hold it: its lengths and counts are checked, so that it can
   * be decoded later, but its values are not looked at. Throws DecodeError.
   */
  unframe(message: Buffer, expected: ReadonlySet<string>): EncodedEvent
}

/** `ids`: as they were found at the start; no message is a reason to ask a registry. */
export function wireFormat(ids: EventSchemaIds): WireFormat {
  return {
    encode(event) {
      const { type, schemaVersion, data } = encodeBehind(HEADER, event)
      return writeHeader(data, ids.id(type, schemaVersion))
    },
    frame({ type, schemaVersion, data }) {
      const message = Buffer.allocUnsafe(HEADER + data.length)
      data.copy(message, HEADER)
      return writeHeader(message, ids.id(type, schemaVersion))
    },
    decode(message, expected) {
      const { type, version } = schemaOf(message, ids, expected)
      return decodeUntrusted(type, version, message.subarray(HEADER))
    },
    unframe(message, expected) {
      const { type, version } = schemaOf(message, ids, expected)
      const data = message.subarray(HEADER)
      requireBounds(type, version, data)
      return { type, schemaVersion: version, data }
    },
  }
}

function writeHeader(message: Buffer, id: number): Buffer {
  message[0] = MAGIC
  message.writeInt32BE(id, 1)
  return message
}

/** The schema id of a framed message; null for anything else. */
export function schemaIdOf(message: Uint8Array): number | null {
  return message.length < HEADER || message[0] !== MAGIC ? null : idIn(message)
}

function idIn([, first = 0, second = 0, third = 0, fourth = 0]: Uint8Array): number {
  return (first << 24) | (second << 16) | (third << 8) | fourth
}

function schemaOf(message: Uint8Array, ids: EventSchemaIds, expected: ReadonlySet<string>): EventVersion {
  if (message.length < HEADER) {
    throw new DecodeError('unframed-message', `a message of ${message.length} bytes: the header alone takes ${HEADER}`)
  }
  if (message[0] !== MAGIC) {
    throw new DecodeError('unframed-message', `the first byte is ${String(message[0])}, not ${MAGIC}: not framed Avro`)
  }
  const id = idIn(message)
  const found = ids.find(id)
  if (found === null)
    throw new DecodeError('unknown-schema-id', `schema id ${id} does not belong to an event of this service`)
  if (expected.has(found.type)) return found
  const wanted = [...expected].join(', ')
  throw new DecodeError('unexpected-event', `schema id ${id} belongs to ${found.type}, but ${wanted} was expected`)
}
