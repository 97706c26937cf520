/** What a customer does now: of the process that reads user events, or of what it saved last. */
import type { Pool } from '../../store/postgres/database.ts'
import { newestSession, type OpenSession } from '../behaviour/reader.ts'
import { loadPartitions, type SavedPartition } from '../behaviour/state-table.ts'
import { Refreshed } from '../refreshed.ts'

export type SessionOf = (customerId: string) => Promise<OpenSession | null>

export interface SessionsParts {
  readonly pool: Pool
  /** Of this process; null: it has none. */
  readonly reader: { sessionOf(customerId: string): OpenSession | null | 'elsewhere' } | null
  /** The database's, milliseconds. */
  readonly clock: () => number
  readonly monotonic: () => number
}

/** A partition with more open sessions is not loaded by a process that does not read it: it would stop for too long. */
const MOST_LOADED = 5_000
/** What was saved is loaded again when it is asked for and so old. */
const SAVED_AGE = { freshMs: 2_000, oldestMs: 10_000 } as const

/** Where another process reads: as it saved it last, in partitions with few enough open sessions. Rejects as the database does. */
export function sessionsOf({ pool, reader, clock, monotonic }: SessionsParts): SessionOf {
  const saved = new Refreshed<readonly SavedPartition[]>({
    ...{ monotonic, ...SAVED_AGE },
    read: () => loadPartitions(pool, MOST_LOADED),
  })
  return async (customerId) => {
    const here = reader?.sessionOf(customerId) ?? (reader === null ? 'elsewhere' : null)
    return here === 'elsewhere' ? newestSession(await saved.value(), customerId, clock()) : here
  }
}
