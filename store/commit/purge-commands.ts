/**
 * Purges the answers of commands of HTTP and Kafka whose time is over, in the background. Answers to other sources stay:
 * a reactor may meet the event that it answered to again at any time.
 */
import type pg from 'pg'

/** Longer than a topic keeps the record of an order, twice over: a record that can come again finds its key. */
export const KAFKA_KEY_DAYS = 30

/**
 * By the database's clock. Idempotency keys of HTTP are kept for a day; those of records longer than their topic keeps
 * them.
 */
export const EXPIRED_COMMAND = `(source like 'http:%' and recorded_at < now() - interval '24 hours'
  or source like 'kafka%' and recorded_at < now() - interval '${KAFKA_KEY_DAYS} days')`

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
