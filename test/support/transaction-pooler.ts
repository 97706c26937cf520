/**
 * A pooler in transaction mode, as hosts put one before Postgres: it logs clients in by itself, and lends each a session of
 * the server from its first message to the end of the transaction. What comes of a session that is not lent is lost.
 */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import pg from 'pg'

export interface TransactionPooler {
  /** The same URL by way of the pooler. */
  readonly url: string
  stop(): Promise<void>
}

export interface PoolerOptions {
  /** Whether a session has the settings that its client asked for, or those of the database. */
  readonly keepsOptions: boolean
}

interface Session {
  readonly socket: Socket
  client: Socket | null
}

const LOGGED_IN = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0])
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])
const TERMINATE = 0x58

export async function startTransactionPooler(target: string, options: PoolerOptions): Promise<TransactionPooler> {
  const sessions: Session[] = []
  const idle: Session[] = []
  const clients = new Set<Socket>()

  const login = async (startup: string): Promise<Session> => {
    const asked = /\0options\0([^\0]*)\0/.exec(startup)?.[1] ?? ''
    const client = new pg.Client({ connectionString: target, ...(options.keepsOptions ? { options: asked } : {}) })
    client.on('error', () => undefined)
    await client.connect()
    const { stream: socket } = (client as unknown as { connection: { stream: Socket } }).connection
    socket.removeAllListeners('data')
    const session: Session = { socket, client: null }
    sessions.push(session)
    let rest = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      session.client?.write(chunk)
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
        const end = 1 + rest.readInt32BE(1)
        if (rest.subarray(0, end).equals(READY)) {
          session.client = null
          idle.push(session)
        }
        rest = rest.subarray(end)
      }
    })
    return session
  }

  const server = createServer((client) => {
    clients.add(client)
    client.on('error', () => undefined)
    let startup: string | null = null
    let turn = Promise.resolve()
    client.on('data', (chunk: Buffer) => {
      if (startup === null) {
        startup = chunk.toString()
        client.write(Buffer.concat([LOGGED_IN, READY]))
        return
      }
      if (chunk[0] === TERMINATE) return void client.end()
      const from = startup
      turn = turn.then(async () => {
        const session = sessions.find((one) => one.client === client) ?? idle.pop() ?? (await login(from))
        session.client = client
        session.socket.write(chunk)
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    async stop() {
      for (const socket of [...clients, ...sessions.map((session) => session.socket)]) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
