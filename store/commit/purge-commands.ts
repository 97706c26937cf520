/** Purges keys of commands whose time is over, in the background. Those of a door that this release does not know stay. */
import type pg from 'pg'
import type { Door } from './command.ts'

/** For this many days a key is kept: that of a record for longer than its topic keeps the record, twice over. */
export const KEY_DAYS: Readonly<Record<Door, number>> = { http: 1, kafka: 30 }

/** By the database's clock. */
export const EXPIRED_COMMAND = `(${Object.entries(KEY_DAYS)
  .map(([door, days]) => `source like '${door}:%' and recorded_at < now() - interval '${days * 24} hours'`)
  .join(' or ')})`

/** Rows deleted in one transaction: some 10 ms of work. */
const CHUNK = 1_000
const EVERY_MS = 60_000

export interface CommandPurgeParts {
  readonly pool: pg.Pool
  /** Milliseconds from the end of one round to the next. */
  readonly every?: number
  /** A round that failed; the next one goes on. */
  readonly onError?: (error: unknown) => void
  /** Rows that a round deleted, when there were any. */
  readonly onPurged?: (rows: number) => void
}

export class CommandPurge {
  readonly #parts: CommandPurgeParts
  #timer: NodeJS.Timeout | null = null
  #round: Promise<void> | null = null
  #stopping = false

  constructor(parts: CommandPurgeParts) {
    this.#parts = parts
  }

  /** The first round begins at once. */
  start(): void {
    this.#round = this.#purge().finally(() => {
      this.#round = null
      if (this.#stopping) return
      this.#timer = setTimeout(() => this.start(), this.#parts.every ?? EVERY_MS)
      this.#timer.unref()
    })
  }

  /** Waits for the chunk under way. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#round
  }

  async #purge(): Promise<void> {
    const { pool, onError, onPurged } = this.#parts
    let purged = 0
    try {
      for (let deleted = CHUNK; deleted === CHUNK && !this.#stopping; purged += deleted) {
        deleted = await purgeChunk(pool, CHUNK)
      }
    } catch (error) {
      onError?.(error)
    }
    if (purged > 0) onPurged?.(purged)
  }
}

/** Deletes at most `limit` expired rows and returns how many. Several processes share the work without waiting. */
async function purgeChunk(pool: pg.Pool, limit: number): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'purge-commands',
    text: `delete from log.commands where ctid = any(array(
      select ctid from log.commands where ${EXPIRED_COMMAND} limit $1 for update skip locked))`,
    values: [limit],
  })
  return rowCount ?? 0
}
