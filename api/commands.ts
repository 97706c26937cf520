/** From a request to a command of the store, and from what came of it to the reply. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Decision } from '../domain/decision.ts'
import type { Execution, Executor, KeyReused, Look, VersionedRead } from '../store/commit/command.ts'
import { sendAnswer } from './answer.ts'
import type { Principal } from './http/access.ts'
import { traceIdOf } from './http/correlation.ts'
import { idempotencyKey } from './http/idempotency-key.ts'
import { ProblemError } from './http/problem-document.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null without a valid token, and always when no tokens are configured. */
    principal: Principal | null
  }
}

/** What a request wants: both functions are pure, for the store may run them several times. */
export interface Wish<Refusal> {
  readonly decide: (read: VersionedRead) => Decision<Refusal>
  /** As shownAnswer and refusedAnswer write it. */
  readonly answer: (decision: Decision<Refusal>, look: Look) => string
}

export type Execute = <Refusal>(request: FastifyRequest, wish: Wish<Refusal>) => Promise<Execution<Refusal>>

/** The command of a request: it has the request's id, its trace and its Idempotency-Key. */
export function executeWith(executor: Executor): Execute {
  return (request, { decide, answer }) =>
    executor.execute({
      decide,
      answer,
      key: idempotencyKey(request, principalName(request)),
      commandId: request.id,
      correlationId: traceIdOf(request.headers.traceparent) ?? request.id,
      causationId: null,
    })
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
export function requireOwn<Refusal>(execution: Execution<Refusal>): Exclude<Execution<Refusal>, KeyReused> {
  if (execution.outcome !== 'key-reused') return execution
  throw new ProblemError({ code: 'key-reused', detail: 'this Idempotency-Key came before with another request' })
}
