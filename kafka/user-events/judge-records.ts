/**
 * Records of `user-events`, from their bytes to what is kept: an event in framed Avro, or JSON as POST /user-events takes it.
 * A record that cannot be read costs itself alone, and so does an event of one that brings several.
 */
import type { MessageReader } from '../../contract/registry/message-reader.ts'
import {
  eventsIn,
  judgeDecoded,
  judgeUserEvent,
  OLDEST_MS,
  skewOf,
  withoutKeys,
  type Judged,
} from '../../commands/user-event.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import { encodeUserEvent, type UserEvent } from '../../schemas/behaviour/user-event.ts'
import type { FetchedRecord } from '../client/record-batches.ts'

/** One to keep. */
export interface JudgedEvent {
  /** UserEvent in Avro. */
  readonly data: Buffer
  readonly sku: string | null
  readonly receivedAt: number
  readonly moved: boolean
  /** What `data` says. */
  readonly action: UserEvent
}

/** One that cannot be taken. */
export interface JudgedLetter {
  readonly partition: number
  readonly offset: number
  readonly code: string
  readonly message: string
  readonly value: Buffer
}

export interface Judging {
  readonly avro: Pick<MessageReader<UserEvent>, 'read' | 'isOurs'>
  /** 16 hex digits; null: there is no secret to make them with. */
  readonly pseudonym: (value: string) => string | null
  /** The clock of the reader, milliseconds. */
  readonly now: number
}

/** As the body of a request. */
const MOST_BYTES = 262_144
/** Of the magic byte and the id of a schema. */
const HEADER = 5
/** Of an event whose time was moved before it was sent: Avro has no place for that. */
export const MOVED_HEADER = 'ol-moved'
export const MOVED = '1'
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Which of the records are kept, and which are parked. Never throws. */
export class JudgedRecords {
  readonly events: JudgedEvent[] = []
  readonly letters: JudgedLetter[] = []
  readonly #partition: number
  readonly #judging: Judging

  constructor(partition: number, judging: Judging) {
    this.#partition = partition
    this.#judging = judging
  }

  add(record: FetchedRecord): void {
    try {
      this.#judge(record)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const why = error instanceof DecodeError ? message : `it could not be read, because of a bug: ${message}`
      this.park(record.offset, 'invalid', why, shown(record.value ?? NOTHING))
    }
  }

  park(offset: number, code: string, message: string, value: Buffer): void {
    this.letters.push({ partition: this.#partition, offset, code, message: storable(message), value })
  }

  #judge(record: FetchedRecord): void {
    const { offset, timestamp, value } = record
    if (value === null || value.length === 0) return this.park(offset, 'invalid', 'it has no value', NOTHING)
    const receivedAt = receiptOf(timestamp, this.#judging.now)
    // No JSON begins with a zero byte, and every framed message does.
    if (value[0] === 0) this.#judgeAvro(record, value, receivedAt)
    else this.#judgeJson(offset, value, receivedAt)
  }

  #judgeAvro({ offset, headers }: FetchedRecord, value: Buffer, receivedAt: number): void {
    const { avro } = this.#judging
    const given = avro.read(value)
    const judged = judgeDecoded(given, value.length - HEADER, receivedAt)
    if (judged.verdict === 'parked') return this.#parkJudged(offset, judged, asJson(given))
    const { event } = judged
    const moved = judged.moved || headers.texts([MOVED_HEADER])[0] === MOVED
    const asItCame = event === given && avro.isOurs(value)
    const data = asItCame ? value.subarray(HEADER) : encodeUserEvent(event)
    this.events.push({ data, sku: event.sku, receivedAt, moved, action: event })
  }

  #judgeJson(offset: number, value: Buffer, receivedAt: number): void {
    if (value.length > MOST_BYTES) {
      return this.park(offset, 'too-large', `it has more than ${String(MOST_BYTES)} bytes`, NOTHING)
    }
    const body = parsed(value)
    if (body === undefined) return this.park(offset, 'invalid', 'it is neither framed Avro nor JSON', value)
    const brought = eventsIn(body)
    if (!('events' in brought)) {
      const { property, message } = brought
      return this.park(offset, 'invalid', `${property ?? 'the value'} ${message}`, asJson(body))
    }
    const { pseudonym } = this.#judging
    const receipt = { receivedAt, skew: skewOf(brought.sentAt, receivedAt), pseudonym }
    for (const event of brought.events) {
      const bytes = event === body ? value.length : Buffer.byteLength(JSON.stringify(event))
      const judged = judgeUserEvent(event, bytes, receipt)
      if (judged.verdict === 'parked') this.#parkJudged(offset, judged, asJson(event))
      else {
        const { event: taken, moved } = judged
        this.events.push({ data: encodeUserEvent(taken), sku: taken.sku, receivedAt, moved, action: taken })
      }
    }
  }

  #parkJudged(offset: number, { code, fault }: Extract<Judged, { verdict: 'parked' }>, value: Buffer): void {
    this.park(offset, code, fault === null ? 'is not valid' : `${fault.pointer} ${fault.message}`.trim(), value)
  }
}

const NOTHING = Buffer.alloc(0)

/**
 * When a record was received: it says so itself, and anyone who writes it may say anything. Never ahead of the reader, so that
 * no event closes the sessions of others; never before what is kept.
 */
export function receiptOf(timestamp: number, now: number): number {
  return timestamp <= 0 ? now : Math.min(Math.max(timestamp, now - OLDEST_MS), now)
}

/** Undefined: it is not JSON. */
function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(value))
  } catch {
    return undefined
  }
}

/** Without the four keys, where it can be parsed. */
function shown(value: Buffer): Buffer {
  const body = value[0] === 0 ? undefined : parsed(value)
  return body === undefined ? value : asJson(body)
}

/** As a person reads it, without the four keys; bytes as their digits. */
function asJson(event: unknown): Buffer {
  const digits = (_name: string, value: unknown) => (isBytes(value) ? Buffer.from(value.data).toString('hex') : value)
  return Buffer.from(JSON.stringify(withoutKeys(event), digits))
}

/** A Buffer, as JSON.stringify shows it. */
function isBytes(value: unknown): value is { readonly data: readonly number[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    Reflect.get(value, 'type') === 'Buffer' &&
    Array.isArray(Reflect.get(value, 'data'))
  )
}

/** Without what Postgres takes in no text (NUL), or a terminal would act on, and not longer than anybody reads. */
function storable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '\u{FFFD}').slice(0, 1_000)
}
