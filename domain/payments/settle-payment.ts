/** What became of an attempt to pay, as the gateway says it or as time decides it. Asked twice it changes nothing. */
import type { Money } from '../../schemas/events.ts'
import { accept, refuse, type Decision, type Read } from '../decision.ts'
import { order } from '../order.ts'
import { sameMoney, type OrderId } from '../values.ts'
import { confirmation } from './confirm-order.ts'
import { attemptOf, captured, declined, openAttempt, payment, refundOf, WRONG_AMOUNT } from './payment.ts'

export interface RecordCapture {
  readonly orderId: OrderId
  readonly attempt: number
  /** What the gateway calls the charge. */
  readonly reference: string
  /** What it took, where it says so. */
  readonly amount: Money | null
}

export interface RecordDecline {
  readonly orderId: OrderId
  readonly attempt: number
  /** A code of the gateway, or one of ours: no-answer, skipped. */
  readonly reason: string
}

export interface UnknownAttempt {
  readonly reason: 'unknown-attempt'
  readonly orderId: OrderId
  readonly attempt: number
}

/**
 * The gateway took another amount than was asked for, or does not say how much after it did: a person has to look. The
 * attempt, if open, is declined.
 */
export interface WrongAmountTaken {
  readonly reason: 'wrong-amount'
  readonly asked: Money
  /** Null = it does not say. */
  readonly taken: Money | null
}

export interface AlreadyCaptured {
  readonly reason: 'already-captured'
  readonly orderId: OrderId
  readonly attempt: number
}

/**
 * Records that the money was taken, however late. It confirms an order that is still placed where no other attempt is
 * open; else all of it is refunded. While an order is placed no other capture stands: each of them was refunded.
 */
export function recordCapture(command: RecordCapture, read: Read): Decision<UnknownAttempt | WrongAmountTaken> {
  const { orderId, reference, amount: taken } = command
  const state = read(payment, orderId)
  const attempt = attemptOf(state, command.attempt)
  if (attempt === null) return refuse({ reason: 'unknown-attempt', orderId, attempt: command.attempt })
  const { status, amount: asked } = attempt
  if (taken === null ? status === 'declined' && attempt.declined === WRONG_AMOUNT : !sameMoney(taken, asked)) {
    return refuse(
      { reason: WRONG_AMOUNT, asked, taken },
      ...(status === 'open' ? [declined(orderId, attempt, WRONG_AMOUNT)] : []),
    )
  }
  if (status === 'captured') return accept()

  const existing = read(order, orderId)
  const open = openAttempt(state)
  if (existing.status === 'placed' && (open === null || open.number === attempt.number)) {
    return accept(captured(orderId, attempt, { reference, confirms: true }), ...confirmation(orderId, existing, read))
  }
  return accept(
    captured(orderId, attempt, { reference, confirms: false }),
    ...refundOf(orderId, state, { attempt, amount: asked.amount, cause: 'not-owed' }),
  )
}

/** Ends an open attempt. A declined one keeps its first reason; captured money is not unsaid. */
export function recordDecline(command: RecordDecline, read: Read): Decision<UnknownAttempt | AlreadyCaptured> {
  const { orderId, reason } = command
  const attempt = attemptOf(read(payment, orderId), command.attempt)
  if (attempt === null) return refuse({ reason: 'unknown-attempt', orderId, attempt: command.attempt })
  if (attempt.status === 'captured') return refuse({ reason: 'already-captured', orderId, attempt: attempt.number })
  if (attempt.status === 'declined') return accept()
  return accept(declined(orderId, attempt, reason))
}
