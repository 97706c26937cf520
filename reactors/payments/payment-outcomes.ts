/**
 * Tells who waits when an attempt to pay has ended, or is on hold: reads the log while somebody waits, once for all who do.
 *
 *   idle --somebody waits--> reading --nobody waits any more--> idle
 */
import { readPage } from '../../store/log/read-page.ts'
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { pause, type LatchedSignal } from '../../store/waiting/pause.ts'
import { eventSchemas, type DomainEvent } from '../../schemas/events.ts'
import { chargeKey } from './gateway-keys.ts'
import { readEvent } from '../serving/read-stretch.ts'

const OUTCOMES: readonly string[] = [
  'PaymentCaptured',
  'PaymentDeclined',
  'PaymentHeld',
] satisfies readonly DomainEvent['type'][]
const PASSED = Object.keys(eventSchemas).filter((type) => !OUTCOMES.includes(type))
const PAGE = 1_000
/** A hint that the log has grown may be lost. */
const LOOK_MS = 200
const AGAIN_MS = 500

export interface PaymentOutcomesParts {
  readonly pool: Pool
  /** The log has grown. */
  readonly moved: LatchedSignal
  /** How many may wait; more are not waited for. */
  readonly most: number
}

export interface OutcomeWait {
  /** Where the log stood when the attempt was last seen open: its outcome stands behind that. */
  readonly after: Position
  readonly millis: number
}

/** Of one who wants to know what becomes of an attempt. */
export interface Hearing {
  /** Resolves when an outcome or a hold is recorded, when the time is over, or at once when too many wait. */
  outcome(wait: OutcomeWait): Promise<void>
  end(): void
}

const TOO_MANY: Hearing = { outcome: () => Promise.resolve(), end: () => undefined }

export class PaymentOutcomes {
  readonly #parts: PaymentOutcomesParts
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #stopping = new AbortController()
  #reading: Promise<void> | null = null
  #count = 0

  constructor(parts: PaymentOutcomesParts) {
    this.#parts = parts
  }

  /** From now on nothing is missed that is read for others too: look at the attempt, and wait where it is open. */
  hear(orderId: string, attempt: number): Hearing {
    if (this.#count >= this.#parts.most || this.#stopping.signal.aborted) return TOO_MANY
    const key = chargeKey(orderId, attempt)
    const all = this.#waiting.get(key) ?? new Set()
    this.#waiting.set(key, all)
    this.#count += 1
    let wake = () => {}
    const told = new Promise<void>((resolve) => all.add((wake = resolve)))
    const over = new AbortController()
    return {
      outcome: async ({ after, millis }) => {
        this.#reading ??= this.#read(after).finally(() => (this.#reading = null))
        await Promise.race([told, pause(millis, over.signal)])
      },
      end: () => {
        over.abort()
        all.delete(wake)
        if (all.size === 0) this.#waiting.delete(key)
        this.#count -= 1
      },
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const all of this.#waiting.values()) for (const wake of all) wake()
    await this.#reading
  }

  async #read(from: Position): Promise<void> {
    const { pool, moved } = this.#parts
    const { signal } = this.#stopping
    for (let after = from; this.#count > 0 && !signal.aborted;) {
      const { count } = moved
      const page = await readPage(pool, { after, limit: PAGE, passed: PASSED }).catch(() => null)
      if (page === null) {
        await pause(AGAIN_MS, signal)
        continue
      }
      after = page.end
      for (const { read } of page.events.map(readEvent)) {
        if (!('code' in read)) for (const event of read) this.#tell(event)
      }
      if (!page.full) await moved.wait(LOOK_MS, { count, signal })
    }
  }

  #tell(event: DomainEvent): void {
    if (event.type !== 'PaymentCaptured' && event.type !== 'PaymentDeclined' && event.type !== 'PaymentHeld') return
    for (const wake of this.#waiting.get(chargeKey(event.orderId, event.attempt)) ?? []) wake()
  }
}
