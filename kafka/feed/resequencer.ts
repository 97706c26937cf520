/**
 * Puts events that come from several partitions back into the order of the log. Positions are dense (law 1), so the next
 * event is always known: each event has its place in a window that begins there.
 *
 *   below expected | expected ... expected + capacity - 1 | beyond
 *   a duplicate    | kept, once                           | refused: to be offered again when the window has moved
 *
 * What is beyond is refused and not kept, so the memory is bounded, and the partition of the next event never waits for
 * one that is ahead of it.
 */
import type { Position } from '../../store/commit/command.ts'
import type { RecordedEvent } from '../../store/log/feed.ts'

export type Offer = 'taken' | 'duplicate' | 'beyond'

/** In events. */
export const RESEQUENCER_CAPACITY = 50_000
/**
 * The part of the window in which an event must fall for its partition to be read on. A fetch is decoded whole, however
 * little of it there is room for: at 0.75 each record was decoded three times while the reader was the slower one.
 */
const ROOM = 0.25

export class Resequencer {
  readonly #capacity: number
  /** The event of each place, and when it arrived. */
  readonly #events: (RecordedEvent | undefined)[]
  readonly #arrivals: Float64Array
  #expected: Position = 1
  #held = 0
  #furthest: Position = 0
  #duplicates = 0
  /** The first event of each partition that was refused, and when. */
  readonly #refused = new Map<string, { readonly position: Position; readonly since: number }>()

  constructor(capacity = RESEQUENCER_CAPACITY) {
    this.#capacity = capacity
    this.#events = new Array<RecordedEvent | undefined>(capacity).fill(undefined)
    this.#arrivals = new Float64Array(capacity)
  }

  /** The position of the event that comes next. */
  get expected(): Position {
    return this.#expected
  }

  /** How many events are kept. */
  get held(): number {
    return this.#held
  }

  /** The highest position that was ever offered; 0 before the first. */
  get furthest(): Position {
    return this.#furthest
  }

  /** How many events were offered again, or after they were had from elsewhere. */
  get duplicates(): number {
    return this.#duplicates
  }

  /** `partition`: where it comes from; `now`: milliseconds of a clock that never goes back. */
  offer(event: RecordedEvent, partition: string, now: number): Offer {
    const { position } = event
    if (position > this.#furthest) this.#furthest = position
    if (position >= this.#expected + this.#capacity) {
      this.#refused.set(partition, { position, since: this.#refused.get(partition)?.since ?? now })
      return 'beyond'
    }
    const place = position % this.#capacity
    if (position < this.#expected || this.#events[place] !== undefined) {
      this.#duplicates += 1
      return 'duplicate'
    }
    this.#events[place] = event
    this.#arrivals[place] = now
    this.#held += 1
    return 'taken'
  }

  /** The next events, at most `limit`, up to the first that is not there. They are forgotten. */
  take(limit: number): readonly RecordedEvent[] {
    const run: RecordedEvent[] = []
    while (run.length < limit) {
      const event = this.#forget(this.#expected)
      if (event === undefined) break
      run.push(event)
      this.#expected += 1
    }
    return run
  }

  /** Goes on from a position further on: what comes before it was had from elsewhere. */
  skipTo(expected: Position): void {
    if (expected <= this.#expected) return
    const end = Math.min(expected, this.#expected + this.#capacity)
    for (let position = this.#expected; position < end && this.#held > 0; position++) this.#forget(position)
    this.#expected = expected
  }

  /** The partitions that were refused and fit in again, with room for more than the event that did not. */
  takeWelcome(): readonly string[] {
    if (this.#refused.size === 0) return []
    const room = this.#expected + Math.ceil(this.#capacity * ROOM)
    const welcome = [...this.#refused].flatMap(([partition, { position }]) => (position < room ? [partition] : []))
    for (const partition of welcome) this.#refused.delete(partition)
    return welcome
  }

  /** Partitions are dealt out: those that were refused are offered again without being asked for. */
  forgetRefused(): void {
    this.#refused.clear()
  }

  /** Forgets everything: another log begins. */
  startOver(expected: Position): void {
    this.#events.fill(undefined)
    this.#held = 0
    this.#furthest = expected - 1
    this.#refused.clear()
    this.#expected = expected
  }

  /** Since when the nearest event behind the expected one has been there; null: none. */
  waitingSince(): number | null {
    const arrival = this.#arrivalFrom(this.#expected)
    return arrival === Infinity ? null : arrival
  }

  /**
   * How many events, from the expected one on and at most `limit`, go up to the last one that is missing although one
   * behind it has been there since `since` or longer; 0: none is.
   */
  overdue(limit: number, since: number): number {
    if (this.#held === 0 && this.#refused.size === 0) return 0
    const end = this.#expected + Math.min(limit, this.#capacity)
    const refused = new Map([...this.#refused.values()].map(({ position, since: at }) => [position, at]))
    let arrival = this.#arrivalFrom(end)
    for (let position = end - 1; position >= this.#expected; position--) {
      const place = position % this.#capacity
      if (this.#events[place] !== undefined) arrival = this.#arrivals[place] ?? Infinity
      else if (arrival <= since) return position - this.#expected + 1
      else arrival = Math.min(arrival, refused.get(position) ?? Infinity)
    }
    return 0
  }

  /** How many of the next events, `count` of them, are missing. */
  missing(count: number): number {
    let missing = 0
    for (let position = this.#expected; position < this.#expected + count; position++) {
      if (this.#events[position % this.#capacity] === undefined) missing += 1
    }
    return missing
  }

  /** When the first event from a position on arrived, or else was refused; Infinity: none. */
  #arrivalFrom(from: Position): number {
    const end = this.#held === 0 ? from : this.#expected + this.#capacity
    for (let position = from; position < end; position++) {
      const place = position % this.#capacity
      if (this.#events[place] !== undefined) return this.#arrivals[place] ?? Infinity
    }
    return Math.min(...[...this.#refused.values()].map(({ position, since }) => (position >= from ? since : Infinity)))
  }

  #forget(position: Position): RecordedEvent | undefined {
    const place = position % this.#capacity
    const event = this.#events[place]
    if (event === undefined) return undefined
    this.#events[place] = undefined
    this.#held -= 1
    return event
  }
}
