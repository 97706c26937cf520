/**
 * Follows the log for all projections, in rounds. In a round, projections that stand at the same position read
 * together:
 *
 * - The front (the furthest) waits for what is new. While it catches up it reads its next batch as the present one is
 *   written; once it is there, and the log grows fast, it gathers for a moment before it reads on.
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
import { readBatch, type Batch } from './read-batch.ts'
import { EventNotShown, showBatch, showTogether, type Shower } from './show-batch.ts'
import { ProjectionPaused } from './checkpoints.ts'

/** Larger ones fold better: 85k events/s against 63k/s at 1,000 and 30k/s at 100. */
const BATCH = 5_000
/** The log is busy when a read finds so many events and they came so fast, by the times at which they were recorded. */
const BUSY = { events: 50, perSecond: 2_000 }
/**
 * How long the front then gathers. In a large batch an event costs a fraction of what it costs in a small one, and what is
 * saved goes to orders: half as many again at 64 connections. What is shown is then about half a second old.
 */
const GATHER_MS = 400

/** A projection and whether it takes part. */
export interface Lane extends Shower {
  state: 'live' | 'paused' | 'failed'
}

export interface FollowingParts {
  readonly feed: Feed
  readonly lanes: readonly Lane[]
  /** Told before the lane leaves the rounds. */
  readonly failed: (lane: Lane, failure: Failure) => Promise<void>
}

interface Group {
  readonly position: Position
  readonly lanes: readonly Lane[]
}

export class Following {
  readonly #feed: Feed
  readonly #lanes: readonly Lane[]
  readonly #failed: FollowingParts['failed']
  /** Batches asked for, by the position they begin behind. */
  readonly #ahead = new Map<Position, Promise<Batch | null>>()
  #wake: () => void = () => undefined
  /** When the last event that the front has read was recorded. */
  #readUntil = 0

  constructor({ feed, lanes, failed }: FollowingParts) {
    this.#feed = feed
    this.#lanes = lanes
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

  /** Pauses and resumes lanes as the database says; a failed one whose failure was forgotten is tried again. */
  setStates(generations: ReadonlyMap<string, LiveGeneration>): void {
    for (const lane of this.#lanes) {
      const said = generations.get(lane.projection.name)
      if (said === undefined) continue
      const state = said.paused ? 'paused' : lane.state === 'failed' && said.failure !== null ? 'failed' : 'live'
      if (state === lane.state) continue
      lane.state = state
      this.#wake()
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const woken = new Promise<void>((resolve) => (this.#wake = resolve))
    if (signal.aborted) return
    const groups = groupByPosition(this.#lanes)
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
    if (found === BATCH) void this.#read({ lanes: front.lanes, position: batch.end.position }, BATCH, signal)
    const seconds = (batch.end.recordedAt - this.#readUntil) / 1_000
    this.#readUntil = batch.end.recordedAt
    await this.#show(front, ahead)
    const busy = found >= BUSY.events && found >= BUSY.perSecond * seconds
    if (busy && found < BATCH) await pause(GATHER_MS, signal)
  }

  /** Those that cannot be shown together one after the other: at once they would take both cores from orders. */
  async #show({ lanes }: Group, reading: Promise<Batch | null>): Promise<void> {
    const batch = await reading
    if (batch === null) return
    const apart = new Set<Shower>(await showTogether(lanes, batch))
    for (const lane of lanes) if (apart.has(lane)) await this.#showIn(lane, batch)
  }

  async #showIn(lane: Lane, batch: Batch): Promise<void> {
    try {
      await showBatch(lane, batch)
    } catch (error) {
      lane.state = await this.#stopped(lane, error)
    }
  }

  /** Rethrows what does not concern this lane alone. */
  async #stopped(lane: Lane, error: unknown): Promise<'paused' | 'failed'> {
    if (error instanceof ProjectionPaused) return 'paused'
    if (!(error instanceof EventNotShown)) throw error
    const { code, message, position } = error
    await this.#failed(lane, { code, message, position })
    return 'failed'
  }

  #read({ position, lanes }: Group, limit: number, signal: AbortSignal): Promise<Batch | null> {
    let batch = this.#ahead.get(position)
    if (batch === undefined) {
      const projections = lanes.map(({ projection }) => projection)
      batch = readBatch({ feed: this.#feed, after: position, limit, projections, signal })
      batch.catch(() => undefined) // whoever waits for it is told; it may be that nobody does
      this.#ahead.set(position, batch)
    }
    return batch
  }

  /** Drops what was read, or is being waited for, and will not be asked for again. */
  #forget(): void {
    const needed = new Set(groupByPosition(this.#lanes).map(({ position }) => position))
    for (const position of this.#ahead.keys()) if (!needed.has(position)) this.#ahead.delete(position)
  }
}

/** The live ones; the hindmost first. */
function groupByPosition(lanes: readonly Lane[]): readonly Group[] {
  const groups = new Map<Position, Lane[]>()
  for (const lane of lanes) {
    if (lane.state !== 'live') continue
    const { position } = lane.checkpoint
    groups.set(position, [...(groups.get(position) ?? []), lane])
  }
  return [...groups]
    .map(([position, members]) => ({ position, lanes: members }))
    .sort((a, b) => a.position - b.position)
}

/** Waits for all of them, also when one fails: none may still be writing when the next work begins. */
export async function allDone(steps: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(steps)
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
