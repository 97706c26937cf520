/**
 * Which attempts are on hold, so that they are never more than a hundred: known to the one process that serves the
 * reactor `payments`, as it alone puts attempts on hold. What it knows at its start are the rows of what is due to be
 * released; what ends a hold tells nobody, so where no place is left the streams are looked at.
 */
import { holdPayment, releasePayment } from '../../domain/payments/hold.ts'
import { attemptOf, isOnHold, payment } from '../../domain/payments/payment.ts'
import type { OrderId } from '../../domain/values.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { idOf } from '../../domain/decision.ts'
import type { PaymentDeclined } from '../../schemas/events.ts'
import type { Position } from '../../store/commit/command.ts'
import type { Asking } from '../asking.ts'
import type { ScoringProgress } from '../fraud/scoring-progress.ts'
import { SETTLED, type Acting, type DueCause, type Settled } from '../reactor.ts'
import { chargeKey } from './gateway-keys.ts'

/** On hold at once. */
export const MOST_HELD = 100
/** The streams are looked at no more often than this. */
const LOOK_MS = 1_000

export interface HeldAttempt {
  readonly orderId: OrderId
  readonly attempt: number
}

export class HeldPayments {
  readonly #pool: Pick<Pool, 'query'>
  readonly #monotonic: () => number
  readonly #held = new Map<string, HeldAttempt>()
  #loaded: Promise<void> | null = null
  #lookedAt = -Infinity

  constructor(pool: Pick<Pool, 'query'>, monotonic: () => number) {
    this.#pool = pool
    this.#monotonic = monotonic
  }

  /** What another process put on hold is known too. */
  load(): Promise<void> {
    this.#loaded = this.#load()
    return this.#loaded
  }

  async hasRoom(look: Asking['look']): Promise<boolean> {
    try {
      await (this.#loaded ?? this.load())
    } catch {
      // The database is away: what is asked for next says so, and is tried again.
      this.#loaded = null
      return false
    }
    const now = this.#monotonic()
    if (this.#held.size >= MOST_HELD && now - this.#lookedAt >= LOOK_MS) {
      this.#lookedAt = now
      await this.#forgetEnded(look)
    }
    return this.#held.size < MOST_HELD
  }

  /** Takes a place; false: none is left. */
  take(held: HeldAttempt): boolean {
    const key = keyOf(held)
    if (!this.#held.has(key) && this.#held.size >= MOST_HELD) return false
    this.#held.set(key, held)
    return true
  }

  /** It is on hold, no matter what put it there. */
  add(held: HeldAttempt): void {
    this.#held.set(keyOf(held), held)
  }

  give(held: HeldAttempt): void {
    this.#held.delete(keyOf(held))
  }

  async #load(): Promise<void> {
    const { rows } = await this.#pool.query<{ stream: string; attempt: number }>(
      `select stream, (detail->>'hold')::int as attempt from log.due where reactor = 'payments' and detail ? 'hold'`,
    )
    this.#held.clear()
    for (const { stream, attempt } of rows) this.add({ orderId: idOf(stream), attempt })
  }

  async #forgetEnded(look: Asking['look']): Promise<void> {
    const all = [...this.#held.values()]
    const states = await look((read) =>
      read.all(
        payment,
        all.map(({ orderId }) => orderId),
      ),
    )
    all.forEach((held, index) => {
      const attempt = attemptOf(states[index] ?? payment.initial, held.attempt)
      // One that is being put on hold just now is still open.
      if (attempt?.status !== 'open' || (attempt.hold !== null && !isOnHold(attempt))) this.give(held)
    })
  }
}

/** An attempt on hold that ended with its order. */
export function endsHold({ reason }: PaymentDeclined): boolean {
  return reason === 'fraud' || reason === 'cancelled'
}

/** An attempt on hold. */
export interface HoldMemory {
  readonly hold: number
}

export function isHeld(detail: DueCause['detail']): detail is HoldMemory & Record<string, unknown> {
  return detail !== null && 'hold' in detail
}

export interface HoldParts {
  /** Alerts that come to it put their attempt on hold. */
  readonly score: number
  readonly scoring: Pick<ScoringProgress, 'passed'>
  readonly held: HeldPayments
}

/** An attempt on hold is looked at so often: the time for it may have become shorter. */
const HOLD_LOOK_MS = 60_000
const SOONEST_MS = 1_000

/** Releases what was on hold for long enough. Whatever else ended it is the cause of what follows. */
export async function endHold(
  { holdMs, hold }: { readonly holdMs: number; readonly hold: HoldParts | null },
  held: HeldAttempt,
  { at, ask }: Acting,
): Promise<Settled> {
  const refusal = await ask((read) => releasePayment({ ...held, holdMs, at }, read))
  if (refusal === null) {
    hold?.held.give(held)
    return SETTLED
  }
  hold?.held.add(held)
  return { outcome: 'again', inMs: Math.max(SOONEST_MS, Math.min(refusal.releasesAt - at, HOLD_LOOK_MS)) }
}

/** Whether an attempt that is charged next may be put on hold, once it is scored. */
export async function isScored(hold: HoldParts, position: Position, { look }: Acting): Promise<boolean> {
  if (!(await hold.held.hasRoom(look))) return false
  await hold.scoring.passed(position)
  return true
}

/** False: it may not be any more, or no place is left. */
export async function putOnHold({ score, held }: HoldParts, one: HeldAttempt, { at, ask }: Acting): Promise<boolean> {
  if (!held.take(one)) return false
  if ((await ask((read) => holdPayment({ ...one, score, at }, read))) === null) return true
  held.give(one)
  return false
}

function keyOf({ orderId, attempt }: HeldAttempt): string {
  return chargeKey(orderId, attempt)
}
