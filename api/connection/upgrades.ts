/**
 * Requests that ask to change the protocol of their connection. A WebSocket is taken where there is one; whatever else is
 * asked for is left unanswered, as HTTP allows (RFC 9110, 7.8): Java's client asks for HTTP/2 with each first request.
 */
import { EventEmitter } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import websocket from '@fastify/websocket'
import type { ApiServer } from '../api-server.ts'
import { originForm } from './target.ts'

/** Of a message of a client. */
const MOST_BYTES = 65_536

/** The pieces that a message comes in: each costs some hundred bytes to keep, however little is in it. */
const MOST_FRAGMENTS = 64
const MOST_CHUNKS = 1_024

/** The paths at which WebSockets are taken. */
const PATHS = new Set(['/live'])

export class Upgrades {
  /** As the plugin listens to it: of a server it hears what is for it alone. */
  readonly taken = new EventEmitter()
  readonly #asked = new WeakSet<IncomingMessage>()

  /** False: it is no request for a WebSocket that anybody takes. */
  take(request: IncomingMessage, socket: Socket, head: Buffer): boolean {
    const [path = ''] = originForm(request.url ?? '/').split('?', 1)
    const isWanted = request.headers.upgrade?.toLowerCase() === 'websocket' && PATHS.has(path)
    if (!isWanted) return false
    this.#asked.add(request)
    return this.taken.emit('upgrade', request, socket, head)
  }

  /**
   * Ends the connections of those that are refused before the plugin has seen them, as for their Host: Node has given such a
   * connection away, and nobody reads from it any more, so not even its end would be noticed.
   */
  endRefused(app: ApiServer): void {
    app.addHook('onResponse', (request, _reply, done) => {
      if (this.#asked.has(request.raw) && !request.ws) request.raw.socket.destroy()
      done()
    })
  }
}

/** For all routes that are registered after it. */
export async function takeWebSockets(app: ApiServer, { taken }: Upgrades): Promise<void> {
  await app.register(websocket, {
    options: {
      server: taken as unknown as Server, // of which the plugin listens to upgrades and nothing else
      maxPayload: MOST_BYTES,
      maxFragments: MOST_FRAGMENTS,
      maxBufferedChunks: MOST_CHUNKS,
      perMessageDeflate: false,
      // Answers to pings are bounded like all others.
      autoPong: false,
      // None is spoken, so none is chosen.
      handleProtocols: () => false,
    },
    // A broken frame has been answered with its close code; that of a line that broke has no answer.
    errorHandler: () => undefined,
    // Anyone who serves a connection takes leave of it.
    preClose: (done) => done(),
  })
}

export interface Unupgraded {
  readonly request: IncomingMessage
  readonly socket: Socket
  /** What came behind its headers. */
  readonly head: Buffer
}

/** Node has given the connection away with the request: both are read again, as if nobody had asked for anything else. */
export function readAgain(server: Server, { request, socket, head }: Unupgraded): void {
  const { method = 'GET', url = '/', httpVersion, rawHeaders } = request
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const value = rawHeaders[index + 1] ?? ''
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${value}`)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}
