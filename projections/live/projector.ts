/**
 * Keeps the read models up to date, in one process at a time.
 *
 * standby --lease taken--> following --lease lost, checkpoint moved or database error--> standby
 * following --gap in the log--> broken (the log is damaged: it stays so until the process is started again)
 * any --stop--> stopped
 *
 * Each projection, while following:
 *
 * live --pause--> paused --resume--> live
 * live --an event that cannot be shown--> failed --resume--> live
 *
 * A failed one is tried again with each following, as a new release may know better. That only one process follows
 * is for economy: what keeps the rows right is the compare-and-set of each checkpoint.
 */
import type { Pool } from '../../store/postgres/database.ts'
import { LogGap, type Feed } from '../../store/log/feed.ts'
import { holdLease, LEASE_RENEW_MS, releaseLease } from '../../store/log/leases.ts'
import { Following, type Lane } from './following.ts'
import {
  ensureGenerations,
  readLiveGenerations,
  recordFailure,
  type Failure,
  type LiveGeneration,
} from '../generations.ts'
import { pause } from '../../store/waiting/pause.ts'
import type { Progress } from './progress.ts'
import type { Projection } from '../projection.ts'
import { createReplay, failRider, ReplayUnfinished, takeOver } from '../replay/replays.ts'
import type { BatchEnd, RiderRefused } from './write-batch.ts'

export interface ProjectorLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface ProjectorParts {
  /** At least two connections more than there are projections: each writes on its own, the lease and failures beside. */
  readonly pool: Pool
  readonly feed: Feed
  readonly projections: readonly Projection[]
  readonly progress: Progress
  /** Unique to this process. */
  readonly owner: string
  readonly newId: () => string
  readonly log: ProjectorLog
  /** The fault hook: called inside each transaction, before its commit. */
  readonly reachPoint: (point: 'projector.transaction') => void
}

export interface ProjectorHealth {
  readonly state: 'standby' | 'following' | 'broken' | 'stopped'
  /** Why it is broken, or why it last fell back to standby. */
  readonly reason: string | null
}

const LEASE = 'projector'

export class Projector {
  readonly #parts: ProjectorParts
  readonly #stopping = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #health: ProjectorHealth = { state: 'stopped', reason: null }

  constructor(parts: ProjectorParts) {
    this.#parts = parts
  }

  /** Makes the tables of projections that have none, and begins to stand by. Rejects when the database does. */
  async start(): Promise<void> {
    await ensureGenerations(this.#parts.pool, this.#parts.projections)
    this.#health = { state: 'standby', reason: null }
    this.#running = this.#run()
  }

  /** Resolves when the batch in hand is written and the lease is given up. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    this.#health = { ...this.#health, state: 'stopped' }
  }

  health(): ProjectorHealth {
    return this.#health
  }

  async #run(): Promise<void> {
    const { pool, owner, log } = this.#parts
    while (!this.#stopping.signal.aborted && this.#health.state !== 'broken') {
      try {
        if (await holdLease(pool, LEASE, owner)) await this.#follow()
      } catch (error) {
        await this.#fellBack(error)
      }
      await pause(LEASE_RENEW_MS, this.#stopping.signal)
    }
    await releaseLease(pool, LEASE, owner).catch((error: unknown) => {
      log.warn({ err: error }, 'the lease of the projector could not be released: it expires by itself')
    })
  }

  /** Follows for as long as the lease is held and the same generations are live. */
  async #follow(): Promise<void> {
    const { feed, log, projections, pool } = this.#parts
    const term = new AbortController()
    const end = AbortSignal.any([term.signal, this.#stopping.signal])
    const generations = await readLiveGenerations(pool)
    const lanes: Lane[] = []
    for (const projection of projections) {
      const lane = await this.#lane(projection, generations.get(projection.name))
      if (lane !== null) lanes.push(lane)
    }
    const following = new Following({ feed, lanes, failed: (lane, failure) => this.#failed(lane, failure) })
    this.#health = { state: 'following', reason: null }
    log.info({ positions: Object.fromEntries(lanes.map(positionOf)) }, 'the projector follows the log')
    const renewing = this.#renew(following, generations, end).finally(() => term.abort())
    try {
      await following.run(end)
    } finally {
      term.abort()
      await renewing
    }
    if (!this.#stopping.signal.aborted) this.#standBy(await renewing)
  }

  /** Renews the lease and looks for pauses, resumes and switches. Resolves with why the term ended. */
  async #renew(
    following: Following,
    generations: ReadonlyMap<string, LiveGeneration>,
    end: AbortSignal,
  ): Promise<string> {
    const { pool, owner } = this.#parts
    while (await pause(LEASE_RENEW_MS, end)) {
      try {
        if (!(await holdLease(pool, LEASE, owner))) return 'the lease was lost'
        const now = await readLiveGenerations(pool)
        for (const [name, { generation }] of now) {
          if (generations.get(name)?.generation !== generation) return `another generation of ${name} is live`
        }
        following.setStates(now)
      } catch (error) {
        return String(error) // without an answer we cannot know who has the lease
      }
    }
    return 'the lease was lost'
  }

  async #lane(projection: Projection, generation: LiveGeneration | undefined): Promise<Lane | null> {
    const { pool, progress, reachPoint } = this.#parts
    const { name, version } = projection
    if (generation === undefined) throw new Error(`${name} is not registered`)
    const { position, version: written, failure, paused, rowCounts } = generation
    if (written !== version) {
      await this.#otherVersion(projection, written)
      return null
    }
    if (failure !== null && !paused) await recordFailure(pool, name, null)
    return {
      pool,
      projection,
      checkpoint: { generation: generation.generation, version, position, rowCounts },
      state: paused ? 'paused' : 'live',
      beforeCommit: () => reachPoint('projector.transaction'),
      committed: (checkpoint) =>
        progress.moved({ projection: name, generation: checkpoint.generation, position: checkpoint.position }),
      riderRefused: (refused, end) => this.#riderRefused(projection, refused, end),
    }
  }

  /** Rows of an older version are rebuilt while they are still shown; those of a newer one belong to a newer release. */
  async #otherVersion(projection: Projection, written: number): Promise<void> {
    const { pool, log, newId } = this.#parts
    const { name, version } = projection
    if (written > version) {
      log.warn({ projection: name, version, written }, 'superseded: a newer release keeps this projection')
      return
    }
    try {
      const replay = await createReplay(pool, projection, { replayId: newId() })
      log.info(
        { projection: name, version, written, replayId: replay?.replayId },
        'the version was raised: a replay begins',
      )
    } catch (error) {
      if (!(error instanceof ReplayUnfinished)) throw error
      await takeOver(pool, error.replayId)
    }
  }

  async #riderRefused({ name }: Projection, { generation, message, code }: RiderRefused, end: BatchEnd): Promise<void> {
    await failRider(this.#parts.pool, name, generation, { code, message, position: end.position })
    this.#parts.log.warn({ projection: name, generation, reason: message }, 'a replay that rode along failed')
  }

  async #failed({ projection }: Lane, failure: Failure): Promise<void> {
    await this.#told(projection.name, failure)
  }

  async #told(projection: string, failure: Failure): Promise<void> {
    await recordFailure(this.#parts.pool, projection, failure)
    this.#parts.log.error({ projection, failure }, 'a projection failed: it stands still, the others go on')
  }

  async #fellBack(error: unknown): Promise<void> {
    const { log, pool, projections } = this.#parts
    if (!(error instanceof LogGap)) {
      this.#standBy(String(error))
      return
    }
    this.#health = { state: 'broken', reason: error.message }
    log.error({ err: error }, 'the log is damaged: the projector stops')
    for (const { name } of projections) {
      const failure = { code: error.code, message: error.message, position: error.expected }
      await recordFailure(pool, name, failure).catch(() => undefined) // our health says it as well
    }
  }

  #standBy(reason: string): void {
    if (this.#health.state === 'following' || this.#health.reason !== reason) {
      this.#parts.log.warn({ reason }, 'the projector stands by')
    }
    this.#health = { state: 'standby', reason }
  }
}

function positionOf({ projection, checkpoint }: Lane): readonly [string, number] {
  return [projection.name, checkpoint.position]
}
