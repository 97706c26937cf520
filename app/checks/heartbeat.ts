/** Knows whether the database answers without asking it for every readiness probe. */
import type pg from 'pg'
import type { Check } from '../../api/parts.ts'

const INTERVAL_MS = 1_000

export class Heartbeat {
  readonly #pool: pg.Pool
  readonly #monotonic: () => number
  #timer: NodeJS.Timeout | null = null
  #at: number
  #failure: string | null = null
  #asking = false

  constructor(pool: pg.Pool, monotonic: () => number) {
    this.#pool = pool
    this.#monotonic = monotonic
    this.#at = monotonic()
  }

  start(): void {
    this.#timer = setInterval(() => void this.#ask(), INTERVAL_MS)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  check(): Check {
    const ageSeconds = Math.round(this.#monotonic() - this.#at) / 1000
    return { name: 'database', ok: this.#failure === null, ageSeconds, detail: this.#failure }
  }

  async #ask(): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    try {
      await this.#pool.query('select 1')
      this.#failure = null
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error)
    } finally {
      this.#asking = false
      this.#at = this.#monotonic()
    }
  }
}
