/**
 * The payments of a log as lines of a file, in its order, with what reviews say of them. A page of the log is read at a
 * time, and the outcomes of its attempts are looked up in their streams: nothing is kept from one page to the next.
 *
 * The lines give the scores that the log gives. So times never go back, as those of the scorer do not; and an outcome that
 * stands in the log behind a later attempt of the same millisecond is written a millisecond later, and none behind it
 * earlier, for in a file an outcome counts before the attempts of its time.
 */
import type pg from 'pg'
import type { Timestamp } from '../../domain/values.ts'
import { decode } from '../../schemas/codec.ts'
import {
  eventSchemas,
  type DomainEvent,
  type PaymentCaptured,
  type PaymentDeclined,
  type PaymentRequested,
} from '../../schemas/events.ts'
import { upcast } from '../../schemas/upcast.ts'
import type { Position } from '../../store/commit/command.ts'
import { memoizedMillis } from '../../store/log/read-log.ts'
import { readPage } from '../../store/log/read-page.ts'
import { attemptId } from './features.ts'
import type { PaymentLabel, PaymentLine } from './payment-line.ts'

export interface ExportedPayment {
  readonly line: PaymentLine
  /** With the first attempt of an order that somebody has reviewed; else null. */
  readonly label: PaymentLabel | null
}

export interface ExportedPage {
  /** The log was read up to here. */
  readonly end: Position
  readonly payments: readonly ExportedPayment[]
}

/** A recorded payment, or verdict, that this release cannot read. */
export class UnreadablePayment extends Error {
  readonly position: Position

  constructor(position: Position, cause: unknown) {
    super(`position ${String(position)}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'UnreadablePayment'
    this.position = position
  }
}

const PAGE = 5_000
const PASSED = Object.keys(eventSchemas).filter((type) => type !== 'PaymentRequested')
const LOOKED_UP = ['PaymentCaptured', 'PaymentDeclined', 'FraudReviewed'] as const

interface Placed<Event> {
  readonly position: Position
  /** Whole milliseconds. */
  readonly at: Timestamp
  readonly event: Event
}

/**
 * What was recorded up to `head`, page by page; pages without payments too. Rejects with an UnreadablePayment, with LogGap,
 * and with the errors of the database.
 */
export async function* exportPayments(
  db: Pick<pg.ClientBase, 'query'>,
  head: Position,
): AsyncGenerator<ExportedPage, void, undefined> {
  let now: Timestamp = 0
  for (let after: Position = 0; after < head;) {
    const page = await readPage(db, { after, limit: Math.min(PAGE, head - after), passed: PASSED })
    const requests: Placed<PaymentRequested>[] = []
    for (const { position, type, schemaVersion, data, recordedAt } of page.events)
      for (const event of read(position, { type, schemaVersion, data }))
        if (event.type === 'PaymentRequested') {
          now = Math.max(now, Math.floor(recordedAt))
          requests.push({ position, at: now, event })
        }
    yield { end: page.end, payments: exported(requests, await lookUp(db, requests, head)) }
    if (page.end === after) return
    after = page.end
  }
}

type Outcome = Placed<PaymentCaptured | PaymentDeclined>

interface Found {
  /** The last of each attempt, in the order of the log: money that came late beats the decline before it. */
  readonly outcomes: ReadonlyMap<string, Outcome>
  /** Of each order. */
  readonly verdicts: ReadonlyMap<string, readonly string[]>
}

async function lookUp(
  db: Pick<pg.ClientBase, 'query'>,
  requests: readonly Placed<PaymentRequested>[],
  head: Position,
): Promise<Found> {
  const outcomes = new Map<string, Outcome>()
  const verdicts = new Map<string, readonly string[]>()
  if (requests.length === 0) return { outcomes, verdicts }
  const orders = new Set(requests.map(({ event }) => event.orderId))
  const { rows } = await db.query<[string, string, number, Buffer, string]>({
    name: 'export-payments',
    text: `select position, type, schema_version, data, recorded_at::text from log.events
      where stream = any($1::text[]) and type = any($2::text[]) and position <= $3 order by position`,
    values: [[...orders].flatMap((orderId) => [`payment-${orderId}`, `fraud-${orderId}`]), LOOKED_UP, head],
    rowMode: 'array',
  })
  const millis = memoizedMillis()
  for (const [text, type, schemaVersion, data, time] of rows) {
    const [position, at] = [Number(text), Math.floor(millis(time))]
    for (const event of read(position, { type, schemaVersion, data })) {
      if (event.type === 'FraudReviewed')
        verdicts.set(event.orderId, [...(verdicts.get(event.orderId) ?? []), event.verdict])
      else if (event.type === 'PaymentCaptured' || event.type === 'PaymentDeclined')
        setLast(outcomes, attemptId(event), { position, at, event })
    }
  }
  return { outcomes, verdicts }
}

/** So that those of a map stand in the order in which they were last set. */
function setLast<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
}

function read(
  position: Position,
  { type, schemaVersion, data }: { readonly type: string; readonly schemaVersion: number; readonly data: Buffer },
): readonly DomainEvent[] {
  // What a newer release records is of no payment that is known here.
  if (!Object.hasOwn(eventSchemas, type)) return []
  try {
    return upcast(decode(type, schemaVersion, data))
  } catch (error) {
    throw new UnreadablePayment(position, error)
  }
}

function exported(
  requests: readonly Placed<PaymentRequested>[],
  { outcomes, verdicts }: Found,
): readonly ExportedPayment[] {
  const ends = endsOf(requests, outcomes)
  return requests.map((request) => {
    const { orderId, attempt, customerId, amount, method, region, card, device, address, network, cardRegion } =
      request.event
    const end = ends.get(attemptId(request.event))
    return {
      line: {
        ...{ at: new Date(request.at).toISOString(), orderId, attempt, customerId },
        ...{ amount: { amount: amount.amount, currency: amount.currency }, method },
        ...(end === undefined ? { outcome: 'open' } : outcomeOf(end)),
        ...{ region, card, device, address, network, cardRegion },
      },
      label: attempt === 1 ? labelOf(orderId, verdicts.get(orderId) ?? []) : null,
    }
  })
}

/** The end of an attempt, in the order of the log that their times keep. */
interface Ended {
  readonly at: Timestamp
  readonly event: Outcome['event']
}

function endsOf(
  requests: readonly Placed<PaymentRequested>[],
  outcomes: Found['outcomes'],
): ReadonlyMap<string, Ended> {
  const asked = new Map(requests.map((request) => [attemptId(request.event), request]))
  const ends = new Map<string, Ended>()
  let last: Timestamp = 0
  for (const [id, { position, at, event }] of outcomes) {
    const request = asked.get(id)
    if (request === undefined) continue
    const before = lastBefore(requests, position)
    last = Math.max(last, at, request.at, before === undefined || before === request ? 0 : before.at + 1)
    ends.set(id, { at: last, event })
  }
  return ends
}

function outcomeOf({ at, event }: Ended): Pick<PaymentLine, 'outcome' | 'reason' | 'settledAt'> {
  const settledAt = new Date(at).toISOString()
  return event.type === 'PaymentCaptured'
    ? { outcome: 'captured', settledAt }
    : { outcome: 'declined', reason: event.reason, settledAt }
}

/** Of what stands in the order of the log, the last before a position. */
function lastBefore<Event>(placed: readonly Placed<Event>[], position: Position): Placed<Event> | undefined {
  let [low, high] = [0, placed.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((placed[middle]?.position ?? position) < position) low = middle + 1
    else high = middle
  }
  return placed[low - 1]
}

/** A verdict of fraud on any attempt of the order is one on the order. What belongs together, a review does not say. */
function labelOf(orderId: string, verdicts: readonly string[]): PaymentLabel | null {
  const known = verdicts.filter((verdict) => verdict === 'fraud' || verdict === 'honest')
  return known.length === 0 ? null : { orderId, fraud: known.includes('fraud'), case: null, kind: null }
}
