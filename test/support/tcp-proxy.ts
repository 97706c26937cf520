/** A TCP proxy before a server that cuts where it is asked to: for faults between a sent statement and its answer. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * What happens to the chunk that holds the bytes:
 * - `lost`: it never reaches the server; the connection is cut on both sides.
 * - `unanswered`: the server gets it and answers; the answer is swallowed and the connection cut on both sides.
 * - `late`: the client's side is cut; the server gets it when `release` is called, as from a socket's buffer.
 */
export type Fate = 'lost' | 'unanswered' | 'late'

export interface Cut {
  /** Settles when the fault has happened: a test whose fault never fired must not pass. */
  readonly happened: Promise<void>
  /** For `late`: delivers the bytes and resolves when the server has answered. */
  release(): Promise<void>
}

export interface TcpProxy {
  /** The same URL by way of the proxy. */
  readonly url: string
  /** Prepares one fault for the next chunk from a client that holds these bytes. */
  cut(bytes: string, fate: Fate): Cut
  /** Cuts every connection of a client, and refuses new ones until `up`. What is held back stays to be released. */
  down(): void
  up(): void
  stop(): Promise<void>
}

interface Trap {
  readonly bytes: string
  readonly fate: Fate
  readonly sprung: (held: Held) => void
}

interface Held {
  readonly chunk: Buffer
  readonly upstream: Socket
}

export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target)
  const clients = new Set<Socket>()
  const upstreams = new Set<Socket>()
  let trap: Trap | null = null
  let refusing = false

  const server = createServer((client) => {
    if (refusing) return void client.destroy()
    const upstream = connect(Number(port), hostname)
    let answersAreSwallowed = false
    let isLate = false
    const close = () => {
      client.destroy()
      if (!isLate) upstream.destroy()
    }
    const follow = (socket: Socket, open: Set<Socket>) => {
      open.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined) // 'close' follows
      socket.on('close', () => {
        open.delete(socket)
        close()
      })
    }
    follow(client, clients)
    follow(upstream, upstreams)
    client.on('data', (chunk: Buffer) => {
      if (trap === null || !chunk.includes(trap.bytes)) return void upstream.write(chunk)
      const { fate, sprung } = trap
      trap = null
      answersAreSwallowed = fate === 'unanswered'
      isLate = fate === 'late'
      if (fate === 'unanswered') upstream.write(chunk)
      else close()
      if (fate === 'unanswered') upstream.once('data', () => sprung({ chunk, upstream }))
      else sprung({ chunk, upstream })
    })
    upstream.on('data', (chunk: Buffer) => {
      if (answersAreSwallowed) close()
      else if (!client.destroyed) client.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  const closeAll = (sockets: ReadonlySet<Socket>) => sockets.forEach((socket) => socket.destroy())
  return {
    url: url.href,
    cut(bytes, fate) {
      const held = new Promise<Held>((sprung) => (trap = { bytes, fate, sprung }))
      return {
        happened: held.then(() => undefined),
        async release() {
          const { chunk, upstream } = await held
          upstream.write(chunk)
          await once(upstream, 'data')
          upstream.destroy()
        },
      }
    },
    down() {
      refusing = true
      closeAll(clients)
    },
    up() {
      refusing = false
    },
    async stop() {
      closeAll(clients)
      closeAll(upstreams)
      server.close()
      await once(server, 'close')
    },
  }
}
