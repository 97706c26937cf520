/** From a request to a command of the store, and from what came of it to the reply. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { traceIdOf } from '../commands/correlation.ts'
import { withPseudonyms } from '../commands/payer-keys.ts'
import type { ShopSettings } from '../commands/shop-settings.ts'
import type { Addressed, Decision } from '../domain/decision.ts'
import type { Execution, Executor, KeyReused, Look, VersionedRead } from '../store/commit/command.ts'
import { refusedAnswer, sendAnswer } from './answers/answer.ts'
import type { Principal } from './http/access.ts'
import { idempotencyKey } from './http/idempotency-key.ts'
import { askedOf, ProblemError, type Asked, type Occurrence } from './http/problem-document.ts'
import type { ProblemCode } from './http/problems.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller; null without a valid token, and always when no tokens are configured. */
    principal: Principal | null
  }
}

export interface Refusal {
  readonly reason: string
}

/** What each refusal of a command is called over HTTP; none may be missing. The problems of its route follow from it. */
export type RefusalCodes<Of extends Refusal> = Readonly<Record<Of['reason'], ProblemCode>>

/** What a request wants. All functions are pure, for the store may run them several times. */
export interface Wish<Of extends Refusal> {
  readonly decide: (read: VersionedRead) => Decision<Of>
  readonly codes: RefusalCodes<Of>
  readonly told: (refusal: NoInfer<Of>) => Omit<Occurrence, 'code'>
  /** As shownAnswer writes it. `made`: the command had something to do, which is `events`. */
  readonly shown: (made: boolean, look: Look, events: readonly Addressed[]) => string
}

export type Execute = <Of extends Refusal>(request: FastifyRequest, wish: Wish<Of>) => Promise<Execution<Of>>

/**
 * The command of a request: it has the request's id, its trace and its Idempotency-Key. `shop`: where what pays comes with
 * requests, which no fingerprint that is stored may give away.
 */
export function executeWith(executor: Executor, shop: Pick<ShopSettings, 'pseudonym'> | null = null): Execute {
  return (request, wish) =>
    executor.execute({
      decide: wish.decide,
      answer: answerTo(wish, askedOf(request)),
      key: idempotencyKey(request, principalName(request), remembered(request.body, shop)),
      commandId: request.id,
      correlationId: traceIdOf(request.headers.traceparent) ?? request.id,
      causationId: null,
    })
}

function remembered(body: unknown, shop: Pick<ShopSettings, 'pseudonym'> | null): unknown {
  return shop === null || typeof body !== 'object' || body === null ? body : withPseudonyms(body, shop)
}

export function answerTo<Of extends Refusal>({ codes, told, shown }: Wish<Of>, asked: Asked) {
  return (decision: Decision<Of>, look: Look): string => {
    if (decision.outcome === 'accepted') return shown(decision.events.length > 0, look, decision.events)
    const { refusal } = decision
    const reason: Of['reason'] = refusal.reason
    return refusedAnswer({ ...told(refusal), code: codes[reason] }, asked)
  }
}

export function principalName(request: FastifyRequest): string {
  return request.principal?.name ?? 'local'
}

/** Sends the answer that the wish has made, now or when its key came first. */
export function sendExecution(reply: FastifyReply, execution: Execution): FastifyReply {
  const { outcome, answer, position } = requireOwn(execution)
  if (answer === null) throw new Error('a command over HTTP has no answer')
  if (outcome === 'known') reply.header('idempotency-replayed', 'true')
  return sendAnswer(reply, answer, position)
}

/** Throws a ProblemError when the key had been used for another question. */
export function requireOwn<Of>(execution: Execution<Of>): Exclude<Execution<Of>, KeyReused> {
  if (execution.outcome !== 'key-reused') return execution
  throw new ProblemError({ code: 'key-reused', detail: 'this Idempotency-Key was used before with another request' })
}
