/**
 * Attempts to pay that are kept back before anything is charged, because of what looks like fraud.
 *
 *   open -> on hold -> released (by review, or by time)      charged as any open attempt is
 *                  \-> declined (fraud | cancelled)          with its order: end-order.ts
 *                  \-> captured or declined                  an outcome that still came: settle-payment.ts
 *
 * Each decision reads what the others write, so of two at once one is decided after the other.
 */
import { accept, refuse, to, type Decision, type Read } from '../decision.ts'
import { order } from '../order.ts'
import type { OrderId, Timestamp } from '../values.ts'
import { fraud } from './fraud.ts'
import { attemptOf, contentOf, isOnHold, payment, released } from './payment.ts'

export interface HoldPayment {
  readonly orderId: OrderId
  readonly attempt: number
  /** What its alert has to come to. */
  readonly score: number
  readonly at: Timestamp
}

export interface NotHoldable {
  readonly reason: 'not-holdable'
  readonly orderId: OrderId
  readonly attempt: number
}

/** The alert for which an attempt may be put on hold now; null: none, or it may not be. */
export function alertToHoldFor(
  { orderId, attempt: number, score }: Pick<HoldPayment, 'orderId' | 'attempt' | 'score'>,
  read: Read,
): string | null {
  const attempt = attemptOf(read(payment, orderId), number)
  const { status } = read(order, orderId)
  const alert = read(fraud, orderId).alerts.find((each) => each.attempt === number)
  const isFree = attempt?.status === 'open' && attempt.hold === null && status === 'placed'
  return isFree && alert?.verdict === null && alert.score >= score ? alert.alertId : null
}

/** Puts an open attempt of a placed order on hold, once, while nobody has said what its alert is. */
export function holdPayment(command: HoldPayment, read: Read): Decision<NotHoldable> {
  const { orderId, attempt: number, at } = command
  const alertId = alertToHoldFor(command, read)
  const attempt = attemptOf(read(payment, orderId), number)
  if (attempt !== null && isOnHold(attempt)) return accept()
  if (attempt === null || alertId === null) return refuse({ reason: 'not-holdable', orderId, attempt: number })
  return accept(to(payment, orderId, { type: 'PaymentHeld', ...contentOf(orderId, attempt), alertId, at }))
}

export interface ReleasePayment {
  readonly orderId: OrderId
  readonly attempt: number
  /** How long it is on hold at most. */
  readonly holdMs: number
  readonly at: Timestamp
}

export interface HoldNotDue {
  readonly reason: 'hold-not-due'
  readonly releasesAt: Timestamp
}

/** Releases what nobody has reviewed in time. One that is on hold no longer stays as it is. */
export function releasePayment(command: ReleasePayment, read: Read): Decision<HoldNotDue> {
  const { orderId, attempt: number, holdMs, at } = command
  const attempt = attemptOf(read(payment, orderId), number)
  const heldAt = attempt?.hold?.at
  if (attempt === null || heldAt === undefined || !isOnHold(attempt)) return accept()
  const releasesAt = heldAt + holdMs
  if (at < releasesAt) return refuse({ reason: 'hold-not-due', releasesAt })
  return accept(released(orderId, attempt, { by: 'time', at }))
}
