/** The two ways to a client: a WebSocket, and an event stream. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket } from '@fastify/websocket'
import type { Carrier } from './client.ts'
import { closeMessage, type Message } from './frames.ts'

/** A client that does not take leave in that time is cut. */
const LEAVE_MS = 2_000
/** Of a close frame, in bytes. */
const MOST_REASON = 123

/** `socket`: below the WebSocket. */
export function webSocketCarrier(webSocket: WebSocket, socket: Socket, monotonic: () => number): Carrier {
  let aliveAt = monotonic()
  webSocket.on('pong', () => (aliveAt = monotonic()))
  return {
    kind: 'websocket',
    send: ({ data }, _id, done) => webSocket.send(data, { binary: false }, done),
    unsent: () => unsentBytes(socket),
    ping: () => webSocket.ping(),
    aliveAt: () => aliveAt,
    isOpen: () => webSocket.readyState === webSocket.OPEN,
    isGone: () => webSocket.readyState === webSocket.CLOSED,
    close(code, reason) {
      webSocket.close(code, reason.slice(0, MOST_REASON))
      const cutting = setTimeout(() => webSocket.terminate(), LEAVE_MS)
      webSocket.once('close', () => clearTimeout(cutting))
    },
    cut: () => webSocket.terminate(),
  }
}

/** Of an answer whose head was sent. */
export function eventStreamCarrier(response: ServerResponse, socket: Socket): Carrier {
  const write = (message: Message, id: string | null, done: () => void): void => {
    const head = `${id === null ? '' : `id: ${id}\n`}event: ${message.event}\ndata: `
    response.write(Buffer.concat([Buffer.from(head), message.data, END]), done)
  }
  return {
    kind: 'event-stream',
    send: write,
    unsent: () => unsentBytes(socket),
    ping: () => undefined, // the pings of the wire are events of the stream
    aliveAt: () => null,
    isOpen: () => !response.writableEnded && !response.destroyed,
    isGone: () => response.closed || response.destroyed,
    close(code, reason) {
      write(closeMessage(code, reason), null, () => undefined)
      response.end()
      const cutting = setTimeout(() => response.destroy(), LEAVE_MS)
      response.once('close', () => clearTimeout(cutting))
    },
    cut: () => response.destroy(),
  }
}

const END = Buffer.from('\n\n')

/** What the kernel has not taken of what was written: Node itself reads it there, to see whether a write goes on. */
function unsentBytes(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle')
  const size: unknown = typeof handle === 'object' && handle !== null && Reflect.get(handle, 'writeQueueSize')
  return socket.writableLength + (typeof size === 'number' ? size : 0)
}
