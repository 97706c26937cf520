/** What is kept of an event about the money of an order: a few numbers. */
import type { DeliveryEvent, DomainEvent, Money, PaymentEvent } from '../../schemas/events.ts'
import { hashName } from '../spill/name-hash.ts'

export const MONEY_TYPES = [
  ...['OrderConfirmed', 'OrderCancelled', 'OrderExpired', 'OrderCompleted', 'OrderReturned'],
  ...['PaymentRequested', 'PaymentCaptured', 'PaymentDeclined'],
  ...['FraudAlertRaised', 'FraudReviewed', 'PaymentHeld', 'PaymentReleased'],
  ...['RefundRequested', 'PaymentRefunded', 'RefundFailed'],
  ...['DeliveryScheduled', 'DeliveryDispatched', 'DeliveryDelivered', 'DeliveryFailed', 'DeliveryCancelled'],
] as const

export type MoneyType = (typeof MONEY_TYPES)[number]

/** What counts apart from what is owed; any other cause follows from what is owed. */
export const GIFTS = ['none', 'goodwill', 'provider'] as const

export interface MoneyFact {
  readonly type: MoneyType
  readonly position: number
  /** Whether it is the first of its order in its command. */
  readonly opens: boolean
  /** Of a capture: of the order. Of a review: it is honest. Of a release: by a review. */
  readonly confirms: boolean
  /** A capture of a declined attempt; a delivery cancelled after it failed; a decline of what is on hold, with its order. */
  readonly late: boolean
  readonly gift: (typeof GIFTS)[number]
  /** A number for its currency and, of a refund, its cause. */
  readonly content: number
  /** Of an attempt or a dispatch. */
  readonly number: number
  /** Of a refund; of an alert, its review and what is on hold for it, a number for the alert. */
  readonly refund: number
  /** In minor units: the total of an order, the value of a return, what an attempt or a refund is about. */
  readonly amount: number
}

export type HoldType = 'FraudAlertRaised' | 'FraudReviewed' | 'PaymentHeld' | 'PaymentReleased'

/** It is about what is on hold, and moves nothing. */
export function isHold(type: MoneyType): type is HoldType {
  return type.startsWith('Fraud') || type === 'PaymentHeld' || type === 'PaymentReleased'
}

/** A new event of a payment or a delivery does not compile until it is among the types above. */
type MoneyEvent = PaymentEvent | DeliveryEvent | Extract<DomainEvent, { readonly type: MoneyType }>

const known: ReadonlySet<string> = new Set(MONEY_TYPES)

export function isMoney(event: DomainEvent): event is MoneyEvent {
  return known.has(event.type)
}

export const NO_MONEY = {
  content: 0,
  number: 0,
  refund: 0,
  amount: 0,
  confirms: false,
  late: false,
  gift: 'none',
} as const

/** What an event says; the rest is nothing. */
export function said(event: MoneyEvent): Partial<MoneyFact> {
  switch (event.type) {
    case 'OrderConfirmed':
      return { amount: event.total.amount }
    case 'OrderReturned':
      return { amount: event.value.amount }
    case 'OrderCancelled':
    case 'OrderExpired':
    case 'OrderCompleted':
    case 'DeliveryScheduled':
      return {}
    case 'PaymentRequested':
      return { number: event.attempt, ...saidOf(event.amount) }
    case 'PaymentDeclined': {
      // Version 1 knows no region: a provider may have said these words there, and nothing was on hold.
      const late = (event.reason === 'fraud' || event.reason === 'cancelled') && event.region !== null
      return { number: event.attempt, ...saidOf(event.amount), late }
    }
    case 'FraudAlertRaised':
      return { number: event.attempt, refund: hashName(event.alertId).low }
    case 'FraudReviewed':
      return { refund: hashName(event.alertId).low, confirms: event.verdict === 'honest' }
    case 'PaymentHeld':
      return { number: event.attempt, ...saidOf(event.amount), refund: hashName(event.alertId).low }
    case 'PaymentReleased':
      return { number: event.attempt, ...saidOf(event.amount), confirms: event.by === 'review' }
    case 'PaymentCaptured':
      return {
        ...{ number: event.attempt, ...saidOf(event.amount) },
        ...{ confirms: event.confirms, late: event.from === 'declined' },
      }
    case 'RefundRequested':
    case 'PaymentRefunded':
    case 'RefundFailed': {
      const { attempt, refund, amount, cause } = event
      const gift = GIFTS.find((one) => one === cause) ?? 'none'
      return { number: attempt, refund, gift, ...saidOf(amount, cause) }
    }
    case 'DeliveryDispatched':
    case 'DeliveryDelivered':
    case 'DeliveryFailed':
      return { number: event.dispatch }
    case 'DeliveryCancelled':
      return { late: event.from === 'failed' }
  }
}

function saidOf({ amount, currency }: Money, cause = ''): Pick<MoneyFact, 'amount' | 'content'> {
  return { amount, content: hashName(currency + cause).low }
}
