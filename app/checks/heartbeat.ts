/** Knows whether the database answers, which projections have failed, what reactors cannot do, what is on hold for too long, and whether dead letters fill their room, without asking it for every readiness probe. */
import type pg from 'pg'
import type { Check } from '../../api/parts.ts'
import { noRoom, readRoom, type LetterLimits } from '../../kafka/letters/letter-room.ts'
import { readFailures, type Failure } from '../../projections/generations.ts'
import type { HoldFigures } from '../../projections/views/payments.ts'
import { reactorNames } from '../../reactors/list.ts'
import { holdsReader, holdTroubles } from '../../reactors/operator/hold-troubles.ts'
import { readTroubled, troublesOf, type Troubled } from '../../reactors/operator/troubles.ts'

const INTERVAL_MS = 1_000

interface HeartbeatParts {
  readonly pool: pg.Pool
  readonly limits: LetterLimits
  /** For which an attempt to pay may be on hold. */
  readonly holdMinutes: number
  readonly monotonic: () => number
}

export class Heartbeat {
  readonly #parts: HeartbeatParts
  readonly #readHolds: () => Promise<HoldFigures | null>
  #timer: NodeJS.Timeout | null = null
  #at: number
  #failure: string | null = null
  #failed: readonly (readonly [string, Failure])[] = []
  #troubled: readonly Troubled[] = []
  #holds: HoldFigures | null = null
  #noRoom: string | null = null
  #asking = false

  constructor(parts: HeartbeatParts) {
    this.#parts = parts
    this.#readHolds = holdsReader(parts.pool)
    this.#at = parts.monotonic()
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

  /** Of each projection that has stopped for good, no matter which process maintains it. */
  projectionChecks(): readonly Check[] {
    return this.#failed.map(([projection, { position, message }]) => ({
      name: `projection-${projection}`,
      ok: false,
      ageSeconds: this.#age(),
      detail: `stopped at position ${String(position)}: ${message}`,
    }))
  }

  /** Of reactors that have stopped, wait for what is away, or have parked something; empty where no reactor has. */
  reactorChecks(): readonly Check[] {
    if (this.#troubled.length === 0) return []
    const detail = this.#troubled
      .flatMap((reactor) => troublesOf(reactor).map(({ saw }) => `${reactor.name}: ${saw}`))
      .join('; ')
    return [{ name: 'reactors', ok: false, ageSeconds: this.#age(), detail }]
  }

  /** Of payments whose hold nobody ends, or that are as many as may be on hold; none otherwise. */
  holdChecks(): readonly Check[] {
    const troubles = this.#holds === null ? [] : holdTroubles(this.#holds, this.#parts.holdMinutes)
    if (troubles.length === 0) return []
    const detail = troubles.map(({ saw }) => saw).join('; ')
    return [{ name: 'payments-on-hold', ok: false, ageSeconds: this.#age(), detail }]
  }

  /** Of dead letters that nobody decides upon; none while there is room. */
  letterChecks(): readonly Check[] {
    if (this.#noRoom === null) return []
    return [{ name: 'dead-letters', ok: false, ageSeconds: this.#age(), detail: this.#noRoom }]
  }

  #age(): number {
    return Math.round(this.#parts.monotonic() - this.#at) / 1000
  }

  async #ask(): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    try {
      const { pool, limits } = this.#parts
      this.#failed = await readFailures(pool)
      this.#troubled = await readTroubled(pool, reactorNames)
      this.#noRoom = noRoom(await readRoom(pool, limits))
      this.#failure = null
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error)
    } finally {
      this.#at = this.#parts.monotonic()
      // A read model that cannot be read makes no process unready.
      this.#holds = await this.#readHolds().catch(() => null)
      this.#asking = false
    }
  }
}
