/** What is kept of an event about the money of an order: a few numbers. */

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
