/** Requests per second of one client. Every answer counts, also one that no route gives: refusals cost time as well. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { ApiServer } from '../api-server.ts'
import { ProblemError } from '../http/problem-document.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its answers do not count: probes come as often as they are set to, a page brings its files with it. */
    readonly uncounted?: true
  }
}

/** Rejects with `rate-limited` when the client has sent too many in this second. */
export type CountRequest = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

/** Counts before anything else looks at a request. Gives what counts those that come to no hook. `perSecond` 0: no limit. */
export function limitRate(app: ApiServer, perSecond: number): CountRequest {
  if (perSecond === 0) return () => Promise.resolve()
  app.register(rateLimit, {
    global: false,
    max: perSecond,
    timeWindow: 1_000,
    keyGenerator: (request: FastifyRequest) => request.principal?.name ?? request.ip,
    errorResponseBuilder: () => RATE_LIMITED,
  })
  let count: onRequestAsyncHookHandler | null = null
  const counting: CountRequest = async (request, reply) => {
    if (request.routeOptions.config.uncounted === true) return
    // The plugin is there once the server is ready.
    count ??= app.rateLimit() as onRequestAsyncHookHandler
    await count.call(app, request, reply)
  }
  app.addHook('onRequest', counting)
  return counting
}

/** Of all routes that are registered after it. */
export function leaveUncounted(app: ApiServer): void {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, uncounted: true }
  })
}

/** One for all: where each was made by itself, their stacks cost as much as the rest of a refusal. */
const RATE_LIMITED = new ProblemError({
  code: 'rate-limited',
  detail: 'this client has sent too many requests in this second',
})
