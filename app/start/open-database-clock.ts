/** The clock of the database, kept for as long as what registers it. */
import { DatabaseClock, databaseTime } from '../../store/postgres/database-clock.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import type { Clock } from '../clock.ts'
import type { Releases } from './releases.ts'

export interface DatabaseClockOptions {
  readonly pool: Pool
  readonly log: Pick<WorkerLog, 'warn'>
  readonly releases: Releases
}

/** Resolves when the time is known. */
export async function openDatabaseClock({ pool, log, releases }: DatabaseClockOptions): Promise<Clock> {
  const clock = new DatabaseClock({
    ask: () => databaseTime(pool),
    monotonic: () => performance.now(),
    onError: (error) =>
      log.warn({ err: error }, 'could not ask the database for the time; its clock runs on without an answer'),
  })
  await clock.start()
  releases.add('clock', () => clock.stop())
  return clock.now
}
