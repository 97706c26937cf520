/** Knows whether the database answers, which projections have failed, what reactors cannot do, and whether dead letters fill their room, without asking it for every readiness probe. */
import type pg from 'pg'
import type { Check } from '../../api/parts.ts'
import { noRoom, readRoom, type LetterLimits } from '../../kafka/letters/letter-room.ts'
import { readFailures, type Failure } from '../../projections/generations.ts'
import { reactorNames } from '../../reactors/list.ts'
import { readTroubled, troublesOf, type Troubled } from '../../reactors/operator/troubles.ts'

const INTERVAL_MS = 1_000

export class Heartbeat {
  readonly #pool: pg.Pool
  readonly #monotonic: () => number
  #timer: NodeJS.Timeout | null = null
  #at: number
  #failure: string | null = null
  readonly #limits: LetterLimits
  #failed: readonly (readonly [string, Failure])[] = []
  #troubled: readonly Troubled[] = []
  #noRoom: string | null = null
  #asking = false

  constructor(pool: pg.Pool, limits: LetterLimits, monotonic: () => number) {
    this.#pool = pool
    this.#limits = limits
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

  /** Of reactors that have stopped, wait for what is away, or have parked something; none while there are none. */
  reactorChecks(): readonly Check[] {
    if (this.#troubled.length === 0) return []
    const detail = this.#troubled
      .flatMap((reactor) => troublesOf(reactor).map(({ saw }) => `${reactor.name}: ${saw}`))
      .join('; ')
    return [{ name: 'reactors', ok: false, ageSeconds: this.#age(), detail }]
  }

  /** Of dead letters that nobody decides upon; none while there is room. */
  letterChecks(): readonly Check[] {
    if (this.#noRoom === null) return []
    return [{ name: 'dead-letters', ok: false, ageSeconds: this.#age(), detail: this.#noRoom }]
  }

  #age(): number {
    return Math.round(this.#monotonic() - this.#at) / 1000
  }

  async #ask(): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    try {
      this.#failed = await readFailures(this.#pool)
      this.#troubled = await readTroubled(this.#pool, reactorNames)
      this.#noRoom = noRoom(await readRoom(this.#pool, this.#limits))
      this.#failure = null
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error)
    } finally {
      this.#asking = false
      this.#at = this.#monotonic()
    }
  }
}
