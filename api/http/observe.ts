/** One look at each answer: its duration for the metrics, and at most one line for the log. */
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Metrics } from '../metrics.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its answer lasts as long as the client stays: anyone who serves it says when it ended. */
    readonly streams?: true
  }
}

/** Answers slower than this are worth a line. */
const SLOW_MS = 1_000

/** Watches the routes registered after it. */
export function observeAnswers(app: FastifyInstance, log: FastifyBaseLogger, metrics: Metrics | null): void {
  app.addHook('onRoute', (route) => {
    const { url } = route
    const observe = observer(url, [route.method].flat().join(), { log, metrics })
    const hook = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      observe(request, reply)
      done()
    }
    route.onResponse = [route.onResponse ?? [], hook].flat()
  })
}

/** Observes an answer to something that has no route, once it is sent. */
export function unroutedObserver(log: FastifyBaseLogger, metrics: Metrics | null) {
  const observe = observer('unrouted', '', { log, metrics })
  return (request: FastifyRequest, reply: FastifyReply): void => {
    reply.raw.once('finish', () => observe(request, reply))
  }
}

function observer(
  route: string,
  method: string,
  { log, metrics }: { readonly log: FastifyBaseLogger; readonly metrics: Metrics | null },
) {
  // The children of a histogram are looked up once for each status, not by hashing labels for each answer.
  const children = new Map<number, { observe(seconds: number): void }>()

  function childFor(status: number) {
    const known = children.get(status)
    if (known !== undefined || metrics === null) return known
    const child = metrics.requestDuration.labels(route, method, String(status))
    children.set(status, child)
    return child
  }

  return (request: FastifyRequest, reply: FastifyReply): void => {
    const { elapsedTime, statusCode } = reply
    if (request.routeOptions.config.streams === true && statusCode < 400) return
    childFor(statusCode)?.observe(elapsedTime / 1000)
    const level = levelOf(statusCode, elapsedTime)
    // Successes are lines of level debug: writing one for each would cost a tenth of the throughput.
    if (level === 'debug' && log.level !== 'debug' && log.level !== 'trace') return
    log[level](
      {
        requestId: request.id,
        method: request.method,
        route,
        path: pathOf(request.url),
        status: statusCode,
        milliseconds: Math.round(elapsedTime),
        principal: request.principal?.name ?? null,
      },
      'answered',
    )
  }
}

function levelOf(status: number, milliseconds: number): 'error' | 'warn' | 'info' | 'debug' {
  if (status >= 500 && status !== 503 && status !== 504) return 'error'
  if (status >= 500 || milliseconds >= SLOW_MS) return 'warn'
  return status >= 400 ? 'info' : 'debug'
}

/** Without the query, and short: a path is a client's text. */
function pathOf(url: string): string {
  return (url.split('?', 1)[0] ?? '').slice(0, 200)
}
