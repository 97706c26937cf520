/**
 * One client in one topic.
 *
 *   check ──> changes <──> live            it goes on from what it has
 *     │ └───> waiting (a position that is not shown yet) ──> changes
 *     └─────> snapshot ──> changes         it starts again
 *   live, changes ──(its queue was full, rows were left out, other tables)──> snapshot
 *
 * `changes`: it is behind, and gets what it lacks as its queue has room. `live`: it gets what everybody gets, at once.
 */
import type { Position } from '../../store/commit/command.ts'
import type { SnapshotReason } from './frames.ts'
import type { TopicWish } from './wish.ts'

export interface Place {
  /** The next change begins here; null: nothing was sent yet. */
  readonly to: Position | null
  /** What may be resumed from: behind `to` after a frame that left rows out. */
  readonly has: Position | null
  /** Recorded time of the event at `to`; null: not known. */
  readonly asOf: string | null
  readonly epoch: string | null
}

export type Owed = 'check' | 'waiting' | 'snapshot' | 'changes' | 'live'

const NOWHERE: Place = { to: null, has: null, asOf: null, epoch: null }

export class Subscription {
  readonly topic: string
  limit: number
  owed: Owed
  /** Of the snapshot that is owed. */
  reason: SnapshotReason = 'start'
  /** Behind everything that is queued. */
  queued: Place
  /** Behind everything that was handed on. */
  taken: Place
  /** It had a snapshot or a change since it was asked for. */
  answered = false
  /** Milliseconds of the monotonic clock, while it waits for a position. */
  waitsUntil: number | null = null
  /** It has heard that no tables exist. */
  toldRebuilding = false

  constructor(topic: string, { after, epoch, limit }: TopicWish) {
    this.topic = topic
    this.limit = limit
    this.owed = after === null ? 'snapshot' : 'check'
    this.queued = after === null ? NOWHERE : { to: after, has: after, asOf: null, epoch }
    this.taken = this.queued
  }

  get isStale(): boolean {
    return this.queued.to !== this.queued.has
  }

  owes(reason: SnapshotReason): void {
    this.owed = 'snapshot'
    this.reason = reason
    this.waitsUntil = null
  }

  /** What was queued and not handed on is gone. */
  dropped(): void {
    if (this.answered) {
      this.queued = this.taken
      this.owes('slow')
    }
  }
}
