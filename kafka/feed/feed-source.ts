/**
 * Whether a feed waits for Kafka or reads the store.
 *
 *   store --it has joined, and Kafka shows what the reader had not read a second ago, or there is nothing to read--> kafka
 *   kafka --the client is thrown away, or the log has grown and nothing of it came for 5 s--> store
 *
 * After a silence only an event from Kafka itself leads back: where there is nothing to read, a Kafka that nobody publishes
 * to looks like one that is up to date.
 */
import type { Position } from '../../store/commit/command.ts'

/** How long the log may have grown without anything coming from Kafka. */
export const SILENT_MS = 5_000
/** Kafka has caught up when it shows what the reader of the store had not read so long ago. */
export const CAUGHT_UP_MS = 1_000

export type Reading = { readonly from: 'kafka' } | { readonly from: 'store'; readonly reason: string }

interface Stood {
  readonly position: Position
  readonly at: number
}

/** `now`: milliseconds of a clock that never goes back. */
export class FeedSource {
  readonly #changed: (reading: Reading) => void
  #reading: Reading = NOT_JOINED
  #joined = false
  /** Not silent since it joined. */
  #trusted = false
  /** Where the reader of the store stood lately. */
  #stood: Stood | null = null
  /** Since when the log is known to have grown beyond a position. */
  #behind: Stood | null = null

  /** `changed`: called at each change that is not the reader's own wish. */
  constructor(changed: (reading: Reading) => void) {
    this.#changed = changed
  }

  get reading(): Reading {
    return this.#reading
  }

  get joined(): boolean {
    return this.#joined
  }

  /** The group dealt out its partitions. */
  join(): void {
    this.#joined = true
    this.#trusted = true
  }

  /** The client is gone, for a reason that is not ours. */
  lose(reason: string): void {
    this.#joined = false
    this.readStore(reason)
  }

  /** The reader is gone. */
  leave(): void {
    this.#joined = false
    this.#reading = NOT_JOINED
    this.#stood = null
  }

  readStore(reason: string): void {
    this.#stood = null
    this.#change({ from: 'store', reason })
  }

  /** Kafka had the reader's next event. */
  found(): void {
    this.#behind = null
    if (this.#joined) this.#change({ from: 'kafka' })
  }

  /** The reader of the store asks behind `after`; `furthest`: the highest position that Kafka has shown. */
  asks(after: Position, furthest: Position, now: number): void {
    if (this.#stood !== null && furthest > this.#stood.position) this.found()
    if (this.#stood === null || now - this.#stood.at > CAUGHT_UP_MS) this.#stood = { position: after, at: now }
  }

  /** The store had nothing either. */
  idle(): void {
    if (this.#trusted) this.found()
  }

  /** Kafka had nothing behind `after`, and the log has grown. True: for too long, so that the store is read. */
  isSilent(after: Position, now: number): boolean {
    if (this.#behind?.position !== after) this.#behind = { position: after, at: now }
    if (now - this.#behind.at < SILENT_MS) return false
    this.#trusted = false
    this.readStore(`nothing arrived from Kafka for ${String(SILENT_MS / 1_000)} s, although the log has grown`)
    return true
  }

  #change(reading: Reading): void {
    const before = this.#reading
    this.#reading = reading
    if (before.from !== reading.from) this.#changed(reading)
  }
}

const NOT_JOINED: Reading = { from: 'store', reason: 'the consumer has not joined its group yet' }
