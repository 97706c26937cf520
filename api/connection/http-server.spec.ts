import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { httpServer } from './http-server.ts'

const AN_HOUR = 3_600_000

test('a server that is closed does not wait for connections on which nothing was ever asked', async () => {
  const server = httpServer((_request, response) => response.end(), {
    ...{ http: {}, requestTimeout: AN_HOUR, connectionTimeout: AN_HOUR, keepAliveTimeout: AN_HOUR },
    ...{ maxConnections: 10, newId: () => 'r1', upgrades: null },
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const opened = once(server, 'connection')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await opened
  const gone = once(socket, 'close')
  await new Promise<void>((resolve, reject) =>
    server.close((error) => (error === undefined ? resolve() : reject(error))),
  )
  await gone
  expect(socket.destroyed).toBe(true)
})
