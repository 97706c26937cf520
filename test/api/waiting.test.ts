/** What waits for a view: bounded, shared among those who ask, and over when the client is gone. */
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

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

/** A service whose views show nothing until they are told to, and how many wait for them. */
async function waitingService(tokens: readonly { name: string; role: 'read'; secret: string }[] = []) {
  const ends: (() => void)[] = []
  let waiting = 0
  const { views } = service.parts
  const app = service.another(
    {
      views: {
        ...views,
        waitFor: async (_view, _position, signal) => {
          waiting += 1
          await new Promise<void>((resolve) => {
            ends.push(resolve)
            signal?.addEventListener('abort', () => resolve())
          })
          waiting -= 1
          return false
        },
      },
    },
    { tokens },
  )
  await app.ready()
  return { app, waiting: () => waiting, end: () => ends.forEach((one) => one()) }
}

const headers = (secret?: string) => ({ host: 'localhost', ...(secret && { authorization: `Bearer ${secret}` }) })

test('at most 1,000 wait, whatever they wait for; then 503 says when to come again', async () => {
  const { app, waiting, end } = await waitingService()
  const urls = ['/orders', '/analytics', '/activity', '/products/a', '/customers/a']
  const asked = Array.from({ length: 1_000 }, (_, index) =>
    app.inject({ url: `${String(urls[index % 5])}?after=9`, headers: headers() }),
  )
  await eventually(() => waiting() === 1_000)
  for (const url of urls) {
    const { statusCode, headers: told, body } = await app.inject({ url: `${url}?after=9`, headers: headers() })
    expect([statusCode, told['retry-after'], body]).toEqual([503, '1', expect.stringContaining('overloaded')])
  }
  expect((await app.inject({ url: '/orders', headers: headers() })).statusCode).toBe(200)
  end()
  expect(new Set((await Promise.all(asked)).map(({ statusCode }) => statusCode))).toEqual(new Set([504]))
})

test('one token has a quarter of the places', async () => {
  const tokens = ['one', 'two'].map((name) => ({ name, role: 'read' as const, secret: `secret-of-${name}` }))
  const { app, waiting, end } = await waitingService(tokens)
  const ask = (secret: string) => app.inject({ url: '/orders?after=9', headers: headers(secret) })
  const asked = Array.from({ length: 250 }, () => ask('secret-of-one'))
  await eventually(() => waiting() === 250)
  expect((await ask('secret-of-one')).statusCode).toBe(503)
  asked.push(ask('secret-of-two'))
  await eventually(() => waiting() === 251)
  end()
  await Promise.all(asked)
})

test('a client that is gone does not wait', async () => {
  const { app, waiting } = await waitingService()
  const port = await service.listen(app)
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  socket.write('GET /orders?after=9 HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await eventually(() => waiting() === 1)
  socket.destroy()
  await eventually(() => waiting() === 0)
})
