/**
 * Serves a reactor, in one process at a time. While it has the lease it reads the log and settles what is due, side by
 * side:
 *
 *   reading --an event that it cannot read--> standing still --retried--> reading
 *   settling (while it stands still: nothing)
 *
 * The lease is for economy: a late process moves no checkpoint, and a command that is asked for twice is harmless.
 */
import type { Timestamp } from '../domain/values.ts'
import type { Position } from '../store/commit/command.ts'
import { LogGap } from '../store/log/feed.ts'
import { explainFailure, underLease, type LeasedWorker, type WorkerLog } from '../store/log/under-lease.ts'
import type { Pool } from '../store/postgres/database.ts'
import { pause } from '../store/waiting/pause.ts'
import {
  openReactor,
  readDue,
  readerName,
  recordFailure,
  standsStill,
  writeSettlement,
  writeStretch,
  type Failure,
} from './due-table.ts'
import type { Reactor } from './reactor.ts'
import { readStretch } from './read-stretch.ts'
import { askAll, type Asking } from './settle.ts'

/** Once the log, or what is due, is done: nothing is due sooner than a minute after it is said to be. */
const LOOK_MS = 1_000

export type ReactorPoint = 'reactor.read' | 'reactor.filled' | 'reactor.taken' | 'reactor.decided' | 'reactor.settled'

export interface ReactorParts extends Asking {
  /** Three connections: reading, settling and the lease. */
  readonly pool: Pool
  readonly reactor: Reactor
  /** Unique to this process. */
  readonly owner: string
  /** By the database's clock. */
  readonly clock: () => Timestamp
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
  readonly log: WorkerLog
  /** The fault hook. */
  readonly reachPoint: (point: ReactorPoint) => void
  readonly pace?: Pace
}

export interface Pace {
  /** Commands a second at most. */
  readonly perSecond: number
  /** Commands at once: as many as an order that comes meanwhile has to wait for. */
  readonly batch: number
}

const PACE: Pace = { perSecond: 1_000, batch: 50 }
/** At once, where the machine is so busy that smaller batches would not reach the rate. */
const MOST_BATCHES = 4

/** Begins to stand by at once. */
export function serveReactor(parts: ReactorParts): LeasedWorker {
  const { pool, owner, log, reactor } = parts
  return underLease({
    pool,
    owner,
    log,
    lease: () => readerName(reactor.name),
    who: `the reactor ${reactor.name}`,
    explain: explainFailure,
    async term({ end, begun }) {
      const from = await openReactor(pool, reactor.name)
      begun()
      log.info({ reactor: reactor.name, position: from }, 'the reactor is working')
      await new Term(parts, from).run(end)
      return null
    },
  })
}

class Term {
  readonly #parts: ReactorParts
  #position: Position
  #standsStill = false

  constructor(parts: ReactorParts, from: Position) {
    this.#parts = parts
    this.#position = from
  }

  /** Runs until `end` aborts. Rejects when the database does, or when another process works in its place. */
  async run(end: AbortSignal): Promise<void> {
    const failed = new AbortController()
    const signal = AbortSignal.any([end, failed.signal])
    const loops = [this.#read(signal), this.#settle(signal)].map((loop) => loop.finally(() => failed.abort()))
    // Both are done before the lease is given back.
    for (const result of await Promise.allSettled(loops)) if (result.status === 'rejected') throw result.reason
  }

  async #read(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const full = await this.#readOn()
      if (full === null) await this.#standStill(signal)
      else if (!full) await pause(LOOK_MS, signal)
    }
  }

  /** True: there may be more. Null: it cannot read on. */
  async #readOn(): Promise<boolean | null> {
    const { pool, reactor, reachPoint } = this.#parts
    const { stretch, failure, full } = await this.#nextStretch()
    if (stretch.to > stretch.from) {
      reachPoint('reactor.read')
      if (!(await writeStretch(pool, reactor.name, stretch))) {
        throw new Error(`another process reads for the reactor ${reactor.name}`)
      }
      this.#position = stretch.to
      reachPoint('reactor.filled')
    }
    if (failure === null) return full
    await this.#failed(failure)
    return null
  }

  async #nextStretch() {
    const { pool, reactor } = this.#parts
    try {
      return await readStretch(pool, reactor, this.#position)
    } catch (error) {
      if (error instanceof LogGap) {
        const { code, message, expected } = error
        await this.#failed({ code, message, position: expected })
      }
      throw error
    }
  }

  async #failed(failure: Failure): Promise<void> {
    const { pool, reactor, log } = this.#parts
    this.#standsStill = true
    await recordFailure(pool, reactor.name, failure)
    log.error(
      { reactor: reactor.name, failure },
      'a reactor failed and stopped; retry it with orderledger reactors retry',
    )
  }

  /** Until somebody has it try again. */
  async #standStill(signal: AbortSignal): Promise<void> {
    const { pool, reactor } = this.#parts
    do await pause(LOOK_MS, signal)
    while (!signal.aborted && (await standsStill(pool, reactor.name)))
    this.#standsStill = false
  }

  async #settle(signal: AbortSignal): Promise<void> {
    const { monotonic, pace: { perSecond, batch } = PACE } = this.#parts
    let limit = batch
    while (!signal.aborted) {
      const began = monotonic()
      const asked = this.#standsStill ? 0 : await this.#settleSome(limit)
      const took = monotonic() - began
      // Time that was lost is not made up for; where a round takes long, the next one takes more.
      limit = Math.min(Math.max(batch, Math.ceil((took * perSecond) / 1_000)), MOST_BATCHES * batch)
      await pause(asked === 0 ? LOOK_MS : Math.max(0, (asked * 1_000) / perSecond - took), signal)
    }
  }

  /** Returns how many commands were asked for; 0: there is nothing to do for now. */
  async #settleSome(limit: number): Promise<number> {
    const { pool, reactor, clock, executor, newId, log, reachPoint } = this.#parts
    const at = clock()
    const rows = await readDue(pool, reactor.name, { at, limit })
    if (rows.length === 0) return 0
    reachPoint('reactor.taken')
    const asked = await askAll(reactor, rows, { executor, newId, at })
    reachPoint('reactor.decided')
    await writeSettlement(pool, reactor.name, asked)
    reachPoint('reactor.settled')
    for (const { stream, position, failure } of asked.parked) {
      log.error({ reactor: reactor.name, stream, position, failure }, 'a command of a reactor failed and was parked')
    }
    return asked.unavailable ? 0 : rows.length
  }
}
