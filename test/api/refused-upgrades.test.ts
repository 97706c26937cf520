/** Upgrades that are refused before their route sees them: none may leave a connection behind. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { openWebSocket } from '../support/live-connection.ts'

let database: TestDatabase
let service: ApiService

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

test('law 13: one that is refused for its Host leaves no connection behind', async () => {
  const server = service.another({})
  const at = await service.listen(server)
  const request =
    'GET /live HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
  for (let asked = 0; asked < 5; asked++) {
    const socket = connect({ port: at, host: '127.0.0.1' })
    const answer = text(socket)
    socket.write(request)
    expect(await answer).toMatch(/^HTTP\/1.1 403 /)
  }
  await eventually(
    () => new Promise<boolean>((resolve) => server.server.getConnections((_, count) => resolve(count === 0))),
  )
})

test('law 13: each connection that is asked for counts for the rate limit', async () => {
  const server = service.another({}, { rateLimit: 2 })
  const limited = `http://127.0.0.1:${String(await service.listen(server))}`
  const asked = await Promise.allSettled(Array.from({ length: 6 }, () => openWebSocket(limited)))
  expect(asked.map((client) => client.status === 'rejected' && String(client.reason))).toContain('Error: answered 429')
  for (const client of asked) if (client.status === 'fulfilled') client.value.cut()
})
