/** Money that goes back: as goodwill, as the gateway confirms it, as a person settles it, or as the provider moves it. */
import type { Money, PaymentRefunded } from '../../schemas/events.ts'
import { accept, refuse, to, type Decision, type Read } from '../decision.ts'
import { money, type OrderId } from '../values.ts'
import {
  attemptOf,
  confirmingAttempt,
  contentOf,
  leftOf,
  payment,
  refundOf,
  type Attempt,
  type Payment,
  type Refund,
} from './payment.ts'
import type { AmountInWrongCurrency } from './request-payment.ts'
import type { UnknownAttempt } from './settle-payment.ts'

/** Gives money back without taking anything back. */
export interface RequestRefund {
  readonly orderId: OrderId
  /** At least 1; null = all that is left. */
  readonly amount: Money | null
  /** In the words of the person who refunds. */
  readonly note: string | null
}

export interface RecordRefunded {
  readonly orderId: OrderId
  readonly refund: number
  /** What the gateway calls it. */
  readonly reference: string
}

/** A person settles a refund outside. */
export interface RecordRefundFailed {
  readonly orderId: OrderId
  readonly refund: number
  /** In the words of that person. */
  readonly reason: string
}

/** The provider took back money by itself. */
export interface RecordReversal {
  readonly orderId: OrderId
  readonly attempt: number
  readonly amount: Money
  /** What the provider calls it: it counts once. */
  readonly reference: string
}

export interface UnknownPayment {
  readonly reason: 'unknown-payment'
  readonly orderId: OrderId
}

export interface NothingToRefund {
  readonly reason: 'nothing-to-refund'
}

export interface RefundTooLarge {
  readonly reason: 'refund-too-large'
  readonly left: Money
}

export interface UnknownRefund {
  readonly reason: 'unknown-refund'
  readonly orderId: OrderId
  readonly refund: number
}

/** The refund ended the other way: both cannot be true, and a person has to look. */
export interface RefundSettled {
  readonly reason: 'refund-settled'
  readonly refund: number
  readonly status: Exclude<Refund['status'], 'under-way'>
}

export interface PaymentNotCaptured {
  readonly reason: 'payment-not-captured'
  readonly attempt: number
  readonly status: Exclude<Attempt['status'], 'captured'>
}

/** More than was left of the attempt. What was left is recorded; the excess is for a person to look at. */
export interface ReversalTooLarge {
  readonly reason: 'reversal-too-large'
  readonly excess: Money
}

/** Asked twice it refunds twice: only a command's key tells a repetition from a second gift. */
export function requestRefund(
  command: RequestRefund,
  read: Read,
): Decision<UnknownPayment | NothingToRefund | RefundTooLarge | AmountInWrongCurrency> {
  const { orderId, amount, note } = command
  const state = read(payment, orderId)
  if (state.attempts.length === 0) return refuse({ reason: 'unknown-payment', orderId })
  const attempt = confirmingAttempt(state)
  const left = attempt === null ? 0 : leftOf(state, attempt)
  if (attempt === null || left === 0) return refuse({ reason: 'nothing-to-refund' })
  const { currency } = attempt.amount
  if (amount !== null && amount.currency !== currency) return refuse({ reason: 'wrong-currency', currency })
  if (amount !== null && amount.amount > left)
    return refuse({ reason: 'refund-too-large', left: money(left, currency) })
  return accept(...refundOf(orderId, state, { attempt, amount: amount?.amount ?? left, cause: 'goodwill', note }))
}

export function recordRefunded(command: RecordRefunded, read: Read): Decision<UnknownRefund | RefundSettled> {
  const { orderId, refund: number, reference } = command
  const state = read(payment, orderId)
  const refund = refundContent(orderId, state, number)
  if (refund === null) return refuse({ reason: 'unknown-refund', orderId, refund: number })
  const { status, content } = refund
  if (status === 'failed') return refuse({ reason: 'refund-settled', refund: number, status })
  if (status === 'refunded') return accept()
  return accept(to(payment, orderId, { type: 'PaymentRefunded', ...content, reference }))
}

export function recordRefundFailed(command: RecordRefundFailed, read: Read): Decision<UnknownRefund | RefundSettled> {
  const { orderId, refund: number, reason } = command
  const state = read(payment, orderId)
  const refund = refundContent(orderId, state, number)
  if (refund === null) return refuse({ reason: 'unknown-refund', orderId, refund: number })
  const { status, content } = refund
  if (status === 'refunded') return refuse({ reason: 'refund-settled', refund: number, status })
  if (status === 'failed') return accept()
  return accept(to(payment, orderId, { type: 'RefundFailed', ...content, reason }))
}

/**
 * Records what the provider moved, from the money of that attempt, once per reference. What is above that is refused
 * with its amount, each time it is asked.
 */
export function recordReversal(
  command: RecordReversal,
  read: Read,
): Decision<UnknownAttempt | PaymentNotCaptured | AmountInWrongCurrency | ReversalTooLarge> {
  const { orderId, amount, reference } = command
  const state = read(payment, orderId)
  const attempt = attemptOf(state, command.attempt)
  if (attempt === null) return refuse({ reason: 'unknown-attempt', orderId, attempt: command.attempt })
  const { number, status } = attempt
  const { currency } = attempt.amount
  if (status !== 'captured') return refuse({ reason: 'payment-not-captured', attempt: number, status })
  if (amount.currency !== currency) return refuse({ reason: 'wrong-currency', currency })

  const isThis = (refund: Refund) =>
    refund.cause === 'provider' && refund.attempt === number && refund.reference === reference
  const known = state.refunds.find(isThis)
  const taken = known?.amount ?? Math.min(amount.amount, leftOf(state, attempt))
  const wanted = { attempt, amount: taken, cause: 'provider', reference } as const
  const events = known === undefined ? refundOf(orderId, state, wanted) : []
  const excess = amount.amount - taken
  return excess > 0
    ? refuse({ reason: 'reversal-too-large', excess: money(excess, currency) }, ...events)
    : accept(...events)
}

/** What every event of a refund repeats, and how it stands. */
function refundContent(
  orderId: OrderId,
  state: Payment,
  number: number,
): { readonly status: Refund['status']; readonly content: Omit<PaymentRefunded, 'type' | 'reference'> } | null {
  const refund = state.refunds[number - 1]
  const attempt = refund === undefined ? null : attemptOf(state, refund.attempt)
  if (refund === undefined || attempt === null) return null
  const { status, cause } = refund
  const amount = money(refund.amount, attempt.amount.currency)
  return { status, content: { ...contentOf(orderId, attempt), refund: number, amount, cause } }
}
