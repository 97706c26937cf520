import { EventEmitter, once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { httpServer } from './http-server.ts'

const AN_HOUR = 3_600_000

async function open(handle: Parameters<typeof httpServer>[0], { allowHalfOpen = false } = {}) {
  const server = httpServer(handle, {
    ...{ http: {}, requestTimeout: AN_HOUR, connectionTimeout: AN_HOUR, keepAliveTimeout: AN_HOUR },
    ...{ maxConnections: 10, newId: () => 'r1', upgrades: null },
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const opened = once(server, 'connection')
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen })
  await opened
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return { socket, close, gone: once(socket, 'close') }
}

test('a server that is closed does not wait for connections on which nothing was ever asked', async () => {
  const { socket, close, gone } = await open((_request, response) => response.end())
  await close()
  await gone
  expect(socket.destroyed).toBe(true)
})

test('a server that is closed sends what is under way, and does not wait for what may be asked next', async () => {
  const arrived = new EventEmitter()
  const { socket, close, gone } = await open((_request, response) => arrived.emit('request', response))
  const asked = once(arrived, 'request') as Promise<[ServerResponse]>
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  const [response] = await asked
  const closed = close()
  response.end('done')
  await Promise.all([closed, gone])
  expect(answer).toMatch(/^HTTP\/1.1 200 OK[^]*done/)
})

test('a request that crosses the end of its connection is not begun: its answer could not be sent', async () => {
  const begun = new EventEmitter()
  let count = 0
  const handle: Parameters<typeof open>[0] = (_request, response) => {
    count += 1
    begun.emit('request', response)
  }
  const { socket, close } = await open(handle, { allowHalfOpen: true })
  const asked = once(begun, 'request') as Promise<[ServerResponse]>
  socket.resume()
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  const [response] = await asked
  const closed = close()
  const ended = once(socket, 'end')
  response.end('done')
  await ended
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await closed
  socket.destroy()
  expect(count).toBe(1)
})
