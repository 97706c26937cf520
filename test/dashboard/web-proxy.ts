/**
 * A proxy for HTTP before a service, with the habits of those that people have: it holds an answer back until this many bytes
 * of it are there, ends connections after a while, or lets no upgrade through.
 */
import { once } from 'node:events'
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'

export interface Habits {
  /** Bytes of an answer that are gathered before any is passed on; its end passes on the rest. Absent: none. */
  readonly holds?: number
  /** Milliseconds after which a connection is ended, whatever is said on it. Absent: never. */
  readonly endsAfter?: number
  /** No upgrade gets through. */
  readonly dropsUpgrades?: boolean
}

export interface WebProxy {
  readonly url: string
  /** Connections that it ended by itself so far. */
  readonly ended: () => number
  /** What it does with connections from now on. */
  become(habits: Habits): void
  /** Ends every connection. */
  cut(): void
  stop(): Promise<void>
}

export async function startWebProxy(service: string): Promise<WebProxy> {
  const target = new URL(service)
  const clients = new Set<Socket>()
  let habits: Habits = {}
  let ended = 0

  function forward(request: IncomingMessage, response: ServerResponse): void {
    const { holds = 0 } = habits
    const { method, url, headers } = request
    const asked = ask({ host: target.hostname, port: target.port, method, path: url, headers, agent: false })
    request.pipe(asked)
    asked.on('error', () => response.destroy())
    response.on('close', () => asked.destroy())
    asked.on('response', (answer) => {
      const { statusCode = 502 } = answer
      const held: Buffer[] = []
      let isHeld = holds > 0
      const passOn = (): void => {
        isHeld = false
        response.writeHead(statusCode, answer.headers)
        for (const chunk of held.splice(0)) response.write(chunk)
      }
      if (!isHeld) passOn()
      answer.on('data', (chunk: Buffer) => {
        if (!isHeld) return void response.write(chunk)
        held.push(chunk)
        if (held.reduce((bytes, { length }) => bytes + length, 0) >= holds) passOn()
      })
      answer.on('end', () => {
        if (isHeld) passOn()
        response.end()
      })
      answer.on('error', () => response.destroy())
    })
  }

  const server = createServer(forward)
  server.on('upgrade', (request: IncomingMessage, client: Socket, head: Buffer) => {
    if (habits.dropsUpgrades === true) return void client.destroy()
    const upstream = connect(Number(target.port), target.hostname)
    const lines = [`${String(request.method)} ${String(request.url)} HTTP/1.1`]
    for (let at = 0; at < request.rawHeaders.length; at += 2) {
      lines.push(`${String(request.rawHeaders[at])}: ${String(request.rawHeaders[at + 1])}`)
    }
    upstream.write(`${lines.join('\r\n')}\r\n\r\n`)
    upstream.write(head)
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => undefined) // 'close' follows
      one.on('close', () => other.destroy())
      one.on('data', (chunk: Buffer) => void other.write(chunk))
    }
  })
  server.on('connection', (client: Socket) => {
    clients.add(client)
    const { endsAfter } = habits
    const end = (): void => {
      ended += 1
      client.destroy()
    }
    const timer = endsAfter === undefined ? undefined : setTimeout(end, endsAfter)
    client.on('error', () => undefined) // 'close' follows
    client.on('close', () => {
      clearTimeout(timer)
      clients.delete(client)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => clients.forEach((client) => client.destroy())
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    ended: () => ended,
    become: (wanted) => void (habits = wanted),
    cut,
    async stop() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
