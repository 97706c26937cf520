/**
 * A TCP proxy before a broker that can fall silent: connections stay open and new ones are taken, and nothing comes
 * through, as behind a firewall that has forgotten them. Clients who ask the broker where it is get the address of the proxy.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface SilentProxy {
  /** As a broker is named to clients. */
  readonly address: string
  /** From now on every byte is lost, either way. */
  silence(): void
  /** Resolves when the next request of this kind, a number of the protocol, is on its way to the broker. */
  passing(kind: number): Promise<void>
  /** How many requests of this kind went to the broker so far. */
  requests(kind: number): number
  /** From now on this text comes from the broker with another first byte; null: as it is again. */
  spoil(text: string | null): void
  /** What comes from now on goes through again, on connections that are new. */
  speak(): void
  stop(): Promise<void>
}

const HOST = '127.0.0.1'

/** `broker`: `127.0.0.1:<port>`, as it names itself to clients. */
export async function startSilentProxy(broker: string): Promise<SilentProxy> {
  const port = Number(broker.split(':')[1])
  const sockets = new Set<Socket>()
  let silent = false
  let spoilt: string | null = null
  let awaited: { readonly kind: number; readonly passes: () => void } | null = null
  const passed = new Map<number | null, number>()
  const server = createServer((client) => {
    const upstream = connect(port, HOST)
    let deaf = silent
    const isDeaf = (): boolean => (deaf ||= silent)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined) // 'close' follows
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (chunk: Buffer) => {
      if (isDeaf()) return
      upstream.write(chunk)
      const kind = kindOf(chunk)
      passed.set(kind, (passed.get(kind) ?? 0) + 1)
      if (awaited?.kind !== kind) return
      awaited.passes()
      awaited = null
    })
    upstream.on('data', (chunk: Buffer) => void (isDeaf() || client.write(renamed(chunk))))
  })
  server.listen(0, HOST)
  await once(server, 'listening')
  const own = (server.address() as AddressInfo).port
  const [theirs, ours] = [nameOf(port), nameOf(own)]

  /** The broker's name is as long as ours. NOTE: one that is cut in two by TCP is missed; answers of one broker are short. */
  function renamed(chunk: Buffer): Buffer {
    for (let at = chunk.indexOf(theirs); at >= 0; at = chunk.indexOf(theirs, at + 1)) ours.copy(chunk, at)
    if (spoilt !== null) for (let at = chunk.indexOf(spoilt); at >= 0; at = chunk.indexOf(spoilt)) chunk[at] = 0
    return chunk
  }

  return {
    address: `${HOST}:${String(own)}`,
    silence() {
      silent = true
    },
    spoil(text) {
      spoilt = text
    },
    requests: (kind) => passed.get(kind) ?? 0,
    passing: (kind) => new Promise((passes) => (awaited = { kind, passes })),
    speak() {
      silent = false
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Of the first request in a chunk; kafkajs writes each by itself. */
function kindOf(chunk: Buffer): number | null {
  return chunk.length < 6 ? null : chunk.readInt16BE(4)
}

/** As the protocol has it: the text, and four bytes of the port. */
function nameOf(port: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(port)
  return Buffer.concat([Buffer.from(HOST), bytes])
}
