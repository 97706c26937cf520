/** What requests share: turns for what few can use at once, and places to wait until a view shows a position. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ProjectionName } from '../../projections/views/list.ts'
import type { Views } from '../../projections/views/views.ts'
import type { Position } from '../../store/commit/command.ts'
import type { ApiServer } from '../api-server.ts'
import { ProblemError } from '../http/problem-document.ts'
import { Seats } from './seats.ts'
import { Turns } from './turns.ts'

/** `database` and `registry`: connections of their pools; `judge`: the thread that reads schemas of others. */
export type Scarce = 'database' | 'registry' | 'brokers' | 'judge'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the handler uses. */
    readonly uses?: Scarce | null
    /** The view that the query may ask to wait for (`after`). */
    readonly view?: ProjectionName
  }
}

/** Connections of the pools that requests share: they use one each, and few more while they have their turn. */
export const READER_CONNECTIONS = 8
export const REGISTRY_CONNECTIONS = 4
const BROKER_LOOKS = 8
const MOST_WAITING = 1_000
const MOST_JUDGED = 16

type Take = (request: FastifyRequest, reply: FastifyReply) => Promise<() => void>

/** For all routes that are registered after it: a handler begins when it is its turn, and has it until it is done. */
export function shareTurns(app: ApiServer): void {
  const judged = new Seats(MOST_JUDGED)
  const seats = new WeakMap<FastifyRequest, () => void>()
  const takes: Readonly<Record<Scarce, Take>> = {
    database: inTurn(READER_CONNECTIONS),
    registry: inTurn(REGISTRY_CONNECTIONS),
    brokers: inTurn(BROKER_LOOKS),
    judge: (request) => Promise.resolve(seats.get(request) ?? (() => undefined)),
  }
  app.addHook('onRoute', (route) => {
    const { handler, config } = route
    if (!config?.uses) return
    const take = takes[config.uses]
    route.handler = async function (request, reply) {
      const end = await take(request, reply)
      try {
        return await handler.call(this, request, reply)
      } finally {
        end()
      }
    }
    if (config.uses !== 'judge') return
    // Schemas are large: their place is taken before a body is read, and given back where none comes.
    const seat = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const end = judged.take(request.principal?.name ?? null)
      seats.set(request, end)
      reply.raw.once('close', () => {
        if (request.body === undefined) end()
      })
    }
    route.onRequest = [route.onRequest ?? [], seat].flat()
  })
}

/** Turns for what at most `atOnce` requests do at a time. */
export function inTurn(atOnce: number): Take {
  const turns = new Turns({ atOnce, mostWaiting: MOST_WAITING })
  return ({ principal }, reply) => turns.take(principal?.name ?? null, () => untilGone(reply))
}

/** For all routes that are registered after it: those of a view wait until it shows what the query asks for. */
export function waitForViews(app: ApiServer, views: Pick<Views, 'waitFor'>): void {
  const wait = viewWaits(views)
  app.addHook('onRoute', (route) => {
    const view = route.config?.view
    if (view === undefined) return
    const shown = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const { after } = request.query as { readonly after?: number }
      if (after !== undefined) await wait({ request, reply }, view, after)
    }
    route.preHandler = [route.preHandler ?? [], shown].flat()
  })
}

/** Waits until a view shows a position, in a bounded number of places; throws a ProblemError where it does not. */
export function viewWaits(views: Pick<Views, 'waitFor'>) {
  const seats = new Seats(MOST_WAITING)
  return async (
    { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
    view: ProjectionName,
    position: Position,
  ): Promise<void> => {
    const giveBack = seats.take(request.principal?.name ?? null)
    const shown = await views.waitFor(view, position, untilGone(reply)).finally(giveBack)
    if (shown) return
    throw new ProblemError({ code: 'not-there-yet', detail: `${view} does not show position ${String(position)} yet` })
  }
}

/** Aborts when the client is gone. */
function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}
