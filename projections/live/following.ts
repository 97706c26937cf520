/**
 * Follows the log for all projections, in rounds. In a round, projections that stand at the same position read
 * together:
 *
 * - The front (the furthest) waits for what is new. While it catches up it reads its next batch as the present one is
 *   written; once it is there it gathers for a moment before it reads on: longer when the log grows fast.
 * - Those that need not show each event at once (Projection.showsEveryMs) read with the others, and write what several
 *   batches came to when it is time.
 * - Those behind read alone, at most up to the next group, which they thereby join.
 * - When some are one batch behind the front, it waits that round for them: a moving front would never be met.
 *
 * A projection that cannot show an event fails and leaves the rounds; the others go on. Anything else that goes wrong
 * ends the following, because nothing is known then about the checkpoints but what the database says.
 */
import type { Position } from '../../store/commit/command.ts'
import type { Feed } from '../../store/log/feed.ts'
import type { Failure, LiveGeneration } from '../generations.ts'
import { pause } from '../../store/waiting/pause.ts'
import { RateMeter } from '../../store/waiting/rate-meter.ts'
import { readBatch, type Batch } from './read-batch.ts'
import { EventNotShown, readOn, showAlone, showTogether, type Follower } from './show-batch.ts'
import { ProjectionPaused } from './checkpoints.ts'

/** Larger ones fold better: 85k events/s against 63k/s at 1,000 and 30k/s at 100. */
const BATCH = 5_000
/** This many events in the last second are a busy log. */
const BUSY_PER_SECOND = 4_000
/**
 * How long the front gathers after a batch. In a large batch an event costs a fraction of what it costs in a small one, and
 * what is saved goes to orders: half as many again at 64 connections. What is shown of a busy log is then about half a
 * second old.
 */
const GATHER_MS = { busy: 400, else: 5 }
/** Of the wait for what is overdue when nothing is. */
const LONG_MS = 60_000

export interface FollowingParts {
  readonly feed: Feed
  readonly followers: readonly Follower[]
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
  /** Called before the follower leaves the rounds. */
  readonly failed: (follower: Follower, failure: Failure) => Promise<void>
}

interface Group {
  readonly position: Position
  readonly followers: readonly Follower[]
}

export class Following {
  readonly #feed: Feed
  readonly #followers: readonly Follower[]
  readonly #failed: FollowingParts['failed']
  /** Batches asked for, by the position they begin behind. */
  readonly #ahead = new Map<Position, Promise<Batch | null>>()
  readonly #monotonic: () => number
  /** Of the front. */
  readonly #rate: RateMeter
  #wake: () => void = () => undefined

  constructor({ feed, followers, monotonic, failed }: FollowingParts) {
    this.#monotonic = monotonic
    this.#rate = new RateMeter({ now: monotonic, windowMs: 1_000, from: null })
    this.#feed = feed
    this.#followers = followers
    this.#failed = failed
  }

  /** Runs until `signal` aborts. Rejects with CheckpointMoved, LogGap, or an error of the database. */
  async run(signal: AbortSignal): Promise<void> {
    const wake = () => this.#wake()
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted) await this.#round(signal)
    } finally {
      signal.removeEventListener('abort', wake)
    }
  }

  /** Pauses and resumes followers as the database says; a failed one whose failure was forgotten is tried again. */
  setStates(generations: ReadonlyMap<string, LiveGeneration>): void {
    for (const follower of this.#followers) {
      const said = generations.get(follower.projection.name)
      if (said === undefined) continue
      const state = said.paused ? 'paused' : follower.state === 'failed' && said.failure !== null ? 'failed' : 'live'
      if (state === follower.state) continue
      follower.state = state
      follower.read = null
      this.#wake()
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const woken = new Promise<void>((resolve) => (this.#wake = resolve))
    if (signal.aborted) return
    await this.#showOverdue()
    const alarm = setTimeout(() => this.#wake(), this.#untilOverdue())
    await this.#readOn(woken, signal).finally(() => clearTimeout(alarm))
  }

  async #readOn(woken: Promise<void>, signal: AbortSignal): Promise<void> {
    const groups = groupByPosition(this.#followers)
    const front = groups.at(-1)
    if (front === undefined) return woken
    const behind = groups.slice(0, -1)
    const steps = behind.map((group, index) => {
      const limit = Math.min(BATCH, (groups[index + 1]?.position ?? 0) - group.position)
      return this.#show(group, this.#read(group, limit, signal))
    })
    const arriving = behind.some(({ position }) => front.position - position <= BATCH)
    if (!arriving) {
      const others = steps.length === 0 ? woken : Promise.race([woken, Promise.allSettled(steps)])
      steps.push(this.#lead(front, others, signal))
    }
    await allDone(steps)
    this.#forget()
  }

  /** The front's step; without a batch when the others are done before there is one. */
  async #lead(front: Group, others: Promise<unknown>, signal: AbortSignal): Promise<void> {
    const ahead = this.#read(front, BATCH, signal)
    const batch = await Promise.race([ahead, others.then(() => null)])
    if (batch === null) return
    const found = batch.end.position - front.position
    if (found === BATCH) void this.#read({ followers: front.followers, position: batch.end.position }, BATCH, signal)
    this.#rate.count(batch.end.position)
    await this.#show(front, ahead)
    if (found === BATCH) return
    await pause(this.#rate.perSecond() >= BUSY_PER_SECOND ? GATHER_MS.busy : GATHER_MS.else, signal)
  }

  async #show({ followers, position }: Group, reading: Promise<Batch | null>): Promise<void> {
    const batch = await reading
    if (batch === null) return
    for (const follower of followers) readOn(follower, batch)
    const catchingUp = batch.end.position - position === BATCH
    await this.#showNow(
      followers.filter((follower) => catchingUp || follower.dualWritten || this.#waitsFor(follower) <= 0),
    )
  }

  /** Those that cannot be shown together one after the other: at once they would take both cores from orders. */
  async #showNow(followers: readonly Follower[]): Promise<void> {
    const apart = new Set<Follower>(await showTogether(followers))
    for (const follower of followers) {
      if (apart.has(follower)) await this.#showAlone(follower)
      follower.shownAt = this.#monotonic()
    }
  }

  async #showAlone(follower: Follower): Promise<void> {
    try {
      await showAlone(follower)
    } catch (error) {
      follower.state = await this.#stopped(follower, error)
    }
  }

  /** What was read for those that need not show it at once, and has waited long enough. */
  async #showOverdue(): Promise<void> {
    const overdue = this.#followers.filter((follower) => follower.read !== null && this.#waitsFor(follower) <= 0)
    for (const { followers } of groupByPosition(overdue)) await this.#showNow(followers)
  }

  /** Milliseconds until something that was read has to be shown. */
  #untilOverdue(): number {
    return Math.min(
      LONG_MS,
      ...this.#followers.filter(({ read }) => read !== null).map((follower) => this.#waitsFor(follower)),
    )
  }

  /** Milliseconds for which a follower need not show what was read. */
  #waitsFor({ projection: { showsEveryMs = 0 }, shownAt }: Follower): number {
    return shownAt + showsEveryMs - this.#monotonic()
  }

  /** Rethrows what does not concern this follower alone. */
  async #stopped(follower: Follower, error: unknown): Promise<'paused' | 'failed'> {
    if (error instanceof ProjectionPaused) return 'paused'
    if (!(error instanceof EventNotShown)) throw error
    const { code, message, position } = error
    await this.#failed(follower, { code, message, position })
    return 'failed'
  }

  #read({ position, followers }: Group, limit: number, signal: AbortSignal): Promise<Batch | null> {
    let batch = this.#ahead.get(position)
    if (batch === undefined) {
      const projections = followers.map(({ projection }) => projection)
      batch = readBatch({ feed: this.#feed, after: position, limit, projections, signal })
      batch.catch(() => undefined) // the one that waits for it gets the error; it may be that nobody does
      this.#ahead.set(position, batch)
    }
    return batch
  }

  /** Drops what was read, or is being waited for, and will not be asked for again. */
  #forget(): void {
    const needed = new Set(groupByPosition(this.#followers).map(({ position }) => position))
    for (const position of this.#ahead.keys()) if (!needed.has(position)) this.#ahead.delete(position)
  }
}

/** The live ones; the hindmost first. */
function groupByPosition(followers: readonly Follower[]): readonly Group[] {
  const groups = new Map<Position, Follower[]>()
  for (const follower of followers) {
    if (follower.state !== 'live') continue
    const { position } = follower.read?.end ?? follower.checkpoint
    groups.set(position, [...(groups.get(position) ?? []), follower])
  }
  return [...groups]
    .map(([position, members]) => ({ position, followers: members }))
    .sort((a, b) => a.position - b.position)
}

/** Waits for all of them, also when one fails: none may still be writing when the next work begins. */
export async function allDone(steps: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(steps)
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
