/** What waits for a view, or for a connection: bounded, shared among those who ask, and over when the client is gone. */
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProblemError } from '../../api/http/problem-document.ts'
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

/** A service whose views show nothing until the test lets them, and how many wait for them. */
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

test('law 13: at most 1,000 wait, whatever they wait for; then 503 says when to come again', async () => {
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

/** A service whose reads of the log end when the test lets them, and the names of those that began. */
async function readingService(names: readonly string[]) {
  const begun: string[] = []
  const ends: (() => void)[] = []
  let released = false
  const app = service.another(
    {
      readLog: async ({ after }) => {
        begun.push(names[Math.floor(after / 1_000)] ?? '')
        if (!released) await new Promise<void>((resolve) => ends.push(resolve))
        throw new ProblemError({ code: 'not-found', detail: 'as asked' })
      },
    },
    { tokens: names.map((name) => ({ name, role: 'order' as const, secret: `secret-of-${name}` })) },
  )
  await app.ready()
  let asked = 0
  const ask = (name: string, method: 'GET' | 'HEAD' = 'GET') => {
    const url = `/events?after=${String(names.indexOf(name) * 1_000 + (asked++ % 1_000))}`
    return app.inject({ method, url, headers: headers(`secret-of-${name}`) })
  }
  return {
    ...{ app, ask, begun },
    end: () => ends.shift()?.(),
    release(): void {
      released = true
      for (const end of ends.splice(0)) end()
    },
  }
}

test('law 13: slow reads of one token take their turns with those of others, and hold back nothing else', async () => {
  const { app, ask, begun, end, release } = await readingService(['many', 'few'])
  const asked = Array.from({ length: 8 }, () => ask('many'))
  await eventually(() => begun.length === 8)
  // Those of one token behind them have a quarter of all places, and one is too many.
  asked.push(...Array.from({ length: 251 }, (_, index) => ask('many', index % 2 === 0 ? 'GET' : 'HEAD')))
  const refused = await Promise.race(asked)
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '1'])
  const others = [ask('few'), ask('few')]
  const order = { customerId: 'c-none', lines: [{ sku: 'none', quantity: 1 }] }
  const posted = { method: 'POST', url: '/orders', headers: headers('secret-of-many'), payload: order } as const
  expect((await app.inject(posted)).json()).toMatchObject({ code: 'unknown-customer' })
  expect((await app.inject({ url: '/readyz', headers: headers() })).statusCode).toBe(200)
  for (let ended = 1; ended <= 4; ended++) {
    end()
    await eventually(() => begun.length === 8 + ended)
  }
  expect(begun.slice(8)).toEqual(['many', 'few', 'many', 'few'])
  release()
  const statuses = (await Promise.all([...asked, ...others])).map(({ statusCode }) => statusCode)
  expect([statuses.filter((status) => status === 404).length, statuses.length]).toEqual([260, 261])
})
