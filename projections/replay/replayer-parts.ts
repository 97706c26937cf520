/** What a replayer is made of. */
import type { Pool } from '../../store/postgres/database.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import type { Projection } from '../projection.ts'

/** Moments at which a fault test ends the process. */
export type ReplayPoint = 'replay.copied' | 'replay.riding' | 'replay.compared'

export interface ReplayerParts {
  readonly pool: Pool
  readonly projections: readonly Projection[]
  /** Unique to this process. */
  readonly owner: string
  readonly log: WorkerLog
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
  /** The fault hook. */
  readonly reachPoint: (point: ReplayPoint) => void
}
