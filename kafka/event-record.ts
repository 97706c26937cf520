/**
 * An event of the log as a record of Kafka, and back. The value is framed Avro; the headers are CloudEvents in binary
 * mode (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md), W3C's trace
 * context, and ours.
 */
import type { WireFormat } from '../contract/registry/wire-format.ts'
import { headerTexts, type RecordHeaders } from './client/record-headers.ts'
import { DecodeError } from '../schemas/codec-errors.ts'
import type { RecordedEvent, StoredEvent } from '../store/log/feed.ts'
import { keyOfStream } from './topics/topics.ts'

export interface EventRecord {
  readonly key: string
  readonly value: Buffer
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds since 1970, as kafkajs wants them. */
  readonly timestamp: string
}

/** What a record is read from. */
export interface RawRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: RecordHeaders
}

/** Why a record is not an event of this log as it was written. Readers drop it: the store has the event itself. */
export type RecordFault = 'foreign' | 'damaged'

/** `source`: of this log (sourceOf). */
export function eventRecord(event: StoredEvent, wire: WireFormat, source: string): EventRecord {
  const value = wire.frame({ ...event, type: event.type as never })
  const key = keyOfStream(event.stream)
  return {
    key,
    value,
    timestamp: String(event.recordedAt),
    headers: {
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_type: `orderledger.${event.type}`,
      ce_source: source,
      ce_time: isoTime(event.recordedAt),
      'content-type': 'application/avro',
      traceparent: traceParent(event),
      'ol-position': String(event.position),
      'ol-stream': event.stream,
      'ol-version': String(event.version),
    },
  }
}

/** `ce_source` of the events of one log: records of another log in the same topics are distinguished by it. */
export function sourceOf(logId: string): string {
  return `orderledger:${logId}`
}

/** The headers that a reader goes by. */
const READ = ['ce_source', 'ol-position', 'ol-stream', 'ol-version', 'ce_time']

/** The event of a record, when it is one of this log and arrived as it was written. `expected`: the types of its topic. */
export function readEventRecord(
  { key, value, headers }: RawRecord,
  around: { readonly wire: WireFormat; readonly source: string; readonly expected: ReadonlySet<string> },
): RecordedEvent | RecordFault {
  const [source, position, stream, version, time] = headerTexts(headers, READ)
  if (source !== around.source || value === null) return 'foreign'
  const place = { position: Number(position), stream: stream ?? '', version: Number(version) }
  const recordedAt = millisOf(time ?? '')
  if (!isCount(place.position) || !isCount(place.version) || Number.isNaN(recordedAt)) return 'damaged'
  if (key?.toString() !== keyOfStream(place.stream)) return 'damaged'
  try {
    const { type, schemaVersion, data } = around.wire.unframe(value, around.expected)
    return { ...place, type, schemaVersion, data, recordedAt }
  } catch (error) {
    if (error instanceof DecodeError) return 'damaged'
    throw error
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0
}

function millisOf(time: string): number {
  if (time !== lastTime.text) lastTime = { millis: Date.parse(time), text: time }
  return lastTime.millis
}

/** All events of a batch share one time, and those of a command one trace: each is written once. */
let lastTime = { millis: NaN, text: '' }
let lastTrace = { correlationId: '', commandId: '', text: '' }

function isoTime(millis: number): string {
  if (millis !== lastTime.millis) lastTime = { millis, text: new Date(millis).toISOString() }
  return lastTime.text
}

/** https://www.w3.org/TR/trace-context/#traceparent-header: what belongs to one request is one trace. */
function traceParent({ correlationId, commandId }: StoredEvent): string {
  if (commandId !== lastTrace.commandId || correlationId !== lastTrace.correlationId) {
    const trace = `${correlationId.slice(0, 8)}${correlationId.slice(9, 13)}${correlationId.slice(14, 18)}${halfOf(correlationId)}`
    const text = `00-${trace}-${halfOf(commandId)}-01`
    lastTrace = { correlationId, commandId, text }
  }
  return lastTrace.text
}

/** The second one of a UUID, which is its random one, without the dash. */
function halfOf(uuid: string): string {
  return uuid.slice(19, 23) + uuid.slice(24)
}
