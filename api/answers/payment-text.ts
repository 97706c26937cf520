/** A payment as its commands answer: the state of its stream, as JSON. */
import { moneySum, rfc3339 } from '../../projections/queries/shown.ts'
import { isOnHold, type Attempt, type Payment } from '../../domain/payments/payment.ts'
import { paymentStatus, type PaymentStatus } from '../../domain/payments/payment-status.ts'

const ATTEMPT_STATUS = { open: 'pending', captured: 'captured', declined: 'declined' } as const
const REFUND_STATUS = { 'under-way': 'pending', refunded: 'refunded', failed: 'failed' } as const

export function attemptStatus(attempt: Attempt): 'pending' | 'held' | 'captured' | 'declined' {
  return isOnHold(attempt) ? 'held' : ATTEMPT_STATUS[attempt.status]
}

/** Without the position. The payment has an attempt. */
export function shownPayment(orderId: string, state: Payment, version: number) {
  const { attempts, refunds } = state
  const currency = attempts[0]?.amount.currency ?? ''
  const sum = (amounts: readonly number[]) => moneySum(String(total(amounts)), currency)
  const taken = attempts.filter(({ status }) => status === 'captured').map(({ amount }) => amount.amount)
  const given = (status: keyof typeof REFUND_STATUS) =>
    refunds.filter((each) => each.status === status).map(({ amount }) => amount)
  return {
    orderId,
    status: statusOf(state),
    captured: sum(taken),
    refunded: sum(given('refunded')),
    underWay: sum(given('under-way')),
    attempts: attempts.map((each, index) => ({
      attempt: index + 1,
      method: each.method,
      status: attemptStatus(each),
      amount: each.amount,
      reference: each.reference,
      requestedAt: rfc3339(each.requestedAt),
    })),
    refunds: refunds.map(({ attempt, amount, cause, status, reference }, index) => ({
      ...{ refund: index + 1, attempt, amount: { amount, currency }, cause },
      ...{ status: REFUND_STATUS[status], reference },
    })),
    version,
  }
}

/** As paymentStatus has it: of the attempt that confirmed the order; if none did, of all of them. */
function statusOf({ attempts, refunds }: Payment): PaymentStatus {
  const confirming = attempts.findIndex(({ confirms }) => confirms) + 1
  const counts = (attempt: number) => confirming === 0 || attempt === confirming
  return paymentStatus({
    isOpen: attempts.some(({ status }) => status === 'open'),
    isOnHold: attempts.some(isOnHold),
    isConfirmed: confirming > 0,
    captured: total(
      attempts.flatMap(({ status, amount }, index) =>
        status === 'captured' && counts(index + 1) ? [amount.amount] : [],
      ),
    ),
    refunded: total(
      refunds.flatMap(({ status, attempt, amount }) => (status === 'refunded' && counts(attempt) ? [amount] : [])),
    ),
  })
}

function total(amounts: readonly number[]): bigint {
  return amounts.reduce((sum, amount) => sum + BigInt(amount), 0n)
}
