/**
 * What a message of the provider comes to. It may come twice, late and in any order: what is known already changes
 * nothing, and what contradicts it is for a person to look at.
 */
import { gatewayReason } from '../../domain/payments/decline-reasons.ts'
import { refuse, type Decision, type Read } from '../../domain/decision.ts'
import { attemptOf, payment } from '../../domain/payments/payment.ts'
import { recordRefunded, recordReversal } from '../../domain/payments/refund.ts'
import { recordCapture, recordDecline } from '../../domain/payments/settle-payment.ts'
import type { Asking } from '../asking.ts'
import type { Why } from '../reactor.ts'
import type { WebhookBody } from './webhook-body.ts'

/**
 * `done`: recorded, or known. `unknown`: it speaks of nothing of ours. `read`: it says that something happened, and not
 * all of it: the key has to be asked. Else why it cannot be done.
 */
export type WebhookVerdict = 'done' | 'unknown' | 'read' | Why

/** Rejects as `ask` does. */
export async function recordWebhook(body: WebhookBody, ask: Asking['ask']): Promise<WebhookVerdict> {
  const { orderId } = body
  if (body.kind === 'reversal') {
    const { attempt, amount, reference } = body
    const refusal = await ask((read) => recordReversal({ orderId, attempt, amount, reference }, read))
    if (refusal === null) return 'done'
    switch (refusal.reason) {
      case 'unknown-attempt':
        return 'unknown'
      case 'payment-not-captured':
        return why(
          refusal.reason,
          `the provider moved money of attempt ${attempt} back, but the attempt is ${refusal.status}`,
        )
      case 'wrong-currency':
        return why(
          refusal.reason,
          `the provider moved ${amount.currency} back, but the order is in ${refusal.currency}`,
        )
      case 'reversal-too-large': {
        const { amount: excess, currency } = refusal.excess
        return why(refusal.reason, `the provider moved back ${excess} ${currency} (minor units) more than was left`)
      }
    }
  }
  // What is refused is asked for again under its key, and its answer decides.
  if (body.outcome === null || body.outcome.status === 'refused') {
    const unsaid = await ask((read) => whatIsUnsaid(body, read))
    return unsaid?.reason === 'refund-settled' ? settledOutside() : (unsaid?.reason ?? 'done')
  }
  if (body.kind === 'refund') {
    const { refund, outcome } = body
    const refusal = await ask((read) => recordRefunded({ orderId, refund, reference: outcome.reference }, read))
    if (refusal === null) return 'done'
    if (refusal.reason === 'unknown-refund') return 'unknown'
    return settledOutside()
  }
  const { attempt, outcome } = body
  switch (outcome.status) {
    case 'pending':
      return 'done'
    case 'declined': {
      const refusal = await ask((read) =>
        recordDecline({ orderId, attempt, reason: gatewayReason(outcome.reason) }, read),
      )
      // Captured money is not unsaid by a decline that was overtaken.
      return refusal?.reason === 'unknown-attempt' ? 'unknown' : 'done'
    }
    case 'captured': {
      const { reference, amount = null } = outcome
      const refusal = await ask((read) => recordCapture({ orderId, attempt, reference, amount }, read))
      if (refusal === null) return 'done'
      if (refusal.reason === 'unknown-attempt') return 'unknown'
      return why(refusal.reason, `the provider took another amount than was asked for attempt ${attempt}`)
    }
  }
}

/** What a message that does not say all comes to, by what is known of what it speaks of. */
function whatIsUnsaid(
  body: Exclude<WebhookBody, { kind: 'reversal' }>,
  read: Read,
): Decision<{ readonly reason: 'unknown' | 'done' | 'read' | 'refund-settled' }> {
  const state = read(payment, body.orderId)
  if (body.kind === 'charge') {
    const attempt = attemptOf(state, body.attempt)
    if (attempt === null) return refuse({ reason: 'unknown' })
    return refuse({ reason: attempt.status === 'captured' ? 'done' : 'read' })
  }
  const refund = state.refunds[body.refund - 1]
  if (refund === undefined) return refuse({ reason: 'unknown' })
  if (refund.status === 'under-way') return refuse({ reason: 'read' })
  return refuse({ reason: refund.status === 'failed' && body.outcome === null ? 'refund-settled' : 'done' })
}

function settledOutside(): Why {
  return why('refund-settled', 'the provider refunded what somebody had already settled outside')
}

function why(code: string, message: string): Why {
  return { code, message }
}
