/** Changes as they come, over a WebSocket or as an event stream (docs/live.md). */
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import { closed, whole } from '../../commands/shape.ts'
import type { ApiServer } from '../api-server.ts'
import { requireRole, type Principal, type Tokens } from '../http/access.ts'
import { foreignOrigin } from '../http/origin.ts'
import { invalidRequest, ProblemError } from '../http/problem-document.ts'
import { convertIntegers } from '../http/query.ts'
import { eventStreamCarrier, webSocketCarrier } from '../live/carriers.ts'
import { CLOSE } from '../live/connection.ts'
import { Hub, type LiveSource } from '../live/hub.ts'
import { askedTopics, readHad, type TopicWish, type Wish } from '../live/wish.ts'
import type { Metrics } from '../metrics.ts'
import { NOTHING, reading } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { DEFAULT_LIMIT, MOST_ITEMS } from '../shapes/list.ts'

const query = closed({
  topics: Type.Optional(
    Type.String({ maxLength: 500, description: 'Of an event stream: names with commas between them, at most 8.' }),
  ),
  after: Type.Optional(
    Type.Unsafe<unknown>({
      description:
        'Of an event stream: a position for all topics, or what an `id:` line said. `Last-Event-ID` counts before it; what cannot be read begins with a snapshot.',
    }),
  ),
  limit: Type.Optional(whole(1, MOST_ITEMS, 'Of an event stream: items of a snapshot (50).')),
})

const followChanges = reading('/live', {
  tag: 'log',
  summary: 'Follow changes as they come',
  description:
    'A WebSocket where one is asked for, else an event stream; both carry the same messages (docs/live.md). A page reads it from its own origin alone.',
  role: 'read',
  uses: null,
  params: NOTHING,
  query,
  headers: { 'last-event-id': { description: 'The last `id:` of the stream that broke.' } },
  answers: {
    200: { description: 'Events until one side ends it.', shape: Type.String(), mediaType: 'text/event-stream' },
  },
  problems: ['origin-not-allowed', 'not-ready', 'stopping'],
})

export interface LiveParts {
  readonly log: FastifyBaseLogger
  readonly metrics: Metrics | null
  readonly settings: { readonly version: string }
  readonly tokens?: Tokens
  readonly readiness: () => readonly { readonly ok: boolean }[]
  readonly isStopping: () => boolean
  readonly live: LiveSource & {
    /** Connections at the same time. */
    readonly most: number
    readonly clock: () => number
    readonly monotonic: () => number
    /** From 0 to 1. */
    readonly random: () => number
  }
}

export const live: Resource<LiveParts> = {
  shapes: [],
  describe(app) {
    const { config, schema, ...operation } = followChanges
    app.route({
      ...operation,
      ...{ config, schema: { operationId: 'followChanges', ...schema }, exposeHeadRoute: false },
      handler: () => Promise.reject(new Error('this server only describes itself')),
    })
  },
  serve(app, parts) {
    const { live: source, log, metrics, settings, tokens } = parts
    const hub = new Hub({ ...source, log, metrics, release: settings.version })
    tokens?.onChange(() => hub.tokensChanged())
    app.addHook('preClose', () => hub.close())
    serveLive(app, parts, hub)
  },
}

function serveLive(app: ApiServer, parts: LiveParts, hub: Hub): void {
  const { live: source, tokens } = parts
  const { monotonic, random } = source
  const areNeeded = tokens?.areNeeded === true
  const find = (authorization: string) => tokens?.find(authorization) ?? null
  let wasReady = false

  /** Why no connection of this token can be taken now; null: one can. */
  function refusal(principal: Principal | null): 'stopping' | 'not-ready' | 'overloaded' | null {
    if (parts.isStopping()) return 'stopping'
    wasReady ||= parts.readiness().every(({ ok }) => ok)
    if (!wasReady) return 'not-ready'
    return hub.hasPlaceFor(principal?.name ?? null) ? null : 'overloaded'
  }

  async function admit(request: FastifyRequest): Promise<void> {
    const foreign = foreignOrigin(request)
    if (foreign !== null) throw foreign
    const { headers, principal, ws } = request
    // A browser can send no header with a WebSocket: the token then comes with the first message.
    if (areNeeded && !(ws && headers.authorization === undefined)) requireRole(principal, 'read')
    const code = ws ? refusal(principal) : null
    if (code === null) return
    const seconds = String(1 + Math.floor(random() * 5))
    throw new ProblemError({ code, detail: REFUSALS[code], headers: { 'retry-after': seconds } })
  }

  const { config, schema, ...operation } = followChanges
  const convert = convertIntegers(query)
  app.route({
    ...operation,
    config: { ...config, streams: true },
    schema: { operationId: 'followChanges', ...schema },
    onRequest: admit,
    ...(convert !== null && { preValidation: convert }),

    handler(request, reply) {
      const wish = wishOf(request.query as Static<typeof query>, request.headers['last-event-id'], hub.names)
      if (request.method === 'HEAD') {
        void reply.headers(STREAM_HEADERS).send()
        return
      }
      const code = refusal(request.principal)
      const { raw, socket } = beginStream(request, reply, {
        retry: code === null ? 500 + Math.floor(random() * 2_500) : 1_000 + Math.floor(random() * 4_000),
      })
      const carrier = eventStreamCarrier(raw, socket)
      if (code !== null) {
        carrier.close(CLOSE.full, REFUSALS[code])
        return
      }
      const { authorization = null } = request.headers
      const opened = { carrier, principal: request.principal, authorization, needsToken: false, find }
      const connection = hub.open(opened)
      raw.once('close', () => connection.ended(CLOSE.goingAway))
      socket.once('end', () => connection.cut())
      hub.wish(connection, wish)
    },

    wsHandler(webSocket, request) {
      const { socket } = request.raw
      const { authorization = null } = request.headers
      const { principal } = request
      const carrier = webSocketCarrier(webSocket, socket, monotonic)
      const needsToken = areNeeded && principal === null
      const connection = hub.open({ carrier, principal, authorization, needsToken, find })
      webSocket.on('message', (data, isBinary) => {
        if (isBinary) connection.close(CLOSE.binary, 'messages are texts')
        else connection.received(String(data as Buffer), monotonic())
      })
      webSocket.on('ping', (data) => {
        if (connection.heard(monotonic())) webSocket.pong(data)
      })
      webSocket.on('pong', () => connection.heard(monotonic()))
      webSocket.on('close', (code) => connection.ended(code))
      webSocket.on('error', () => connection.ended(CLOSE.broken))
      // Anyone who leaves by half a close frees the place at once.
      socket.once('end', () => connection.ended(CLOSE.goingAway))
    },
  })
}

const REFUSALS = {
  stopping: 'the service is stopping',
  'not-ready': 'the service is not ready yet',
  overloaded: 'no more live connections can be taken',
} as const

/** Throws a problem for what EventSource would never mend by coming back. */
function wishOf(
  { topics = '', after, limit = DEFAULT_LIMIT }: Static<typeof query>,
  lastEventId: string | readonly string[] | undefined,
  known: ReadonlySet<string>,
): Wish {
  const names = [...new Set(topics.split(',').filter((name) => name !== ''))]
  const fault = names.length === 0 ? 'must name at least one topic' : askedTopics(names, known)?.detail
  if (fault !== undefined) {
    throw new ProblemError(invalidRequest('query', [{ pointer: '/topics', message: fault }]))
  }
  const said = lastEventId ?? after
  const had = typeof said === 'string' ? readHad(said, names) : null
  const wishes = names.map((name): readonly [string, TopicWish] => [
    name,
    { after: null, epoch: null, ...had?.get(name), limit },
  ])
  return { id: null, token: null, topics: new Map(wishes) }
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

/** The head of an event stream, with what the hooks have set; Fastify is done with the answer. */
function beginStream(request: FastifyRequest, reply: FastifyReply, { retry }: { readonly retry: number }) {
  reply.hijack()
  const { raw } = reply
  const { socket } = request.raw
  socket.setTimeout(0)
  socket.setNoDelay(true)
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  raw.writeHead(200, STREAM_HEADERS)
  raw.write(`retry: ${String(retry)}\n\n`)
  return { raw, socket }
}
