/** Knows whether the database answers, and which projections have failed, without asking it for every readiness probe. */
import type pg from 'pg'
import type { Check } from '../../api/parts.ts'
import { readFailures, type Failure } from '../../projections/generations.ts'

const INTERVAL_MS = 1_000

export class Heartbeat {
  readonly #pool: pg.Pool
  readonly #monotonic: () => number
  #timer: NodeJS.Timeout | null = null
  #at: number
  #failure: string | null = null
  #failed: readonly (readonly [string, Failure])[] = []
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
    return { name: 'database', ok: this.#failure === null, ageSeconds: this.#age(), detail: this.#failure }
  }

  /** Of each projection that has stopped for good, whichever process maintains it. */
  projectionChecks(): readonly Check[] {
    return this.#failed.map(([projection, { position, message }]) => ({
      name: `projection-${projection}`,
      ok: false,
      ageSeconds: this.#age(),
      detail: `stopped at position ${String(position)}: ${message}`,
    }))
  }

  #age(): number {
    return Math.round(this.#monotonic() - this.#at) / 1000
  }

  async #ask(): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    try {
      this.#failed = await readFailures(this.#pool)
      this.#failure = null
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error)
    } finally {
      this.#asking = false
      this.#at = this.#monotonic()
    }
  }
}
