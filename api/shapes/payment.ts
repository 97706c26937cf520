/** The payment of an order, and each attempt to pay it. */
import { Type } from 'typebox'
import { named, nullable, oneOf, ref } from '../../commands/shape.ts'
import { PAYMENT_METHODS } from '../../domain/payments/payment.ts'
import { PAYMENT_STATUSES } from '../../domain/payments/payment-status.ts'
import { ATTEMPT_STATUSES, REFUND_STATUSES } from '../../projections/views/payments.ts'
import { listOf } from './list.ts'
import { Money, MoneySum } from './money.ts'
import { count, First, Position, time } from './shape.ts'

export { ATTEMPT_STATUSES, PAYMENT_STATUSES }

const attemptContent = {
  attempt: count('Number of the attempt, from 1.'),
  method: Type.String({ description: `How it is paid: ${PAYMENT_METHODS.join(', ')}.` }),
  status: oneOf(ATTEMPT_STATUSES, {
    description: 'Status of the attempt; `held`: it is not charged before somebody has looked at its alert.',
  }),
  amount: ref(Money),
}

/** What its request does not wait for, or has no words for. */
const settled = {
  reason: Type.Optional(nullable(Type.String({ description: 'Code of a decline; null otherwise. Only in reads.' }))),
  hold: Type.Optional(
    nullable(
      Type.Object(
        {
          alertId: Type.String({ description: 'The alert that somebody has to look at: GET /fraud-alerts/{alertId}.' }),
          since: time('Since when it is on hold.'),
        },
        {
          additionalProperties: false,
          description: 'Why nothing is charged yet; null: it is not on hold. Only in reads.',
        },
      ),
    ),
  ),
  settledAt: Type.Optional(
    nullable(time('When its outcome was recorded; null while it is pending or held. Only in reads.')),
  ),
}

const reference = nullable(Type.String({ description: "The provider's name for the charge." }))
const requestedAt = time('When it was requested.')

export const PaymentAttempt = named(
  'PaymentAttempt',
  {
    paymentId: Type.String({ description: 'The attempt: `<orderId>/<attempt>`.' }),
    orderId: Type.String({ description: 'The order.' }),
    customerId: Type.Optional(Type.String({ description: 'The customer who ordered. Only in reads.' })),
    ...attemptContent,
    reference: Type.Optional(reference),
    requestedAt: Type.Optional(requestedAt),
    ...settled,
    first: Type.Optional(First),
    position: Position,
  },
  { description: 'An attempt to pay an order.' },
)

export const PaymentAttemptList = listOf(PaymentAttempt)

export const Payment = named(
  'Payment',
  {
    orderId: Type.String({ description: 'The order.' }),
    status: oneOf(PAYMENT_STATUSES, {
      description:
        'Of the attempt that confirmed the order, by its own refunds. If none did: `held` while one is on hold, `pending` while one is open, else `refunded` or `partly-refunded` if money was taken, else `declined`.',
    }),
    captured: ref(MoneySum),
    refunded: ref(MoneySum),
    underWay: ref(MoneySum),
    attempts: Type.Array(
      Type.Object(
        {
          ...attemptContent,
          reference,
          requestedAt,
          ...settled,
        },
        { additionalProperties: false },
      ),
    ),
    refunds: Type.Array(
      Type.Object(
        {
          refund: count('Number of the refund, from 1.'),
          attempt: count('The attempt whose money goes back.'),
          amount: ref(Money),
          cause: Type.String({ description: 'cancelled, returned, not-owed, goodwill or provider.' }),
          status: oneOf(REFUND_STATUSES, { description: '`failed`: settled outside by a person.' }),
          reference: nullable(Type.String({ description: "The provider's name for the refund." })),
        },
        { additionalProperties: false },
      ),
    ),
    version: count('Version of the payment; it grows with each change.'),
    position: Position,
  },
  { description: 'The payment of an order: every attempt and every refund, and their sums.' },
)
