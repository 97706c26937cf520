/** What is said of an order's payment as a whole. */

export const PAYMENT_STATUSES = ['pending', 'held', 'captured', 'declined', 'partly-refunded', 'refunded'] as const

export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

export interface PaymentFigures {
  /** An attempt waits for its outcome. */
  readonly isOpen: boolean
  /** That attempt is on hold: nothing is charged for it yet. */
  readonly isOnHold: boolean
  /** An attempt confirmed the order. */
  readonly isConfirmed: boolean
  /** Captured by the attempt that confirmed the order, in minor units; if none did, by all of them. */
  readonly captured: bigint
  /** Refunded of that. */
  readonly refunded: bigint
}

/** Of the attempt that confirmed the order, by its own refunds; if none did, of all of them. */
export function paymentStatus({ isOpen, isOnHold, isConfirmed, captured, refunded }: PaymentFigures): PaymentStatus {
  if (isConfirmed) return refunded === 0n ? 'captured' : refunded < captured ? 'partly-refunded' : 'refunded'
  if (isOpen) return isOnHold ? 'held' : 'pending'
  return captured === 0n ? 'declined' : refunded < captured ? 'partly-refunded' : 'refunded'
}
