/** The group commit of a process that takes orders, or asks for commands. */
import type { Metrics } from '../../api/metrics.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { GroupCommit, type GroupCommitLimits, type GroupCommitParts } from '../../store/commit/group-commit.ts'
import type { BatchReport } from '../../store/commit/committer.ts'
import { SnapshotWriter } from '../../store/commit/snapshots.ts'
import { StreamCache } from '../../store/commit/stream-cache.ts'
import { WriterConnection } from '../../store/commit/writer-connection.ts'
import type { Hops } from '../../store/log/hops.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import { newIdBytes, preciseClock } from '../clock.ts'
import { crashPoints, type CrashPlan } from '../crash-points.ts'

/** Of the cache of folded states. A product's state is a few hundred bytes, an order's a thousand. */
const CACHE_BOUNDS = { streams: 200_000, bytes: 128 * 1024 * 1024 }

export interface CommitterOptions {
  readonly databaseUrl: string
  readonly pool: Pool
  readonly metrics: Metrics | null
  readonly crash: CrashPlan | null
  readonly log: WorkerLog
  readonly limits: Partial<GroupCommitLimits>
  /** Null: they are not measured. */
  readonly hops: Hops | null
}

const ignore = (): void => undefined

/** For a committer that is watched, if at all, by what overrides its parts. */
export const UNWATCHED = {
  ...{ metrics: null, crash: null, limits: {}, hops: null },
  log: { info: ignore, warn: ignore, error: ignore },
} as const

/** Not started yet. */
export function openCommitter(options: CommitterOptions, overrides: Partial<GroupCommitParts> = {}): GroupCommit {
  const { databaseUrl, pool, metrics, crash, log, limits, hops } = options
  return new GroupCommit({
    connection: new WriterConnection(databaseUrl),
    cache: new StreamCache(CACHE_BOUNDS),
    snapshots: new SnapshotWriter(
      pool,
      overrides.onError ?? ((error) => log.warn({ err: error }, 'could not write a snapshot')),
    ),
    monotonic: () => performance.now(),
    newEventId: newIdBytes,
    reach: crashPoints({ crash }),
    onError: (error) => {
      metrics?.storeErrors.inc()
      log.warn({ err: error }, 'could not write to the store; retrying')
    },
    limits,
    ...((metrics !== null || hops !== null) && {
      onBatch: (batch) => {
        if (metrics !== null) countBatch(metrics, batch)
        if (hops !== null) measureBatch(hops, batch)
      },
    }),
    ...overrides,
  })
}

function countBatch(metrics: Metrics, { commands, events, milliseconds }: BatchReport): void {
  metrics.batchCommands.observe(commands)
  metrics.batchDuration.observe(milliseconds / 1_000)
  for (const [type, count] of events) metrics.eventsAppended.inc({ type }, count)
}

function measureBatch(hops: Hops, { sinceDecided, ...batch }: BatchReport): void {
  const now = preciseClock()
  hops.mark('decided', batch, now - sinceDecided)
  hops.mark('committed', batch, now)
}
