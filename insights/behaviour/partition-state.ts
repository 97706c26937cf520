/**
 * What the reader of one partition knows: open sessions, the ids of the last 10 minutes, and what it has counted since it
 * last saved. It depends on the records of its partition alone, so whoever reads them again from a saved state gets the same.
 *
 * A session closes when the newest time of the partition is over 35 minutes past its last event: 30 that may lie between two
 * events, and 5 that an event may come late. An event that comes later than that joins an open session or counts as late; it
 * opens none, for the session that it belonged to may be closed and counted.
 *
 * Hundreds of thousands may be over at once, and the products of each make pairs: folding closes none of them. `closeSome`
 * does, a slice at a time, until what is counted fills a save. What is over and not closed yet takes no event any more.
 */
import type { Action, UserEventType } from '../../schemas/behaviour/user-event.ts'
import { ByLastEvent } from './by-last-event.ts'
import { countEvent, countSession, noCounts, type Counts } from './counts.ts'
import { KnownIds } from './known-ids.ts'
import { Names } from './names.ts'
import type { SavedSessions } from './packed-sessions.ts'
import {
  cartOf,
  customerOf,
  extend,
  firstEventOf,
  lastEventOf,
  merge,
  openSession,
  SESSION_GAP_MS,
  STAGES,
  touches,
  viewsOf,
  type CustomerNamed,
  type Session,
  type SessionEvent,
} from './session.ts'

/** An event may be so much older than the newest of its partition. */
export const LATENESS_MS = 5 * 60_000
const CLOSED_AFTER_MS = SESSION_GAP_MS + LATENESS_MS

export const PARTITIONS = 6
/** Of all partitions together; one has its share. */
const MOST_OPEN = 500_000
/** Of different products, between two saves: so many are written in well under a second. */
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

/** As it is saved. */
export interface SavedState extends SavedSessions {
  readonly newest: number | null
}

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
  /** By subject. Nearly all have one; those of a subject do not touch each other. */
  readonly #open = new Map<string, Session | Session[]>()
  #byLastEvent = new ByLastEvent()
  readonly #ids = new KnownIds()
  /** Of products. */
  readonly #names = new Names()
  /** Open sessions that name a customer who is not their subject. */
  readonly #byCustomer = new Map<string, Set<Session>>()
  #newest = -Infinity
  #openCount = 0
  #counts = noCounts()

  constructor(saved: SavedState | null = null, most: number = Math.floor(MOST_OPEN / PARTITIONS)) {
    this.#most = most
    this.#newest = saved?.newest ?? -Infinity
    for (const name of saved?.names ?? []) this.#names.number(name)
    for (const session of saved?.sessions ?? []) this.#add(session)
  }

  get open(): number {
    return this.#openCount
  }

  /** Time of the newest event, milliseconds; null: there was none. */
  get newest(): number | null {
    return this.#newest === -Infinity ? null : this.#newest
  }

  /** An id of a record that is folded in already. */
  know(eventId: Uint8Array, receivedAt: number): void {
    this.#ids.add(eventId, receivedAt)
  }

  /** Of the open sessions of a customer, by the subject or by the newest name in it, the one with the newest event. */
  newestOf(customerId: string): NewestSession | null {
    const own = this.#open.get(customerId) ?? []
    const sessions = [...(Array.isArray(own) ? own : [own]), ...(this.#byCustomer.get(customerId) ?? [])]
    const newest = sessions.reduce<Session | null>(
      (best, one) => (this.#isOver(one) || (best !== null && lastEventOf(one) <= lastEventOf(best)) ? best : one),
      null,
    )
    if (newest === null) return null
    const [from, to] = [firstEventOf(newest), lastEventOf(newest)]
    return { from, to, cart: cartOf(newest), views: viewsOf(newest, this.#names) }
  }

  fold({ eventId, type, at, subject, customerId, sku, receivedAt, moved }: FoldedEvent): Fold {
    if (!this.#ids.add(eventId, receivedAt)) {
      this.#counts.totals.duplicates += 1
      return 'duplicate'
    }
    this.#newest = Math.max(this.#newest, at)
    countEvent(this.#counts, { type, at, sku })
    if (moved) this.#counts.totals.moved += 1
    const viewed = type === 'product_view' && sku !== null ? this.#names.number(sku) : -1
    const event = {
      ...{ at, stage: stageOf.get(type) ?? -1, viewed },
      carted: sku === null || !CART_ACTS.has(type) ? null : { sku, isIn: type === 'add_to_cart' },
      customerId: customerId === subject ? null : customerId,
    }
    const joined = this.#join(subject, event)
    if (joined) return 'accepted'
    if (at < this.#newest - LATENESS_MS) {
      this.#counts.totals.late += 1
      return 'late'
    }
    this.#add(openSession(subject, event, this.#names))
    while (this.#openCount > this.#most && this.#closeOldest());
    return 'accepted'
  }

  /** Whether `closeSilent` would close anything. */
  hasSilent(now: number): boolean {
    return this.#byLastEvent.hasBefore(now - CLOSED_AFTER_MS)
  }

  /** It has counted as much as one save takes: it is to be saved before more is closed. */
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

  /** What it knows. Its sessions go on changing: to be written down before anything is folded in. */
  save(): SavedState {
    return { newest: this.newest, names: this.#names.all(), sessions: [...this.#open.values()].flat() }
  }

  /** Whether there is an open session for it; where it ties two together they become one. */
  #join(subject: string, event: SessionEvent): boolean {
    const open = this.#open.get(subject)
    if (open === undefined) return false
    if (!Array.isArray(open)) {
      if (!this.#takes(open, event)) return false
      this.#extend(open, event)
      return true
    }
    const [session, ...others] = open.filter((one) => this.#takes(one, event))
    if (session === undefined) return false
    this.#extend(session, event)
    for (const other of others) {
      const before = customerOf(session)
      merge(session, other, this.#names)
      this.#remove(other)
      this.#named(session, before)
    }
    return true
  }

  #takes(session: Session, { at }: SessionEvent): boolean {
    return touches(session, at) && !this.#isOver(session)
  }

  #isOver(session: Session): boolean {
    return lastEventOf(session) < this.#newest - CLOSED_AFTER_MS
  }

  #extend(session: Session, event: SessionEvent): void {
    const before = customerOf(session)
    extend(session, event, this.#names)
    if (customerOf(session) !== before) this.#named(session, before)
  }

  /** Whom it names has changed, or it is new. */
  #named(session: Session, before: CustomerNamed | null): void {
    const customer = customerOf(session)
    if (before?.customerId === customer?.customerId) return
    if (before !== null) this.#unname(session, before)
    if (customer === null) return
    const named = this.#byCustomer.get(customer.customerId)
    if (named === undefined) this.#byCustomer.set(customer.customerId, new Set([session]))
    else named.add(session)
  }

  #unname(session: Session, { customerId }: CustomerNamed): void {
    const named = this.#byCustomer.get(customerId)
    named?.delete(session)
    if (named?.size === 0) this.#byCustomer.delete(customerId)
  }

  #add(session: Session): void {
    const open = this.#open.get(session.subject)
    if (open === undefined) this.#open.set(session.subject, session)
    else if (Array.isArray(open)) open.push(session)
    else this.#open.set(session.subject, [open, session])
    this.#byLastEvent.add(session)
    this.#openCount += 1
    this.#named(session, null)
  }

  #closeOldest(): boolean {
    const oldest = this.#byLastEvent.takeBefore(Infinity)
    if (oldest !== null) this.#close(oldest)
    return oldest !== null
  }

  #close(session: Session): void {
    this.#remove(session)
    // Only one that closes for want of room can find it full.
    countSession(this.#counts, session, this.isFull ? null : this.#names)
  }

  #remove(session: Session): void {
    this.#openCount -= 1
    const customer = customerOf(session)
    if (customer !== null) this.#unname(session, customer)
    const open = this.#open.get(session.subject)
    const rest = Array.isArray(open) ? open.filter((one) => one !== session) : []
    const [first] = rest
    if (first === undefined) this.#open.delete(session.subject)
    else this.#open.set(session.subject, rest.length === 1 ? first : rest)
  }
}
