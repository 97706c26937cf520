/**
 * Keeps the read models up to date, in one process at a time (store/log/under-lease.ts). At a gap in the log it stops: the
 * log is damaged.
 *
 * Each projection, while the log is followed:
 *
 * live --pause--> paused --resume--> live
 * live --an event that cannot be shown--> failed --resume--> live
 *
 * A failed one is tried again with each following, as a new release may know better. That only one process follows
 * is for economy: what keeps the rows right is the compare-and-set of each checkpoint.
 */
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { LogGap, type Feed } from '../../store/log/feed.ts'
import {
  explainFailure,
  type LeasedWorker,
  type Term,
  underLease,
  type WorkerLog,
} from '../../store/log/under-lease.ts'
import { allDone, Following } from './following.ts'
import type { Follower } from './show-batch.ts'
import {
  ensureGenerations,
  readLiveGenerations,
  recordFailure,
  type Failure,
  type LiveGeneration,
} from '../generations.ts'
import { type Health, STOPPED } from '../../store/waiting/health.ts'
import { pause } from '../../store/waiting/pause.ts'
import type { Progress } from './progress.ts'
import type { Projection } from '../projection.ts'
import { createReplay, failDualWriting, ReplayUnfinished, takeOver } from '../replay/replays.ts'
import type { BatchEnd } from './checkpoints.ts'
import type { DualWriteRefused } from './write-batch.ts'

export interface ProjectorParts {
  /** At least two connections more than there are projections: each writes on its own, the lease and failures beside. */
  readonly pool: Pool
  readonly feed: Feed
  readonly projections: readonly Projection[]
  readonly progress: Progress
  /** Unique to this process. */
  readonly owner: string
  readonly newId: () => string
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
  readonly log: WorkerLog
  /** The fault hook: called inside each transaction, before its commit. */
  readonly reachPoint: (point: 'projector.transaction') => void
  /** Told once the rows of a projection show the events behind the one position, up to the other. */
  readonly showed: (projection: string, stretch: { readonly after: Position; readonly to: Position }) => void
}

const LEASE = 'projector'
/** How often pauses, resumes and switches are looked for. */
const LOOK_MS = 500

export class Projector {
  readonly #parts: ProjectorParts
  #worker: LeasedWorker | null = null

  constructor(parts: ProjectorParts) {
    this.#parts = parts
  }

  /** Makes the tables of projections that have none, and begins to stand by. Rejects when the database does. */
  async start(): Promise<void> {
    const { pool, projections, owner, log } = this.#parts
    await ensureGenerations(pool, projections)
    this.#worker = underLease({
      ...{ pool, owner, log, who: 'the projector', lease: () => LEASE, explain: explainFailure },
      term: (term) => this.#term(term),
    })
  }

  /** Resolves when the batch in hand is written and the lease is given back. */
  async stop(): Promise<void> {
    await this.#worker?.stop()
  }

  health(): Health {
    return this.#worker?.health() ?? STOPPED
  }

  async #term(term: Term): Promise<null> {
    try {
      while (!term.end.aborted) await this.#follow(term)
    } catch (error) {
      if (error instanceof LogGap) await this.#damaged(error)
      throw error
    }
    return null
  }

  /** Follows for as long as the same generations are live. */
  async #follow({ end, begun }: Term): Promise<void> {
    const { feed, log, projections, pool, monotonic } = this.#parts
    const generations = await readLiveGenerations(pool)
    const followers: Follower[] = []
    for (const projection of projections) {
      const follower = await this.#follower(projection, generations.get(projection.name))
      if (follower !== null) followers.push(follower)
    }
    const following = new Following({
      feed,
      followers,
      monotonic,
      failed: (follower, failure) => this.#failed(follower, failure),
    })
    begun()
    log.info({ positions: Object.fromEntries(followers.map(positionOf)) }, 'the projector follows the log')
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, end])
    const work = [following.run(signal), this.#watch(following, generations, signal)]
    await allDone(work.map((each) => each.finally(() => over.abort())))
  }

  /** Looks for pauses, resumes and switches; resolves when another generation is live. */
  async #watch(
    following: Following,
    generations: ReadonlyMap<string, LiveGeneration>,
    signal: AbortSignal,
  ): Promise<void> {
    while (await pause(LOOK_MS, signal)) {
      const now = await readLiveGenerations(this.#parts.pool)
      if ([...now].some(([name, { generation }]) => generations.get(name)?.generation !== generation)) return
      following.setStates(now)
    }
  }

  async #follower(projection: Projection, generation: LiveGeneration | undefined): Promise<Follower | null> {
    const { pool, progress, reachPoint, showed } = this.#parts
    const { name, version } = projection
    if (generation === undefined) throw new Error(`${name} is not registered`)
    const { position, version: written, failure, paused, rowCounts } = generation
    if (written !== version) {
      await this.#otherVersion(projection, written)
      return null
    }
    if (failure !== null && !paused) await recordFailure(pool, name, null)
    let shown = position
    return {
      pool,
      projection,
      checkpoint: { generation: generation.generation, version, position, rowCounts },
      ...{ dualWritten: false, read: null, shownAt: -Infinity },
      state: paused ? 'paused' : 'live',
      beforeCommit: () => reachPoint('projector.transaction'),
      committed: (checkpoint) => {
        progress.moved({ projection: name, generation: checkpoint.generation, position: checkpoint.position })
        showed(name, { after: shown, to: checkpoint.position })
        shown = checkpoint.position
      },
      dualWriteRefused: (refused, end) => this.#dualWriteRefused(projection, refused, end),
    }
  }

  /** Rows of an older version are rebuilt while they are still shown; those of a newer one belong to a newer release. */
  async #otherVersion(projection: Projection, written: number): Promise<void> {
    const { pool, log, newId } = this.#parts
    const { name, version } = projection
    if (written > version) {
      log.warn({ projection: name, version, written }, 'superseded: a newer release maintains this projection')
      return
    }
    try {
      const replay = await createReplay(pool, projection, { replayId: newId() })
      log.info(
        { projection: name, version, written, replayId: replay?.replayId },
        'the version was raised; starting a replay',
      )
    } catch (error) {
      if (!(error instanceof ReplayUnfinished)) throw error
      await takeOver(pool, error.replayId)
    }
  }

  async #dualWriteRefused(
    { name }: Projection,
    { generation, message, code }: DualWriteRefused,
    end: BatchEnd,
  ): Promise<void> {
    await failDualWriting(this.#parts.pool, name, generation, { code, message, position: end.position })
    this.#parts.log.warn({ projection: name, generation, reason: message }, 'a replay failed during dual-writing')
  }

  async #failed({ projection: { name } }: Follower, failure: Failure): Promise<void> {
    await recordFailure(this.#parts.pool, name, failure)
    this.#parts.log.error({ projection: name, failure }, 'a projection failed and stopped; the others continue')
  }

  async #damaged({ code, message, expected }: LogGap): Promise<void> {
    const { pool, projections } = this.#parts
    for (const { name } of projections) {
      const failure = { code, message, position: expected }
      await recordFailure(pool, name, failure).catch(() => undefined) // our health says it as well
    }
  }
}

function positionOf({ projection, checkpoint }: Follower): readonly [string, number] {
  return [projection.name, checkpoint.position]
}
