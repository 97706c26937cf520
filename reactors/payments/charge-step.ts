/**
 * What to do about one attempt to pay, and what its gateway's answer means. Pure.
 *
 *   open --captured--> captured          (recordCapture: confirms the order, or refunds what is not owed)
 *        --declined--> declined
 *        --no answer for two minutes, or never seen and too late to ask--> declined (no-answer), and read on
 *   declined --captured late--> captured
 *
 * A charge is asked for only while its order waits for it, and in the first ten minutes: a customer who has gone is not
 * charged. After that its key is only read, so that what the gateway did before is learned, for a day. That it was never
 * seen ends the attempt and not the reading: a request that was sent before may still be on its way, from here or from a
 * process that was stopped, and what it takes has to be found and given back.
 * Of one that was on hold all that counts from its release; while it is on hold it is neither asked for nor read.
 */
import type { Money } from '../../schemas/events.ts'
import type { Order } from '../../domain/order.ts'
import { gatewayReason } from '../../domain/payments/decline-reasons.ts'
import { askedAt, isOnHold, WRONG_AMOUNT, type Numbered } from '../../domain/payments/payment.ts'
import type { Timestamp } from '../../domain/values.ts'
import type { ChargeOutcome } from './gateway.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE

const ASKED_FOR_MS = 10 * MINUTE
const OPEN_FOR_MS = 2 * MINUTE
const READ_FOR_MS = DAY

/** An attempt, and its order, as the streams say. */
export interface ChargeSituation {
  readonly order: Order['status']
  readonly attempt: Numbered
  readonly at: Timestamp
  /** Days for which a transfer that the gateway calls pending stays open. */
  readonly transferDays: number
  /** It was requested in the log that a dump was made of: it is asked for nowhere, and its key is read. */
  readonly onlyRead: boolean
  /** When it ended on hold, as fraud or with its order: its key is read from then on. Null: it did not. */
  readonly endedAt: Timestamp | null
  /** When the provider said that more can be learned of it; null: it did not. It is read for as long once more from then on. */
  readonly toldAt: Timestamp | null
}

/** What is remembered of an attempt between two looks. */
export interface ChargeMemory {
  readonly attempt: number
  /** Milliseconds for which it could be asked about: time in which no reactor ran does not count. */
  readonly liveMs: number
  /** When it was last looked at, and when the next look was planned; null: never. */
  readonly looked: { readonly at: Timestamp; readonly inMs: number } | null
  /** The gateway has called it pending. */
  readonly pending: boolean
  readonly onlyRead?: boolean
  /** It was on hold: remembered since its release, or its end. */
  readonly afterHold?: boolean
  /** It ended on hold, as fraud or with its order. */
  readonly ended?: boolean
  /** When the provider said that more can be learned of it. */
  readonly toldAt?: Timestamp
}

export type ChargeStep = 'charge' | 'read' | 'nothing'

export function chargeStep({
  order,
  attempt,
  at,
  transferDays,
  onlyRead,
  endedAt,
  toldAt,
}: ChargeSituation): ChargeStep {
  if (isOnHold(attempt)) return 'nothing'
  const age = at - Math.max(askedAt(attempt), endedAt ?? 0)
  const { status } = attempt
  // However late: an order whose attempt stays open never ends, and of a wrong amount a person waits to hear more.
  const isTold = toldAt !== null && at - toldAt <= READ_FOR_MS
  const isAwaited = status === 'open' || attempt.declined === WRONG_AMOUNT || isTold
  const isOver = age > transferMs(attempt, transferDays) + READ_FOR_MS
  if (status === 'captured' || (isOver && !isAwaited)) return 'nothing'
  return status === 'open' && order === 'placed' && age <= ASKED_FOR_MS && !onlyRead ? 'charge' : 'read'
}

/** What was remembered, with the time since the last look, of which only what was planned counts. */
export function lookedNow({ looked, liveMs, ...memory }: ChargeMemory, at: Timestamp): ChargeMemory {
  const passed = looked === null ? 0 : Math.min(Math.max(0, at - looked.at), looked.inMs + SECOND)
  return { ...memory, looked, liveMs: liveMs + passed }
}

/** An outcome; null: the gateway has never seen the key; `none`: no outcome. */
export type ChargeAnswer = ChargeOutcome | null | 'none'

export type ChargeVerdict =
  | { readonly then: 'capture'; readonly reference: string; readonly amount: Money | null }
  /** `readOn`: a capture may still come. */
  | { readonly then: 'decline'; readonly reason: string; readonly readOn: boolean }
  | { readonly then: 'wait'; readonly inMs: number }
  | { readonly then: 'nothing' }

export function afterCharge(
  { attempt, at, transferDays }: ChargeSituation,
  { liveMs, pending, attempts }: ChargeMemory & { readonly attempts: number },
  answer: ChargeAnswer,
): ChargeVerdict {
  const open = attempt.status === 'open'
  const inMs = nextLookMs(attempts)
  if (answer === null) return open ? { then: 'decline', reason: 'no-answer', readOn: true } : { then: 'wait', inMs }
  if (answer !== 'none' && answer.status === 'captured') {
    return { then: 'capture', reference: answer.reference, amount: answer.amount ?? null }
  }
  if (answer !== 'none' && answer.status === 'declined') {
    return open ? { then: 'decline', reason: gatewayReason(answer.reason), readOn: false } : { then: 'nothing' }
  }
  const transfer = transferMs(attempt, transferDays)
  if (!open || (pending && transfer > 0 && at - askedAt(attempt) <= transfer)) return { then: 'wait', inMs }
  const left = OPEN_FOR_MS - liveMs
  if (left <= 0) return { then: 'decline', reason: 'no-answer', readOn: true }
  return { then: 'wait', inMs: Math.max(SECOND, Math.min(inMs, left)) }
}

/** After this many tries without an outcome: 1, 2, 4 ... 60 s, then doubled to an hour. */
export function nextLookMs(attempts: number): number {
  const toAMinute = 6
  return attempts <= toAMinute
    ? Math.min(2 ** attempts * SECOND, MINUTE)
    : Math.min(2 ** (attempts - toAMinute) * MINUTE, 60 * MINUTE)
}

function transferMs({ method }: Numbered, days: number): number {
  return method === 'bank-transfer' ? days * DAY : 0
}
