/**
 * What the reader of one partition knows: open sessions, the ids of the last 10 minutes, and what it has counted since it
 * last saved. It depends on the records of its partition alone, so anyone who reads them again from a saved state gets the same.
 *
 * A session closes when the newest time of the partition is over 35 minutes past its last event: 30 that may lie between two
 * events, and 5 that an event may come late. An event that comes later than that joins an open session or counts as late; it
 * opens none, for the session that it belonged to may be closed and counted.
 *
 * Hundreds of thousands may be over at once, and the products of each make pairs: folding closes none of them. `closeSome`
 * does, a slice at a time, until what is counted fills a save. What is over and not closed yet takes no event any more.
 */
import type { Action, UserEventType } from '../../schemas/behaviour/user-event.ts'
import { ByLastEvent } from '../sessions/by-last-event.ts'
import { countEvent, countSession, noCounts, type Counts } from './counts.ts'
import { KnownIds } from './known-ids.ts'
import { Names } from '../sessions/names.ts'
import { OpenSessions, type OpenSession } from '../sessions/open-sessions.ts'
import type { SavedSessions } from '../sessions/packed-sessions.ts'
import {
  cartOf,
  SESSION_GAP_MS,
  STAGES,
  viewsOf,
  type CustomerNamed,
  type Session,
  type SessionEvent,
} from '../sessions/session.ts'
import { SessionsBy } from '../sessions/sessions-by.ts'

/** An event may be so much older than the newest of its partition. */
export const LATENESS_MS = 5 * 60_000
const CLOSED_AFTER_MS = SESSION_GAP_MS + LATENESS_MS

export const PARTITIONS = 6
/** Of all partitions together; one has its share. */
const MOST_OPEN = 500_000
/** Of different products, between two saves: this many are written in well under a second. */
const MOST_PAIRS = 30_000
/** Of one slice: sessions closed, and pairs made of them, which takes some milliseconds. */
const SLICE_SESSIONS = 500
const SLICE_PAIRS = 4_000

export interface FoldedEvent extends Pick<Action, 'eventId' | 'type' | 'at' | 'subject' | 'customerId'> {
  /** A product of the catalogue; else null. */
  readonly sku: string | null
  /** When it was received, by the clock of the receiver. */
  readonly receivedAt: number
  /** Whether its time is not the one that it was sent with. */
  readonly moved: boolean
}

export type Fold = 'accepted' | 'duplicate' | 'late'

const stageOf: ReadonlyMap<UserEventType | 'unknown', number> = new Map(STAGES.map((stage, index) => [stage, index]))

const CART_ACTS: ReadonlySet<string> = new Set(['add_to_cart', 'remove_from_cart'])

/** One that goes on. */
export interface NewestSession {
  /** Times of its first and last event, milliseconds. */
  readonly from: number
  readonly to: number
  /** Products, what was done last first. */
  readonly cart: readonly string[]
  readonly views: readonly string[]
}

export class PartitionState {
  readonly #most: number
  /** Of products. */
  readonly #names = new Names()
  readonly #sessions = new OpenSessions(this.#names)
  /** Those of a subject do not touch each other. */
  readonly #bySubject = new SessionsBy()
  /** Those that name a customer who is not their subject. */
  readonly #byCustomer = new SessionsBy()
  readonly #byLastEvent = new ByLastEvent(this.#sessions)
  readonly #ids = new KnownIds()
  #newest = -Infinity
  #open = 0
  #counts = noCounts()

  /** `newest`: as it was saved. */
  constructor(newest: number | null = null, most: number = Math.floor(MOST_OPEN / PARTITIONS)) {
    this.#most = most
    this.#newest = newest ?? -Infinity
  }

  /** Sessions that were open when it was saved. */
  restore(sessions: Iterable<Session>): void {
    for (const session of sessions) this.#add(this.#sessions.put(session))
  }

  get open(): number {
    return this.#open
  }

  /** Time of the newest event, milliseconds; null: there was none. */
  get newest(): number | null {
    return this.#newest === -Infinity ? null : this.#newest
  }

  /** An id of a record that is folded in already. */
  know(eventId: Uint8Array, receivedAt: number): void {
    this.#ids.add(eventId, receivedAt)
  }

  /**
   * Of the open sessions of a customer, by the subject or by the newest name in it, the one with the newest event; of two at
   * one time, the first by subject.
   */
  newestOf(customerId: string): NewestSession | null {
    let newest: OpenSession | null = null
    for (const session of [...this.#bySubject.of(customerId), ...this.#byCustomer.of(customerId)]) {
      if (!this.#isOver(session) && (newest === null || this.#isNewer(session, newest))) newest = session
    }
    if (newest === null) return null
    const session = this.#sessions.read(newest)
    return { from: session.from, to: session.to, cart: cartOf(session), views: viewsOf(session) }
  }

  fold({ eventId, type, at, subject, customerId, sku, receivedAt, moved }: FoldedEvent): Fold {
    if (!this.#ids.add(eventId, receivedAt)) {
      this.#counts.totals.duplicates += 1
      return 'duplicate'
    }
    this.#newest = Math.max(this.#newest, at)
    countEvent(this.#counts, { type, at, sku })
    if (moved) this.#counts.totals.moved += 1
    const event = {
      ...{ at, stage: stageOf.get(type) ?? -1 },
      viewed: type === 'product_view' ? sku : null,
      carted: sku === null || !CART_ACTS.has(type) ? null : { sku, isIn: type === 'add_to_cart' },
      customerId: customerId === subject ? null : customerId,
    }
    const joined = this.#join(subject, event)
    if (joined) return 'accepted'
    if (at < this.#newest - LATENESS_MS) {
      this.#counts.totals.late += 1
      return 'late'
    }
    this.#add(this.#sessions.open(subject, event))
    while (this.#open > this.#most && this.#closeOldest());
    return 'accepted'
  }

  /** Whether `closeSilent` would close anything. */
  hasSilent(now: number): boolean {
    return this.#byLastEvent.hasBefore(now - CLOSED_AFTER_MS)
  }

  /** It has counted as much as one save takes: it has to be saved before more is closed. */
  get isFull(): boolean {
    return this.#counts.pairs.size >= MOST_PAIRS
  }

  /**
   * Closes a slice of what is over; true: there is more. `silentAt`: the server's clock, where nothing comes any more and
   * sessions are over by that; the newest time stays.
   */
  closeSome(silentAt: number | null = null): boolean {
    const before = Math.max(this.#newest, silentAt ?? -Infinity) - CLOSED_AFTER_MS
    const { pairs } = this.#counts
    const most = Math.min(pairs.size + SLICE_PAIRS, MOST_PAIRS)
    for (let closed = 0; closed < SLICE_SESSIONS && pairs.size < most; closed++) {
      const over = this.#byLastEvent.takeBefore(before)
      if (over === null) return false
      this.#close(over)
    }
    return this.#byLastEvent.hasBefore(before)
  }

  /** What was counted since this was last asked. */
  takeCounts(): Counts {
    const counts = this.#counts
    this.#counts = noCounts()
    return counts
  }

  /** Its open sessions. They are read one by one: nothing may be folded in before they are written down. */
  save(): SavedSessions {
    return { names: this.#names, sessions: this.#read() }
  }

  *#read(): Generator<Session> {
    for (const session of this.#bySubject.all()) yield this.#sessions.read(session)
  }

  /** Whether there is an open session for it; where it ties two together they become one. */
  #join(subject: string, event: SessionEvent): boolean {
    const [session, ...others] = this.#bySubject.of(subject).filter((one) => this.#takes(one, event))
    if (session === undefined) return false
    const before = this.#sessions.customerOf(session)
    this.#sessions.extend(session, event)
    for (const other of others) {
      this.#sessions.merge(session, other)
      this.#leave(other)
    }
    this.#named(session, before)
    return true
  }

  #takes(session: OpenSession, { at }: SessionEvent): boolean {
    return this.#sessions.touches(session, at) && !this.#isOver(session)
  }

  #isOver(session: OpenSession): boolean {
    return this.#sessions.lastEventOf(session) < this.#newest - CLOSED_AFTER_MS
  }

  #isNewer(one: OpenSession, other: OpenSession): boolean {
    const later = this.#sessions.lastEventOf(one) - this.#sessions.lastEventOf(other)
    return later === 0 ? this.#sessions.subjectOf(one) < this.#sessions.subjectOf(other) : later > 0
  }

  /** Whom it names may have changed, or it is new. */
  #named(session: OpenSession, before: CustomerNamed | null): void {
    const customer = this.#sessions.customerOf(session)
    if (before?.customerId === customer?.customerId) return
    if (before !== null) this.#byCustomer.remove(before.customerId, session)
    if (customer !== null) this.#byCustomer.add(customer.customerId, session)
  }

  #add(session: OpenSession): void {
    this.#bySubject.add(this.#sessions.subjectOf(session), session)
    this.#byLastEvent.add(session)
    this.#open += 1
    this.#named(session, null)
  }

  #closeOldest(): boolean {
    const oldest = this.#byLastEvent.takeBefore(Infinity)
    if (oldest !== null) this.#close(oldest)
    return oldest !== null
  }

  #close(session: OpenSession): void {
    // Only one that closes for lack of room can find it full.
    countSession(this.#counts, this.#sessions.read(session), { withPairs: !this.isFull })
    this.#leave(session)
    this.#sessions.remove(session)
  }

  /** It does not go on, or as part of another one. */
  #leave(session: OpenSession): void {
    this.#open -= 1
    this.#bySubject.remove(this.#sessions.subjectOf(session), session)
    const customer = this.#sessions.customerOf(session)
    if (customer !== null) this.#byCustomer.remove(customer.customerId, session)
  }
}
