/**
 * The money of one order: attempts to pay it, and refunds, both numbered from 1. At most one attempt is open.
 *
 * none -> open -> captured      (at once without the gateway: a total of 0, or on account)
 *          | ^ \-> declined -> captured      (a capture that came late)
 *          v |
 *         on hold      (ends as an open one does too)
 *
 * An attempt on hold is open: it is not asked about and nothing replaces it. It is on hold once at most.
 *
 * Captured money stays only where the capture confirmed the order; any other capture is refunded in its own append.
 *
 * Law 10, after each command, for each attempt of each order:
 *
 *   captured - refunded - under way - settled outside = max(0, value - goodwill - provider)
 *
 * The left side is what is left of the attempt: its amount once captured, less its refunds whatever became of them, for
 * a refund counts from RefundRequested on. `value` is what the confirmed or completed order still has in the customer's
 * hands (its total less what was returned), and 0 for an attempt that did not confirm it. Why each command keeps this,
 * with L = left, V = value, G = goodwill, P = provider, and L = max(0, V - G - P) before it:
 *
 * - a capture that confirms: L = total, V = total, G = P = 0. One that does not: V = 0, and all of it is refunded, L = 0.
 * - goodwill g <= L, so L > 0 and L = V - G - P: both sides fall by g. The provider takes p alike: what is above L is no
 *   event, because it is none of the order's money.
 * - a return of value v refunds r = min(v, L). If L > 0: L - r = max(0, V - G - P - v), the right side after it. If
 *   L = 0, V - G - P <= 0 and stays so.
 * - a cancellation refunds L: V = 0 makes the right side 0.
 * - the outcome of a refund moves it between the terms of the left side: the sum stays.
 *
 * So what is left never grows after the capture, and is never below 0.
 */
import type {
  Money,
  PaymentCaptured,
  PaymentEvent,
  PaymentRefunded,
  PaymentRequested,
  RefundRequested,
} from '../../schemas/events.ts'
import { to, type Addressed, type Aggregate } from '../decision.ts'
import { money, type CustomerId, type OrderId, type Timestamp } from '../values.ts'
import { payerKeysOf, type PayerKeys } from './payer-keys.ts'

export const PAYMENT_METHODS = ['card', 'paypal', 'bank-transfer', 'on-account'] as const

export type PaymentMethod = (typeof PAYMENT_METHODS)[number]

export const REFUND_CAUSES = ['cancelled', 'returned', 'not-owed', 'goodwill', 'provider'] as const

export type RefundCause = (typeof REFUND_CAUSES)[number]

/** What the log calls a charge, and a refund, on account: no gateway knows them. */
export const ACCOUNT = 'account'

export interface Payment {
  /** Attempt n stands at n - 1. */
  readonly attempts: readonly Attempt[]
  /** Refund n stands at n - 1. */
  readonly refunds: readonly Refund[]
}

export interface Attempt {
  readonly status: 'open' | 'captured' | 'declined'
  readonly customerId: CustomerId
  /** The recorded set is open. */
  readonly method: string
  readonly amount: Money
  readonly payer: Payer
  readonly requestedAt: Timestamp
  /** True when its capture confirmed the order: of one attempt at most. */
  readonly confirms: boolean
  /** Why it was declined, whatever came after; null: it was not. The recorded set is open. */
  readonly declined: string | null
  /** What the gateway calls the charge; null until it is captured. */
  readonly reference: string | null
  /** Null: it was never on hold. */
  readonly hold: Hold | null
}

export interface Hold {
  readonly alertId: string
  readonly at: Timestamp
  /** When it could be charged again; null: it is on hold, or ended so. */
  readonly releasedAt: Timestamp | null
}

/** Who pays: what ties the attempt to others, and the region of the customer. */
export interface Payer extends PayerKeys {
  readonly region: string
}

/** Why an attempt is declined whose gateway took another amount: it is then believed only with the right one. */
export const WRONG_AMOUNT = 'wrong-amount'

/** Of an attempt that was just asked for. */
export const NO_OUTCOME = { confirms: false, declined: null, reference: null, hold: null } as const

export interface Refund {
  readonly status: 'under-way' | 'refunded' | 'failed'
  readonly attempt: number
  readonly amount: number
  /** The recorded set is open. */
  readonly cause: string
  /** What the provider calls it; null until it is refunded. */
  readonly reference: string | null
}

export const payment: Aggregate<Payment, PaymentEvent> = {
  kind: 'payment',
  fold: 4,
  initial: { attempts: [], refunds: [] },
  evolve(state, event) {
    switch (event.type) {
      case 'PaymentRequested': {
        const { customerId, method, amount, region, at } = event
        const asked = { customerId, method, amount, payer: { ...payerKeysOf(event), region }, requestedAt: at }
        const attempt = { ...asked, status: 'open', ...NO_OUTCOME } as const
        return { ...state, attempts: [...state.attempts, attempt] }
      }
      case 'PaymentHeld': {
        const { alertId, at } = event
        return withAttempt(state, event, { hold: { alertId, at, releasedAt: null } })
      }
      case 'PaymentReleased': {
        const hold = attemptOf(state, event.attempt)?.hold ?? null
        return withAttempt(state, event, { hold: hold === null ? null : { ...hold, releasedAt: event.at } })
      }
      case 'PaymentCaptured':
        return withAttempt(state, event, {
          status: 'captured',
          confirms: event.confirms,
          reference: event.reference,
        })
      case 'PaymentDeclined':
        return withAttempt(state, event, { status: 'declined', declined: event.reason })
      case 'RefundRequested': {
        const { attempt, amount, cause } = event
        const refund = { status: 'under-way', attempt, amount: amount.amount, cause, reference: null } as const
        return { ...state, refunds: [...state.refunds, refund] }
      }
      case 'PaymentRefunded':
        return withRefund(state, event, { status: 'refunded', reference: event.reference })
      case 'RefundFailed':
        return withRefund(state, event, { status: 'failed' })
    }
  },
}

/** An attempt and its number. */
export interface Numbered extends Attempt {
  readonly number: number
}

export function attemptOf({ attempts }: Payment, number: number): Numbered | null {
  const attempt = attempts[number - 1]
  return attempt === undefined ? null : { ...attempt, number }
}

export function openAttempt({ attempts }: Payment): Numbered | null {
  // Only the last can be open: the next is requested when it is not, or ends it.
  const last = attempts.at(-1)
  return last?.status === 'open' ? { ...last, number: attempts.length } : null
}

/** Nothing is charged for it before somebody has looked, or the time for that is over. */
export function isOnHold({ status, hold }: Attempt): boolean {
  return status === 'open' && hold !== null && hold.releasedAt === null
}

/** When it was asked for; of one that was on hold, when it was released: all its times count from there. */
export function askedAt({ requestedAt, hold }: Attempt): Timestamp {
  return hold?.releasedAt ?? requestedAt
}

/** The attempt whose money the order was confirmed with: the only one that has money left. */
export function confirmingAttempt(state: Payment): Numbered | null {
  return attemptOf(state, state.attempts.findIndex(({ confirms }) => confirms) + 1)
}

/** What is left of an attempt's money, in minor units: captured and no refund requested for it. */
export function leftOf({ refunds }: Payment, attempt: Numbered): number {
  if (attempt.status !== 'captured') return 0
  return refunds.reduce(
    (left, { attempt: of, amount }) => (of === attempt.number ? left - amount : left),
    attempt.amount.amount,
  )
}

/** What every event of an attempt repeats. */
export function contentOf(
  orderId: OrderId,
  { number, customerId, method, amount }: Numbered,
): Pick<PaymentRequested, 'orderId' | 'customerId' | 'attempt' | 'method' | 'amount'> {
  return { orderId, customerId, attempt: number, method, amount }
}

export function captured(
  orderId: OrderId,
  attempt: Numbered,
  { reference, confirms }: Pick<PaymentCaptured, 'reference' | 'confirms'>,
): Addressed {
  const from = attempt.status === 'open' ? 'open' : 'declined'
  const content = { ...contentOf(orderId, attempt), ...attempt.payer }
  return to(payment, orderId, { type: 'PaymentCaptured', ...content, reference, from, confirms })
}

export function declined(orderId: OrderId, attempt: Numbered, reason: string): Addressed {
  return to(payment, orderId, { type: 'PaymentDeclined', ...contentOf(orderId, attempt), ...attempt.payer, reason })
}

export function released(
  orderId: OrderId,
  attempt: Numbered,
  release: { readonly by: 'review' | 'time'; readonly at: Timestamp },
): Addressed {
  return to(payment, orderId, { type: 'PaymentReleased', ...contentOf(orderId, attempt), ...release })
}

export interface WantedRefund {
  readonly attempt: Numbered
  /** In minor units; 0 is not requested. */
  readonly amount: number
  readonly cause: RefundCause
  readonly note?: string | null
  /** What the provider calls it, where it has moved the money already. */
  readonly reference?: string
}

/** The next refund of an order. One that has happened, or of a payment on account, is done in the same append. */
export function refundOf(orderId: OrderId, { refunds }: Payment, wanted: WantedRefund): readonly Addressed[] {
  const { attempt, amount, cause, note = null } = wanted
  const reference = wanted.reference ?? (attempt.method === 'on-account' ? ACCOUNT : null)
  if (amount === 0) return []
  const content = {
    ...contentOf(orderId, attempt),
    refund: refunds.length + 1,
    amount: money(amount, attempt.amount.currency),
    cause,
  }
  const requested: RefundRequested = { type: 'RefundRequested', ...content, note }
  const done: readonly PaymentRefunded[] =
    reference === null ? [] : [{ type: 'PaymentRefunded', ...content, reference }]
  return [requested, ...done].map((event) => to(payment, orderId, event))
}

/** A refund of what is left of the money that confirmed the order, at most `atMost` minor units. */
export function refundOfLeft(
  orderId: OrderId,
  state: Payment,
  { cause, atMost = Infinity }: { readonly cause: RefundCause; readonly atMost?: number },
): readonly Addressed[] {
  const attempt = confirmingAttempt(state)
  if (attempt === null) return []
  return refundOf(orderId, state, { attempt, amount: Math.min(atMost, leftOf(state, attempt)), cause })
}

function withAttempt(
  state: Payment,
  { attempt: number }: { readonly attempt: number },
  change: Partial<Attempt>,
): Payment {
  const attempts = state.attempts.map((one, index) => (index === number - 1 ? { ...one, ...change } : one))
  return { ...state, attempts }
}

function withRefund(state: Payment, { refund: number }: { readonly refund: number }, change: Partial<Refund>): Payment {
  const refunds = state.refunds.map((one, index) => (index === number - 1 ? { ...one, ...change } : one))
  return { ...state, refunds }
}
