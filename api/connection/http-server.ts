/**
 * The server below the routes. A client may send requests faster than it reads the answers, and open connections that it
 * does not use: what waits for it is bounded here, before any of it is begun.
 *
 * A connection has answers under way and, behind them, requests that wait. One begins when few answers are under way and
 * little of them is unsent; each answer that is sent lets the next ones begin. While some wait, nothing more is read.
 */
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { malformedHttp, refuseExpectation, sendRaw } from './malformed-http.ts'
import { readAgain, type Upgrades } from './upgrades.ts'

const MOST_UNDER_WAY = 16
/** Of one connection. An answer that was begun is always sent whole. */
const MOST_UNSENT_BYTES = 1_048_576
/** Of all connections together, some 4 kB each: one read of a socket may bring thousands of requests. */
const MOST_WAITING = 16_384

export interface HttpSettings {
  readonly http: ServerOptions
  readonly requestTimeout: number
  readonly connectionTimeout: number
  readonly keepAliveTimeout: number
  readonly maxConnections: number
  readonly newId: () => string
  /** Null: no connection becomes a WebSocket. */
  readonly upgrades: Upgrades | null
}

/** For what is on its way when the server is closed: a first request, or a client's notice that its connection ended. */
const AT_CLOSE_MS = 1_000

type Handle = (request: IncomingMessage, response: ServerResponse) => void

interface Arrived {
  readonly handle: Handle
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

interface Connection {
  readonly socket: Socket
  /** Not sent to their end, in the order of their requests. */
  readonly underWay: ServerResponse[]
  readonly waiting: Arrived[]
}

/** For Fastify's `serverFactory`. */
export function httpServer(handle: Handle, settings: HttpSettings): Server {
  const { newId, maxConnections, upgrades } = settings
  const connections = new Map<Duplex, Connection>()
  /** Those without a request, the one that has been so for longest first; `silent`: that never had one. */
  const idle = new Set<Connection>()
  const silent = new Set<Connection>()
  let waiting = 0
  let isClosed = false

  function opened(socket: Socket): void {
    if (connections.has(socket)) return
    const connection: Connection = { socket, underWay: [], waiting: [] }
    connections.set(socket, connection)
    socket.once('close', () => {
      connections.delete(socket)
      notIdle(connection)
      waiting -= connection.waiting.splice(0).length
    })
    if (connections.size > maxConnections) {
      // Anyone who opens thousands sends nothing on most of them; clients that come back have been served.
      const [longest = firstOf(idle)] = silent
      if (longest === undefined) {
        sendRaw(socket, { code: 'overloaded', detail: 'no more connections can be taken' }, newId())
        return
      }
      longest.socket.destroy()
    }
    silent.add(connection)
  }

  function notIdle(connection: Connection): void {
    idle.delete(connection)
    silent.delete(connection)
  }

  function arrived(arrival: Arrived): void {
    const { socket } = arrival.request
    const connection = connections.get(socket)
    // Nothing can be answered on a connection that was ended: begun, an order would be placed and nobody told.
    if (connection === undefined || socket.writableEnded) return
    if (connection.waiting.length === 0 && hasRoom(connection)) {
      begin(connection, arrival)
    } else if (waiting < MOST_WAITING) {
      waiting += 1
      connection.waiting.push(arrival)
      socket.pause()
    } else {
      socket.destroy()
    }
  }

  function begin(connection: Connection, { handle, request, response }: Arrived): void {
    notIdle(connection)
    connection.underWay.push(response)
    response.once('close', () => {
      connection.underWay.splice(connection.underWay.indexOf(response), 1)
      if (connections.get(connection.socket) === connection) beginWaiting(connection)
    })
    handle(request, response)
  }

  function beginWaiting(connection: Connection): void {
    const { socket, underWay } = connection
    while (hasRoom(connection)) {
      const next = connection.waiting.shift()
      if (next === undefined) break
      waiting -= 1
      begin(connection, next)
    }
    // Node itself resumes a connection when it is done with a request.
    if (connection.waiting.length > 0) socket.pause()
    else if (socket.isPaused()) socket.resume()
    if (underWay.length > 0) return
    // Node ends those that are idle when it is closed, and not those that become so later.
    if (isClosed) socket.end(() => setTimeout(() => socket.destroy(), AT_CLOSE_MS).unref())
    else idle.add(connection)
  }

  const server = createServer(settings.http, (request, response) => arrived({ handle, request, response }))
  server.keepAliveTimeout = settings.keepAliveTimeout
  server.requestTimeout = settings.requestTimeout
  server.setTimeout(settings.connectionTimeout)
  // Node drops headers past the 2,000th without a word, an Idempotency-Key among them; their size is bounded already.
  server.maxHeadersCount = 0
  server.on('connection', opened)
  if (upgrades !== null) {
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const connection = connections.get(socket)
      if (upgrades.take(request, socket, head)) {
        if (connection !== undefined) notIdle(connection)
      } else if (connection?.underWay.length === 0 && connection.waiting.length === 0) {
        readAgain(server, { request, socket, head })
      } else socket.destroy()
    })
  }
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    arrived({ handle: refuseExpectation(newId), request, response }),
  )
  // Browsers connect ahead, and Node waits for what they may still ask.
  const close = server.close.bind(server)
  server.close = (done) => {
    isClosed = true
    setTimeout(() => silent.forEach(({ socket }) => socket.destroy()), AT_CLOSE_MS).unref()
    return close(done)
  }
  const malformed = malformedHttp(newId, (socket) => {
    const { underWay = [], waiting: behind = [] } = connections.get(socket) ?? {}
    return [...underWay, ...behind.map(({ response }) => response)]
  })
  server.on('clientError', malformed)
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => socket.destroy())
    malformed(
      Object.assign(new Error('CONNECT'), { reason: 'this service is not a proxy, so it does not support CONNECT' }),
      socket,
    )
  })
  return server
}

function firstOf(connections: ReadonlySet<Connection>): Connection | undefined {
  const [first] = connections
  return first
}

function hasRoom({ underWay }: Connection): boolean {
  if (underWay.length === 0) return true
  if (underWay.length >= MOST_UNDER_WAY) return false
  let unsent = 0
  for (const response of underWay) unsent += response.writableLength
  return unsent < MOST_UNSENT_BYTES
}
