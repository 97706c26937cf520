/** Compares every projection with the log from time to time, slowly, so that drift is found before a customer finds it. */
import { databaseTime } from '../../store/postgres/database-clock.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import { readLiveGenerations } from '../generations.ts'
import type { Projection } from '../projection.ts'
import { createReplay, readLastComparisons, ReplayUnfinished } from './replays.ts'

/** Events a second: a million of them take three minutes, of which orders notice nothing. */
const RATE = 5_000

export interface DriftCheckParts {
  readonly pool: Pool
  readonly projections: readonly Projection[]
  readonly newId: () => string
  readonly log: WorkerLog
  /** Milliseconds after which rows are compared again. */
  readonly every: number
  /** Milliseconds between two looks at what is due, and before the first one. */
  readonly look: number
}

export class DriftCheck {
  readonly #parts: DriftCheckParts
  #timer: NodeJS.Timeout | null = null
  #looking: Promise<void> = Promise.resolve()

  constructor(parts: DriftCheckParts) {
    this.#parts = parts
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking = this.#look().catch((error: unknown) => {
        this.#parts.log.warn({ err: error }, 'could not start a drift check; retrying later')
      })
    }, this.#parts.look)
  }

  /** Checks that were begun go on: they are replays like any other. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#looking
  }

  /** Begins a check of each projection that is due and has none under way. */
  async #look(): Promise<void> {
    const { pool, projections, newId, every } = this.#parts
    const live = await readLiveGenerations(pool)
    const last = await readLastComparisons(pool)
    const now = await databaseTime(pool)
    for (const projection of projections) {
      if (live.get(projection.name)?.version !== projection.version) continue
      if (now - (last.get(projection.name)?.finishedAt ?? 0) < every) continue
      await createReplay(pool, projection, { replayId: newId(), check: true, rate: RATE }).catch(ignoreUnfinished)
    }
  }
}

/** Another process was first, or an operator is at it. */
function ignoreUnfinished(error: unknown): void {
  if (!(error instanceof ReplayUnfinished)) throw error
}
