/** A registry that can be made to fail in every way; while it is well it hands on to a real one. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** `down`: refuses connections. `silent`: never answers. `slow`: begins to, and never ends. */
export type Behaviour =
  'well' | 'down' | 'silent' | 'error' | 'garbage' | 'odd' | 'slow' | 'empty' | 'not a registry' | 'redirecting'

export interface BrokenRegistry {
  readonly url: string
  behave(behaviour: Behaviour): Promise<void>
  /** Requests so far. */
  requests(): number
  close(): Promise<void>
}

/** `upstream`: the URL of the registry behind it, without a slash at its end. */
export async function brokenRegistry(upstream: string): Promise<BrokenRegistry> {
  let behaviour: Behaviour = 'well'
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    void answer(behaviour, { upstream, request, response }).catch(() => response.destroy())
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${String(port)}`,
    async behave(next) {
      if (next === 'down' && behaviour !== 'down') await close()
      if (next !== 'down' && behaviour === 'down') await listen(port)
      behaviour = next
    },
    requests: () => requests,
    close: () => (behaviour === 'down' ? Promise.resolve() : close()),
  }
}

interface Exchange {
  readonly upstream: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function answer(behaviour: Behaviour, { upstream, request, response }: Exchange): Promise<void> {
  const json = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
  switch (behaviour) {
    case 'down':
    case 'silent':
      return
    case 'error':
      response.writeHead(500, json).end('{"error_code":50001,"message":"Error in the backend data store"}')
      return
    case 'garbage':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>')
      return
    case 'odd':
      response.writeHead(200, json).end('{"id":"seven","schema":7,"answer":[null]}')
      return
    case 'slow':
      response.writeHead(200, json).write('{"id"')
      return
    case 'empty':
      response.writeHead(404, json).end('{"error_code":40401,"message":"Subject not found."}')
      return
    case 'not a registry':
      response.writeHead(404, { 'content-type': 'text/html' }).end('<html>Not found</html>')
      return
    case 'redirecting':
      response.writeHead(301, { location: `https://elsewhere.example/registry${request.url ?? ''}` }).end()
      return
    case 'well':
      await handOn({ upstream, request, response })
  }
}

async function handOn({ upstream, request, response }: Exchange): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { method = 'GET', url = '/', headers } = request
  const answered = await fetch(upstream + url, {
    method,
    headers: { 'content-type': headers['content-type'] ?? 'application/json' },
    body: chunks.length === 0 ? null : Buffer.concat(chunks),
  })
  response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') ?? '' })
  response.end(Buffer.from(await answered.arrayBuffer()))
}
