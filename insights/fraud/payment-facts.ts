/** What a scorer gets, from an event of the log or a line of a file. */
import type { PayerKeys } from '../../domain/payments/payer-keys.ts'
import { OUR_DECLINES } from '../../domain/payments/decline-reasons.ts'
import type { Timestamp } from '../../domain/values.ts'
import type { DomainEvent, EventType, Money } from '../../schemas/events.ts'

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

/** The events that facts are made from. */
export const FACT_TYPES = [
  'PaymentRequested',
  'PaymentCaptured',
  'PaymentDeclined',
] as const satisfies readonly EventType[]

export type FactEvent = Extract<DomainEvent, { readonly type: (typeof FACT_TYPES)[number] }>

/** `at`: when it was recorded, in whole milliseconds. */
export function factOf(event: FactEvent, at: Timestamp): PaymentFact {
  const { orderId, attempt, customerId, method, amount, region, card, device, address, network, cardRegion } = event
  const payer = { card, device, address, network, cardRegion, region }
  return { kind: kindOf(event), at: Math.floor(at), orderId, attempt, customerId, method, amount, ...payer }
}

function kindOf(event: FactEvent): PaymentFact['kind'] {
  switch (event.type) {
    case 'PaymentRequested':
      return 'requested'
    case 'PaymentCaptured':
      return 'captured'
    case 'PaymentDeclined':
      return OUR_DECLINES.some((reason) => reason === event.reason) ? 'ended' : 'declined'
  }
}
