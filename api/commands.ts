/** From a request to a command of the store, and from its answer to the reply. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Decision } from '../domain/decision.ts'
import type { Answer, Execution, Executor, Look, VersionedRead } from '../store/commit/command.ts'
import { traceIdOf } from './http/correlation.ts'
import type { Principal } from './http/access.ts'
import { idempotencyKey } from './http/idempotency-key.ts'
import {
  headersOf,
  problemText,
  PROBLEM_TYPE,
  ProblemError,
  type Asked,
  type Occurrence,
} from './http/problem-document.ts'
import { PROBLEMS } from './http/problems.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null without a valid token, and always when no tokens are configured. */
    principal: Principal | null
  }
}

/** What a request wants: both functions are pure, for the store may run them several times. */
export interface Wish<Refusal> {
  readonly decide: (read: VersionedRead) => Decision<Refusal>
  readonly answer: (decision: Decision<Refusal>, look: Look) => Answer
}

export type Execute = <Refusal>(request: FastifyRequest, wish: Wish<Refusal>) => Promise<Execution>

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

/** Sends what the store answered. */
export function sendExecution(reply: FastifyReply, execution: Execution): FastifyReply {
  if (execution.outcome === 'key-reused') {
    throw new ProblemError({ code: 'key-reused', detail: 'this Idempotency-Key came before with another request' })
  }
  const { status, headers, body, position, replayed } = execution
  reply.code(status).headers(headers).header('x-position', String(position))
  if (replayed) reply.header('idempotency-replayed', 'true')
  return reply.send(body)
}

const JSON_TYPE = 'application/json; charset=utf-8'

/** An answer that shows something by its present version. `body` is JSON text of an object, without its position. */
export function shownAnswer(
  status: number,
  body: string,
  more: { readonly etag: string; readonly location: string },
): Answer {
  return { status, body, headers: { 'content-type': JSON_TYPE, 'cache-control': 'no-store', ...more } }
}

/** A refusal as the store keeps it with the command's key. */
export function refusedAnswer(occurrence: Occurrence, asked: Asked): Answer {
  return {
    status: PROBLEMS[occurrence.code].status,
    headers: { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store', ...headersOf(occurrence) },
    body: problemText(occurrence, asked),
  }
}
