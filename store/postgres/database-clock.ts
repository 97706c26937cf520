/**
 * The time by the database's clock, without a question for each look. Orders are placed, reserved and expired by it, so
 * that several processes agree, and that the clock of a machine that is off changes nothing.
 */
import type pg from 'pg'

/** Clocks drift apart by less than a millisecond in so long, unless somebody sets one. */
const ASK_MS = 10_000
/** An answer is on its way for longer only where the pool, the database or this process is held up. */
const LONG_MS = 100

export interface DatabaseClockParts {
  /** What time it is there: `databaseTime`. */
  readonly ask: () => Promise<number>
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
  /** Hears why the database could not be asked; the time goes on from its last answer. */
  readonly onError: (error: unknown) => void
}

export class DatabaseClock {
  readonly #parts: DatabaseClockParts
  #timer: NodeJS.Timeout | null = null
  /** What the database answered, less the monotonic time at which the answer arrived. */
  #offset = -Infinity
  #last = 0

  constructor(parts: DatabaseClockParts) {
    this.#parts = parts
  }

  /** Resolves when the time is known. Rejects when the database cannot be asked. */
  async start(): Promise<void> {
    await this.#ask()
    this.#timer = setInterval(() => void this.#ask().catch(this.#parts.onError), ASK_MS)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  /**
   * Whole milliseconds since 1970, never less than before. The answer was on its way for a moment that is not added: this
   * clock is a little late and never early, so nothing that it calls due is not due yet.
   */
  readonly now = (): number => {
    this.#last = Math.max(this.#last, Math.floor(this.#offset + this.#parts.monotonic()))
    return this.#last
  }

  /** An answer that was on its way for long says less than one of before that it agrees with. */
  async #ask(): Promise<void> {
    const { ask, monotonic } = this.#parts
    const askedAt = monotonic()
    const answer = await ask()
    const atLeast = answer - monotonic()
    const atMost = answer - askedAt
    const saysLittle = atMost - atLeast > LONG_MS && this.#offset <= atMost
    this.#offset = saysLittle ? Math.max(this.#offset, atLeast) : atLeast
  }
}

/** Milliseconds since 1970, with their fractions. */
export async function databaseTime(db: Pick<pg.Pool, 'query'>): Promise<number> {
  const { rows } = await db.query<{ now: number }>({
    name: 'database-time',
    text: 'select extract(epoch from clock_timestamp())::float8 * 1000 as now',
  })
  return rows[0]?.now ?? 0
}
