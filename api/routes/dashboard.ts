/** The dashboard's files. They hold no data, so they need no token; what they ask the API for does. */
import fastifyStatic from '@fastify/static'
import type { ApiServer } from '../api-server.ts'
import { DASHBOARD_POLICY } from '../http/security-headers.ts'
import { NOTHING, reading } from '../operation.ts'
import type { ApiParts } from '../parts.ts'

const PREFIX = '/dashboard/'

const leading = reading({
  id: 'getStart',
  tag: 'operations',
  summary: 'Go to the dashboard',
  role: null,
  params: NOTHING,
  query: NOTHING,
  answers: { 302: { description: 'There it is.', shape: null, headers: { location: 'The dashboard.' } } },
})

/** Serves the files of the built dashboard, and sends whoever comes to `/` to it (or to the API's page without one). */
export function dashboardRoutes(app: ApiServer, { dashboard }: ApiParts): void {
  app.get('/', leading, async (_request, reply) => reply.redirect(dashboard === null ? '/docs/' : PREFIX))
  if (dashboard === null) return
  app.get('/dashboard', { schema: { hide: true } }, async (_request, reply) => reply.redirect(PREFIX))
  app.register(fastifyStatic, {
    root: dashboard,
    prefix: PREFIX,
    // A route for each file: whatever is no file is an unknown path, as everywhere.
    wildcard: false,
    decorateReply: false,
    // The names do not change with the content, so a browser asks each time; most answers are 304.
    cacheControl: false,
    setHeaders(reply) {
      reply.headers({ 'cache-control': 'no-cache', 'content-security-policy': DASHBOARD_POLICY })
    },
  })
}
