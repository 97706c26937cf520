/**
 * Holds a gateway's book against the log, both ways. Neither has to fit into memory: what both say of an order is kept apart
 * by order, spilled, and compared part by part.
 */
import { decodeUntrusted } from '../../schemas/codec.ts'
import type { DomainEvent, PaymentEvent } from '../../schemas/events.ts'
import { upcast } from '../../schemas/upcast.ts'
import type { Position } from '../../store/commit/command.ts'
import type { RecordedEvent } from '../../store/log/feed.ts'
import type { LogSource } from '../../store/log/log-source.ts'
import { SpilledEvents } from '../spill/spilled-events.ts'
import type { Spill } from '../spill/spill-file.ts'
import { BOOK_LISTS, type BookEntry, type BookList } from './book-entry.ts'
import { compareOrder, type Difference, type DifferenceKind, type PaymentFact } from './compare-order.ts'

/** This many differences are listed; all are counted. */
export const MOST_TOLD = 1_000

export interface Reconciling {
  readonly spill: Spill
  /** Where the log stood before the book was asked for. */
  readonly before: Position
  /** The book, as it comes. */
  readonly entries: AsyncIterable<BookEntry>
  /** The log, opened once the book is read. */
  readonly openLog: () => Promise<LogSource>
  /** By the database's clock. */
  readonly clock: () => Promise<number>
  readonly onEntries?: (count: number) => void
  readonly onEvents?: (position: Position, head: Position) => void
}

export interface Reconciliation {
  /** Up to where the log was read. */
  readonly position: Position
  /** Entries of the book. */
  readonly book: Readonly<Record<BookList, number>>
  /** Attempts to pay and refunds of the log that are under way from one to the other: no difference yet. */
  readonly underWay: number
  readonly differences: {
    readonly count: number
    readonly byKind: Readonly<Partial<Record<DifferenceKind, number>>>
    /** The first of them. */
    readonly samples: readonly Difference[]
  }
}

/** An entry of the book, kept with the events of the order that it names. */
const ENTRY = 'book entry'
const NEVER = { position: 0, version: 0, schemaVersion: 0, recordedAt: 0 }
const ENTRIES_AT_A_TIME = 1_000

/** Throws a SpillError, and whatever reading the book or the log throws. */
export async function reconcile(reconciling: Reconciling): Promise<Reconciliation> {
  const { spill, before, entries, openLog, clock, onEntries, onEvents } = reconciling
  const kept = new SpilledEvents(spill)
  const book = { charges: 0, refunds: 0, reversals: 0 }
  for await (const entry of entries) {
    book[entry.list] += 1
    kept.add({ ...NEVER, stream: `payment-${entry.orderId}`, type: ENTRY, data: Buffer.from(JSON.stringify(entry)) })
    const count = BOOK_LISTS.reduce((sum, list) => sum + book[list], 0)
    if (count % ENTRIES_AT_A_TIME === 0) onEntries?.(count)
  }
  const log = await openLog()
  const position = log.head ?? 0
  for await (const events of log.pages(0)) {
    for (const event of events) if (event.stream.startsWith('payment-')) kept.add(event)
    onEvents?.(events.at(-1)?.position ?? position, position)
  }
  const now = await clock()

  let underWay = 0
  let count = 0
  const byKind: Partial<Record<DifferenceKind, number>> = {}
  const samples: Difference[] = []
  for (const part of kept.parts()) {
    for (const { facts, entries: ofOrder } of byOrder(part)) {
      const compared = compareOrder({ facts, entries: ofOrder, before, now })
      underWay += compared.underWay
      count += compared.differences.length
      for (const difference of compared.differences) {
        byKind[difference.kind] = (byKind[difference.kind] ?? 0) + 1
        if (samples.length < MOST_TOLD) samples.push(difference)
      }
    }
  }
  samples.sort((one, other) => (one.key < other.key ? -1 : 1))
  return { position, book, underWay, differences: { count, byKind, samples } }
}

interface OfOrder {
  readonly facts: PaymentFact[]
  readonly entries: BookEntry[]
}

function byOrder(part: Iterable<RecordedEvent>): Iterable<OfOrder> {
  const orders = new Map<string, OfOrder>()
  for (const { stream, type, data, ...rest } of part) {
    const ofOrder = orders.get(stream) ?? { facts: [], entries: [] }
    orders.set(stream, ofOrder)
    if (type === ENTRY) ofOrder.entries.push(JSON.parse(data.toString()) as BookEntry)
    else {
      for (const event of upcast(decodeUntrusted(type, rest.schemaVersion, data))) {
        if (isPayment(event)) ofOrder.facts.push({ event, position: rest.position, recordedAt: rest.recordedAt })
      }
    }
  }
  return orders.values()
}

function isPayment(event: DomainEvent): event is PaymentEvent {
  return event.type.startsWith('Payment') || event.type.startsWith('Refund')
}
