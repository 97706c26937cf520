/** A way to a registry that comes to a halt. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Passes requests on, but after this many registrations answers none any more. */
export async function stallingAfter(target: string, registrations: number) {
  let seen = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = 'GET', url = '' } = request
      if (method === 'POST' && url.endsWith('/versions') && ++seen > registrations) return
      const body = chunks.length === 0 ? null : Buffer.concat(chunks)
      const headers = { 'content-type': request.headers['content-type'] ?? 'application/json' }
      void fetch(target + url, { method, headers, body }).then(async (answer) => {
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
        response.end(await answer.text())
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    stalled: () => seen > registrations,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
