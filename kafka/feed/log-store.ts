/** The log itself, as a feed from Kafka falls back on it. */
import { readLogIdentity } from '../../store/log/log-identity.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { Position } from '../../store/commit/command.ts'
import type { RecordedEvent } from '../../store/log/feed.ts'
import { readRecorded } from '../../store/log/read-log.ts'

export interface LogStore {
  /** The events behind a position, at most `limit`, in log order. */
  readonly read: (after: Position, limit: number) => Promise<readonly RecordedEvent[]>
  /** Which log this is (log.identity). */
  readonly identity: () => Promise<string>
}

export function logStore(pool: Pool): LogStore {
  return { read: (after, limit) => readRecorded(pool, after, limit), identity: () => readLogIdentity(pool) }
}
