/** What a scorer is told of an attempt to pay. */
import type { PayerKeys } from '../../domain/payments/payer-keys.ts'
import type { Timestamp } from '../../domain/values.ts'
import type { Money } from '../../schemas/events.ts'

export interface PaymentFact extends PayerKeys {
  /** `declined`: by the gateway. `ended`: without an outcome of the gateway, which says nothing of the customer. */
  readonly kind: 'requested' | 'captured' | 'declined' | 'ended'
  readonly at: Timestamp
  readonly orderId: string
  readonly attempt: number
  readonly customerId: string
  readonly method: string
  readonly amount: Money
  /** Of the customer; null: not known. */
  readonly region: string | null
}
