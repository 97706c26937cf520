/** An attempt to pay that a command began: how its answer names it, and what became of it by the time of the answer. */
import { refuse, type Decision } from '../../domain/decision.ts'
import { attemptOf, isOnHold, openAttempt, payment, type Payment } from '../../domain/payments/payment.ts'
import type { PaymentOutcomes } from '../../reactors/payments/payment-outcomes.ts'
import type { Executor, Look, Position } from '../../store/commit/command.ts'
import { readAnswer, shownAnswer } from './answer.ts'
import { requireOwn } from '../commands.ts'
import { versionTag } from '../http/etag.ts'
import { attemptStatus } from './payment-text.ts'

/** For so long an answer waits for what becomes of the attempt. */
const OUTCOME_MS = 2_000

export interface PaymentParts {
  /** False: only what needs no gateway can be paid. */
  readonly hasGateway: boolean
  readonly outcomes: Pick<PaymentOutcomes, 'hear'>
}

export interface Begun {
  readonly orderId: string
  readonly attempt: number
}

/** What is kept under the key of a command that began an attempt: what became of it is looked up each time. */
export function begunAnswer(orderId: string, look: Look): string {
  const { state, version } = look(payment, orderId)
  const attempt = state.attempts.length
  const headers = { etag: versionTag(version), location: `/payments/${orderId}` }
  return shownAnswer(202, JSON.stringify({ orderId, attempt }), headers)
}

/** Null: the command was refused. */
export function begunIn(answer: string): Begun | null {
  const { status, body } = readAnswer(answer)
  return status === 202 ? (JSON.parse(body) as Begun) : null
}

/** The attempt as the log tells it by then, and as PaymentAttempt shows it. Waits at most 2 s until it is settled or on hold. */
export async function whatBecameOf(
  { orderId, attempt: number }: Begun,
  { executor, outcomes }: Pick<PaymentParts, 'outcomes'> & { readonly executor: Executor },
  commandId: string,
) {
  const look = () => lookAt(executor, commandId, orderId)
  // Heard before it is looked up, so that none is missed in between.
  const hearing = outcomes.hear(orderId, number)
  let found: Looked
  try {
    found = await look()
    const open = openAttempt(found.state)
    if (open?.number === number && !isOnHold(open)) {
      await hearing.outcome({ after: found.position, millis: OUTCOME_MS })
      found = await look()
    }
  } finally {
    hearing.end()
  }
  const attempt = attemptOf(found.state, number)
  if (attempt === null) throw new Error(`order ${orderId} has no attempt ${String(number)}`)
  return {
    ...{ paymentId: `${orderId}/${String(number)}`, orderId, attempt: number, method: attempt.method },
    ...{ status: attemptStatus(attempt), amount: attempt.amount, position: found.position },
  }
}

interface Looked {
  readonly state: Payment
  readonly position: Position
}

/** The payment, and where the log stood: readers that wait for that position see the same. */
async function lookAt(executor: Executor, commandId: string, orderId: string): Promise<Looked> {
  let state = payment.initial
  const execution = await executor.execute({
    decide(read) {
      state = read(payment, orderId)
      return { outcome: 'accepted', events: [] }
    },
    ...{ answer: () => null, key: null, commandId, correlationId: commandId, causationId: null },
  })
  return { state, position: requireOwn(execution).position }
}

/** What needs the gateway is refused without one. */
export interface NoGateway {
  readonly reason: 'no-gateway'
}

export const WITHOUT_GATEWAY = 'PAYMENT_GATEWAY_URL is not set'

export function requireGateway<Refusal>(
  decision: Decision<Refusal>,
  hasGateway: boolean,
): Decision<Refusal | NoGateway> {
  const captured = decision.events.some(({ event }) => event.type === 'PaymentCaptured')
  return decision.outcome === 'accepted' && !captured && !hasGateway ? refuse({ reason: 'no-gateway' }) : decision
}
