/**
 * Charges and refunds what was decided, over the gateway, and records what became of it. Each call carries a key that
 * makes the second time harmless, and before each the streams are read: what is settled meanwhile is not asked for.
 */
import { idOf } from '../../domain/decision.ts'
import { order } from '../../domain/order.ts'
import { alertToHoldFor } from '../../domain/payments/hold.ts'
import { attemptOf, payment, type Payment } from '../../domain/payments/payment.ts'
import { recordRefunded, recordRefundFailed } from '../../domain/payments/refund.ts'
import { recordCapture, recordDecline } from '../../domain/payments/settle-payment.ts'
import { money, type OrderId } from '../../domain/values.ts'
import type {
  Money,
  PaymentDeclined,
  PaymentHeld,
  PaymentReleased,
  PaymentRequested,
  RefundRequested,
} from '../../schemas/events.ts'
import { Slots } from '../../store/waiting/slots.ts'
import {
  AT_ONCE,
  reactor,
  SETTLED,
  type Acting,
  type DueCause,
  type Reactor,
  type Settled,
  type Skip,
} from '../reactor.ts'
import { afterCharge, chargeStep, lookedNow, nextLookMs, type ChargeAnswer, type ChargeMemory } from './charge-step.ts'
import { chargeKey, refundKey } from './gateway-keys.ts'
import { endHold, endsHold, isHeld, isScored, putOnHold, type HoldMemory, type HoldParts } from './held-payments.ts'
import { recordWebhook } from './record-webhook.ts'
import type { WebhookBody } from './webhook-body.ts'
import { GatewayFailure, type PaymentGateway, type RefundOutcome } from './gateway.ts'

/** Providers forget keys after a day: an older refund is asked for again by a person alone. */
const REFUND_ASKED_FOR_MS = 23 * 60 * 60 * 1_000

export interface PaymentsParts {
  readonly gateway: PaymentGateway
  /** Days for which a transfer that the gateway calls pending stays open; 0: as any method. */
  readonly transferDays: number
  /** For so long an attempt is on hold at most. */
  readonly holdMs: number
  /** Null: none is put on hold. */
  readonly hold: HoldParts | null
}

/** Calls of the gateway under way at once. */
const CALLS = 64
/** What waits to be scored calls nobody: this many attempts may wait a second, and 200 a second are charged. */
const WAITING = 256
export function payments(parts: PaymentsParts): Reactor {
  const { gateway, hold } = parts
  const calls = new Slots(CALLS)
  const limited = (acting: Acting): Acting => ({ ...acting, effect: (call) => calls.run(() => acting.effect(call)) })
  return reactor({
    name: 'payments',
    handles: ['PaymentRequested', 'PaymentHeld', 'PaymentReleased', 'PaymentDeclined', 'RefundRequested'],
    meaning(event) {
      const asked = askedOf(event)
      return asked === null ? null : { due: AT_ONCE, detail: { ...asked } }
    },
    ...(hold === null ? {} : { begins: () => hold.held.load() }),
    act(cause, unlimited) {
      const acting = limited(unlimited)
      const orderId = idOf(cause.stream)
      const { detail } = cause
      if (isCharge(detail)) return charge(parts, { orderId, cause, memory: detail }, acting)
      if (isHeld(detail)) return endHold(parts, { orderId, attempt: detail.hold }, acting)
      if (isRefund(detail)) return giveBack(gateway, { orderId, cause, ...detail }, acting)
      if (isWebhook(detail)) return repeatWebhook(detail.webhook, acting)
      throw new Error(`a cause of payments that is neither a charge nor a refund: ${JSON.stringify(detail)}`)
    },
    pace: { perSecond: Infinity, repeatsPerSecond: 50, atOnce: hold === null ? CALLS : WAITING },
    holdsBack: 'cause',
    gathers: false,
    actsOutside: true,
  })
}

/** A charge is declined; a refund counts as settled outside; a message of the provider is forgotten. */
export const skipPayment: Skip = ({ stream, detail }, reason) => {
  const orderId = idOf(stream)
  if (isCharge(detail)) {
    return (read) => recordDecline({ orderId, attempt: detail.attempt, reason: 'skipped' }, read)
  }
  if (isHeld(detail)) return (read) => recordDecline({ orderId, attempt: detail.hold, reason: 'skipped' }, read)
  if (isRefund(detail)) return (read) => recordRefundFailed({ orderId, refund: detail.refund, reason }, read)
  return null
}

const FIRST_LOOK = { liveMs: 0, looked: null, pending: false } as const

export type AskingEvent = PaymentRequested | PaymentHeld | PaymentReleased | PaymentDeclined | RefundRequested

/** What to do, as it is remembered first; null: nothing, what needs no gateway was settled in the same append. */
export function askedOf(event: AskingEvent): ChargeMemory | HoldMemory | RefundMemory | null {
  if (event.method === 'on-account') return null
  switch (event.type) {
    case 'PaymentRequested':
      return event.amount.amount === 0 ? null : { ...FIRST_LOOK, attempt: event.attempt }
    case 'PaymentHeld':
      return { hold: event.attempt }
    case 'PaymentReleased':
      return { ...FIRST_LOOK, attempt: event.attempt, afterHold: true }
    case 'PaymentDeclined':
      // It may have been asked for before a crash: what became of that is learned as of one that was replaced.
      return endsHold(event) ? { ...FIRST_LOOK, attempt: event.attempt, afterHold: true, ended: true } : null
    case 'RefundRequested':
      return event.cause === 'provider' ? null : { refund: event.refund }
  }
}

function isCharge(detail: DueCause['detail']): detail is ChargeMemory & Record<string, unknown> {
  return detail !== null && 'attempt' in detail
}

export interface RefundMemory {
  readonly refund: number
  /** It was requested in the log that a dump was made of. */
  readonly onlyRead?: boolean
}

function isRefund(detail: DueCause['detail']): detail is RefundMemory & Record<string, unknown> {
  return detail !== null && 'refund' in detail
}

function isWebhook(detail: DueCause['detail']): detail is { readonly webhook: WebhookBody } {
  return detail !== null && 'webhook' in detail
}

/** One that was parked, tried again. */
async function repeatWebhook(webhook: WebhookBody, { ask }: Acting): Promise<Settled> {
  const verdict = await recordWebhook(webhook, ask)
  return typeof verdict === 'string' ? SETTLED : { outcome: 'parked', why: verdict }
}

interface ChargeTask {
  readonly orderId: OrderId
  readonly cause: DueCause
  readonly memory: ChargeMemory
}

async function charge(
  { gateway, transferDays, hold }: PaymentsParts,
  { orderId, cause, memory: remembered }: ChargeTask,
  acting: Acting,
): Promise<Settled> {
  const { at, ask, look } = acting
  const { attempt: number, afterHold = false, onlyRead = false, ended = false } = remembered
  const isFirst = remembered.looked === null && cause.attempts === 0 && !onlyRead && !afterHold
  const mayHold = hold !== null && isFirst && (await isScored(hold, cause.position, acting))
  const one = { orderId, attempt: number }
  const toldAt = remembered.toldAt ?? null
  const endedAt = ended ? cause.recordedAt : null
  const situationNow = async () => {
    const { attempt, ...found } = await look((read) => ({
      order: read(order, orderId).status,
      attempt: attemptOf(read(payment, orderId), number),
      alertId: mayHold ? alertToHoldFor({ ...one, score: hold.score }, read) : null,
    }))
    if (attempt === null) throw new Error(`order ${orderId} has no attempt ${number}`)
    return { ...found, attempt, at, transferDays, onlyRead, endedAt, toldAt }
  }
  let situation = await situationNow()
  // What is too old to be charged is not put on hold: it would be charged after all, once it is released.
  if (mayHold && situation.alertId !== null && chargeStep(situation) === 'charge') {
    if (await putOnHold(hold, one, acting)) return SETTLED
    situation = await situationNow()
  }
  // What came after it was put on hold is a cause of its own.
  if (situation.attempt.hold !== null && !afterHold) return SETTLED
  const step = chargeStep(situation)
  if (step === 'nothing') return SETTLED

  const { method, amount } = situation.attempt
  const key = chargeKey(orderId, number)
  const answer: ChargeAnswer = await outcome(acting, () =>
    step === 'charge' ? gateway.charge({ key, orderId, attempt: number, method, amount }) : gateway.outcomeOf(key),
  )
  const memory = lookedNow(remembered, at)
  const pending = memory.pending || (answer !== null && answer !== 'none' && answer.status === 'pending')
  const again = (inMs: number): Settled => ({
    outcome: 'again',
    inMs,
    detail: { ...memory, pending, looked: { at, inMs } },
  })
  const verdict = afterCharge(situation, { ...memory, pending, attempts: cause.attempts }, answer)
  switch (verdict.then) {
    case 'nothing':
      return SETTLED
    case 'wait':
      return again(verdict.inMs)
    case 'decline':
      // A capture that came meanwhile is refused to be unsaid, which settles it as well.
      await ask((read) => recordDecline({ orderId, attempt: number, reason: verdict.reason }, read))
      return verdict.readOn ? again(nextLookMs(cause.attempts)) : SETTLED
    case 'capture': {
      const { reference, amount: taken } = verdict
      const refusal = await ask((read) => recordCapture({ orderId, attempt: number, reference, amount: taken }, read))
      if (refusal === null) return SETTLED
      if (refusal.reason !== 'wrong-amount') throw new Error(`order ${orderId} has no attempt ${number}`)
      return parkedFor(
        'wrong-amount',
        `the gateway took ${refusal.taken === null ? 'an amount that it does not say' : shown(refusal.taken)} instead of ${shown(refusal.asked)}`,
      )
    }
  }
}

interface RefundTask extends RefundMemory {
  readonly orderId: OrderId
  readonly cause: DueCause
}

async function giveBack(
  gateway: PaymentGateway,
  { orderId, cause, refund: number, onlyRead = false }: RefundTask,
  acting: Acting,
): Promise<Settled> {
  const { at, ask, look } = acting
  const wanted = refundIn(orderId, await look((read) => read(payment, orderId)), number)
  if (wanted === null) return SETTLED
  const key = refundKey(orderId, number)
  const asks = cause.retriedByHand || (!onlyRead && at - cause.recordedAt <= REFUND_ASKED_FOR_MS)
  const answer: RefundOutcome | null | 'none' = await outcome(acting, () =>
    asks ? gateway.refund({ ...wanted, key }) : gateway.outcomeOfRefund(key),
  )
  if (answer === 'none') return { outcome: 'again', inMs: nextLookMs(cause.attempts) }
  if (answer === null) {
    const why = onlyRead ? 'it was requested in another log' : 'it is too old to ask for it again'
    return parkedFor('refund-unknown', `the gateway does not know this refund, and ${why}: a retry asks for it`)
  }
  if (answer.status === 'refused') return parkedFor('refund-refused', `the gateway refused it: ${answer.reason}`)
  const { reference } = answer
  const refusal = await ask((read) => recordRefunded({ orderId, refund: number, reference }, read))
  if (refusal === null) return SETTLED
  return parkedFor(refusal.reason, 'the gateway refunded what somebody had already settled outside')
}

/** What the gateway is asked for; null: it is settled. Throws where there is no such refund. */
function refundIn(orderId: OrderId, state: Payment, number: number) {
  const refund = state.refunds[number - 1]
  const attempt = refund === undefined ? null : attemptOf(state, refund.attempt)
  if (refund === undefined || attempt === null) throw new Error(`order ${orderId} has no refund ${number}`)
  if (refund.status !== 'under-way') return null
  const { reference, amount } = attempt
  if (reference === null) throw new Error(`attempt ${attempt.number} of order ${orderId} was never captured`)
  return { orderId, attempt: attempt.number, reference, amount: money(refund.amount, amount.currency) }
}

/** The answer, or that there was none. Throws what a person has to look at. */
async function outcome<Answer>({ effect, outside }: Acting, call: () => Promise<Answer>): Promise<Answer | 'none'> {
  try {
    const answer = await effect(call)
    outside(null)
    return answer
  } catch (error) {
    if (!(error instanceof GatewayFailure) || error.code === 'gateway-amount-conflict') throw error
    outside(error.message)
    return 'none'
  }
}

function parkedFor(code: string, message: string): Settled {
  return { outcome: 'parked', why: { code, message } }
}

function shown({ amount, currency }: Money): string {
  return `${amount} ${currency} (minor units)`
}
