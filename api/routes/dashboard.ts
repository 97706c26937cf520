/** The dashboard's files. They hold no data, so they need no token; what they ask the API for does. */
import fastifyStatic from '@fastify/static'
import type { ApiServer } from '../api-server.ts'
import { DASHBOARD_POLICY } from '../http/security-headers.ts'
import { NOTHING, reading } from '../operation.ts'
import { resource } from '../resource.ts'

const PREFIX = '/dashboard/'

export interface DashboardParts {
  /** The folder of the built dashboard; null: it is not served. */
  readonly dashboard: string | null
}

const getStart = reading('/', {
  tag: 'operations',
  summary: 'Go to the dashboard',
  role: null,
  params: NOTHING,
  query: NOTHING,
  answers: {
    302: { description: 'The dashboard is at `Location`.', shape: null, headers: { location: 'The dashboard.' } },
  },
  problems: ['rate-limited'],
})

/** Sends anyone who comes to `/` to the dashboard, or to the API's page without one. */
export const start = resource({ getStart }, ({ dashboard }: DashboardParts) => ({
  getStart: async (_request, reply) => reply.redirect(dashboard === null ? '/docs/' : PREFIX),
}))

/** Serves the files of the built dashboard. */
export function dashboardFiles(app: ApiServer, { dashboard }: DashboardParts): void {
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
