/** Beginning to pay an order. What needs no gateway is captured at once: a total of 0, and what a VIP buys on account. */
import type { Money } from '../../schemas/events.ts'
import { accept, refuse, to, type Addressed, type Decision, type Read } from '../decision.ts'
import { order, type AcceptedOrder, type Order, type UnknownOrder } from '../order.ts'
import { sameMoney, type OrderId, type Timestamp } from '../values.ts'
import { confirmation } from './confirm-order.ts'
import { filledUp, type PayerKeys } from './payer-keys.ts'
import {
  ACCOUNT,
  askedAt,
  captured,
  contentOf,
  isOnHold,
  declined,
  NO_OUTCOME,
  openAttempt,
  payment,
  type Attempt,
  type Numbered,
  type PaymentMethod,
} from './payment.ts'

/** Of one order. */
export const MOST_ATTEMPTS = 20

/** For so long an open transfer keeps the next attempt from beginning; after it, that one replaces it. */
const TRANSFER_KEPT_MS = 120_000

/** What the log calls the charge of an order that costs nothing. */
const FREE = 'free'

export interface RequestPayment {
  readonly orderId: OrderId
  readonly method: PaymentMethod
  /** What the customer believes to pay; null when not given. There are no part payments. */
  readonly amount: Money | null
  readonly keys: PayerKeys
  readonly at: Timestamp
}

export interface OrderNotPayable {
  readonly reason: 'order-not-payable'
  readonly status: Exclude<Order['status'], 'none' | 'placed'>
}

export interface PaymentOpen {
  readonly reason: 'payment-open'
  readonly attempt: number
}

export interface TooManyAttempts {
  readonly reason: 'too-many-attempts'
  readonly attempts: number
}

export interface PaymentMethodRefused {
  readonly reason: 'payment-method-refused'
  readonly method: PaymentMethod
}

export interface WrongAmount {
  readonly reason: 'wrong-amount'
  readonly total: Money
}

export interface AmountInWrongCurrency {
  readonly reason: 'wrong-currency'
  /** Of the order. */
  readonly currency: string
}

export type RequestPaymentRefusal =
  | UnknownOrder
  | OrderNotPayable
  | PaymentOpen
  | TooManyAttempts
  | PaymentMethodRefused
  | WrongAmount
  | AmountInWrongCurrency

/**
 * Begins the next attempt to pay a placed order, past its reservation too: time alone changes nothing. A bank transfer
 * that has been open for over two minutes, since its release where it was on hold, is replaced; its capture, should it
 * still come, is a late one. What is on hold is not replaced.
 */
export function requestPayment(command: RequestPayment, read: Read): Decision<RequestPaymentRefusal> {
  const { orderId, method, amount, keys, at } = command
  const existing = read(order, orderId)
  if (existing.status === 'none') return refuse({ reason: 'unknown-order', orderId })
  if (existing.status !== 'placed') return refuse({ reason: 'order-not-payable', status: existing.status })

  const state = read(payment, orderId)
  const open = openAttempt(state)
  if (open !== null && !isReplaceable(open, at)) return refuse({ reason: 'payment-open', attempt: open.number })
  const { length: attempts } = state.attempts
  if (attempts >= MOST_ATTEMPTS) return refuse({ reason: 'too-many-attempts', attempts })
  const { tier, total } = existing
  if (method === 'on-account' && tier !== 'vip') return refuse({ reason: 'payment-method-refused', method })
  if (amount !== null && amount.currency !== total.currency)
    return refuse({ reason: 'wrong-currency', currency: total.currency })
  if (amount !== null && !sameMoney(amount, total)) return refuse({ reason: 'wrong-amount', total })

  return accept(
    ...(open === null ? [] : [declined(orderId, open, 'replaced')]),
    ...attemptToPay(existing, { orderId, number: attempts + 1, method, keys, at }, read),
  )
}

/** The next attempt at a placed order. What needs no gateway is captured with it. */
export function attemptToPay(
  placed: AcceptedOrder,
  asked: Pick<RequestPayment, 'orderId' | 'method' | 'keys' | 'at'> & { readonly number: number },
  read: Read,
): readonly Addressed[] {
  const { orderId, number, method, at } = asked
  const { customerId, tier, region, total: amount } = placed
  const payer = { ...filledUp(asked.keys, placed.keys), region }
  const attempt: Numbered = {
    customerId,
    method,
    amount,
    payer,
    requestedAt: at,
    status: 'open',
    ...NO_OUTCOME,
    number,
  }
  const reference = amount.amount === 0 ? FREE : method === 'on-account' ? ACCOUNT : null
  return [
    to(payment, orderId, { type: 'PaymentRequested', ...contentOf(orderId, attempt), ...payer, tier, at }),
    ...(reference === null
      ? []
      : [captured(orderId, attempt, { reference, confirms: true }), ...confirmation(orderId, placed, read)]),
  ]
}

function isReplaceable(attempt: Attempt, at: Timestamp): boolean {
  return attempt.method === 'bank-transfer' && !isOnHold(attempt) && at - askedAt(attempt) > TRANSFER_KEPT_MS
}
