/** What a webhook reports: `{key, status, reference?, reason?, amount?}`. */
import type { Money } from '../../schemas/events.ts'
import { parseGatewayKey } from './gateway-keys.ts'
import { chargeOutcomeOf, readGatewayAnswer, refundOutcomeOf } from './gateway-answer.ts'
import type { ChargeOutcome, RefundOutcome } from './gateway.ts'

export type WebhookBody =
  | {
      readonly kind: 'charge'
      readonly key: string
      readonly orderId: string
      readonly attempt: number
      /** Null: captured, and its reference was left out; the gateway has it under the key. */
      readonly outcome: ChargeOutcome | null
    }
  | {
      readonly kind: 'refund'
      readonly key: string
      readonly orderId: string
      readonly refund: number
      /** Null: refunded, and its reference was left out; the gateway has it under the key. */
      readonly outcome: RefundOutcome | null
    }
  | {
      /** Money of an attempt that the provider moved back by itself. */
      readonly kind: 'reversal'
      /** Of the charge. */
      readonly key: string
      readonly orderId: string
      readonly attempt: number
      /** Above 0. */
      readonly amount: Money
      /** Of the reversal: the same one again is the same reversal. */
      readonly reference: string
    }

const OF_CHARGES = new Set(['captured', 'declined', 'pending'])
const OF_REFUNDS = new Set(['refunded', 'refused'])

/** Null: it cannot be read, or speaks of a key that cannot be one of ours. Its texts are clean. */
export function parseWebhookBody(body: Uint8Array): WebhookBody | null {
  const answer = readGatewayAnswer(body)
  const parts = answer === null ? null : parseGatewayKey(answer.key)
  if (answer === null || parts === null) return null
  const { key, status, reference, amount } = answer
  if (parts.kind === 'refund') {
    const { kind, orderId, refund } = parts
    return OF_REFUNDS.has(status) ? { kind, key, orderId, refund, outcome: refundOutcomeOf(answer) } : null
  }
  const { kind, orderId, attempt } = parts
  if (OF_CHARGES.has(status)) return { kind, key, orderId, attempt, outcome: chargeOutcomeOf(answer) }
  if (status !== 'reversed' || reference === null || amount === null || amount.amount === 0) return null
  return { kind: 'reversal', key, orderId, attempt, amount, reference }
}
