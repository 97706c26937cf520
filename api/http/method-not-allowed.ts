/** Paths that exist answer a wrong method with 405 and `Allow`; others are 404. */
import type { FastifyInstance, FastifyRequest, FastifyReply } from 'fastify'
import { hasEmptyPart } from '../connection/target.ts'
import { ProblemError, sendProblem } from './problem-document.ts'

const UNKNOWN_PATH = { code: 'not-found', detail: 'this path does not exist' } as const

/** Watches the routes as they are registered; call it before the first one. */
export function answerUnrouted(
  app: FastifyInstance,
  observe: (request: FastifyRequest, reply: FastifyReply) => void,
): void {
  const routes = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = routes.get(url) ?? new Set()
    for (const one of [method].flat()) methods.add(one)
    routes.set(url, methods)
  })
  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    observe(request, reply)
    const allowed = allowedMethods(routes, request.url.split('?', 1)[0] ?? '/')
    if (allowed.length === 0) return sendProblem(request, reply, UNKNOWN_PATH)
    const allow = allowed.join(', ')
    const detail = `this path allows ${allow}`
    return sendProblem(request, reply, { code: 'method-not-allowed', detail, headers: { allow } })
  }
  // Before the body is looked at: what is wrong with it does not matter where nothing would read it.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) answer(request, reply)
    else if (hasEmptyPart(request.url)) done(new ProblemError(UNKNOWN_PATH))
    else done()
  })
  app.setNotFoundHandler(answer)
}

/** The methods of all routes that match a path, in alphabetical order. */
export function allowedMethods(routes: ReadonlyMap<string, ReadonlySet<string>>, path: string): readonly string[] {
  const parts = path.split('/')
  const methods = new Set<string>()
  for (const [route, own] of routes) {
    if (matches(route.split('/'), parts)) for (const method of own) methods.add(method)
  }
  return [...methods].sort()
}

function matches(route: readonly string[], path: readonly string[]): boolean {
  return (
    route.length === path.length &&
    route.every((part, index) => (part.startsWith(':') ? path[index] !== '' : part === path[index]))
  )
}
