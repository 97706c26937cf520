/** Paths that exist answer a wrong method with 405 and `Allow`; others are 404. */
import type { FastifyInstance, FastifyRequest, FastifyReply } from 'fastify'
import { sendProblem } from './problem-document.ts'

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
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    observe(request, reply)
    const path = request.url.split('?', 1)[0] ?? '/'
    const allowed = allowedMethods(routes, path)
    if (allowed.length === 0) return sendProblem(request, reply, { code: 'not-found', detail: 'there is no such path' })
    const allow = allowed.join(', ')
    return sendProblem(request, reply, {
      code: 'method-not-allowed',
      detail: `this path knows ${allow}`,
      headers: { allow },
    })
  })
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
