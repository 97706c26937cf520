/** What a client multiplies on its connections: requests that it does not read the answers of, and connections themselves. */
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ProblemError } from '../../api/http/problem-document.ts'
import type { Executor } from '../../store/commit/command.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { exchangeAt } from './raw-http.ts'

let database: TestDatabase
let service: ApiService
let port: number

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
  port = await service.listen()
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

const get = (path: string, ...headers: readonly string[]) =>
  [`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n')
/** A command takes no turn: nothing but the connection holds it back. */
const receive = (() => {
  const body = '{"quantity":1}'
  const head = ['POST /products/sku-1/receipts HTTP/1.1', 'Host: localhost', 'Content-Type: application/json']
  return [...head, `Content-Length: ${String(body.length)}`, '', body].join('\r\n')
})()
const LAST = get('/livez', 'Connection: close')

async function opened(at: number): Promise<Socket & { closed_: boolean; heard: string }> {
  const socket = Object.assign(connect({ port: at, host: '127.0.0.1' }), { closed_: false, heard: '' })
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => (socket.heard += chunk.toString('latin1')))
  socket.on('close', () => (socket.closed_ = true))
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  return socket
}

/** A store that never decides. */
function executing(execute: () => Promise<never>): Executor {
  return { execute }
}

describe('requests on one connection', () => {
  test('that come all at once are all answered, in their order', async () => {
    const paths = Array.from({ length: 700 }, (_, index) => `/none/${String(index)}`)
    const answers = await exchangeAt(port, paths.map((path) => get(path)).join('') + LAST)
    expect(answers.slice(0, -1).map(({ body }) => (JSON.parse(body) as { instance: string }).instance)).toEqual(paths)
    expect(answers.at(-1)?.status).toBe(200)
  })

  test('law 13: are at most 16 under way; one more begins with each that is answered', async () => {
    const answer: (() => void)[] = []
    let most = 0
    let underWay = 0
    const app = service.another({
      executor: executing(async () => {
        most = Math.max(most, ++underWay)
        await new Promise<void>((resolve) => answer.push(resolve))
        underWay -= 1
        throw new ProblemError({ code: 'not-found', detail: 'as asked' })
      }),
    })
    const answers = exchangeAt(await service.listen(app), receive.repeat(40) + LAST)
    for (let sent = 0; sent < 40; sent++) {
      await eventually(() => answer.length > 0)
      answer.shift()?.()
    }
    expect((await answers).map(({ status }) => status)).toEqual([...Array.from({ length: 40 }, () => 404), 200])
    expect(most).toBe(16)
  })

  test('law 13: are not begun while a client leaves 1 MiB unread', async () => {
    const page = 'x'.repeat(400_000)
    let begun = 0
    const app = service.another({
      readLog: () => Promise.resolve({ events: [], next: 0, head: 0, position: begun++ } as never),
    })
    app.addHook('onSend', (request, _reply, payload, done) => done(null, request.url === '/events' ? page : payload))
    const at = await service.listen(app)
    const socket = await opened(at)
    socket.pause()
    const requests = 700
    socket.write(get('/events').repeat(requests))
    // Another connection is answered meanwhile, and the one that does not read comes to rest.
    let before = -1
    await eventually(async () => {
      const [answer] = await exchangeAt(at, LAST)
      const still = answer?.status === 200 && begun > 0 && begun === before
      before = begun
      return still
    })
    // Those that began together, and what the buffers of the system took.
    expect(begun).toBeLessThan(60)
    socket.destroy()
  })

  test('a client that is gone leaves nothing behind to begin', async () => {
    let begun = 0
    const answer: (() => void)[] = []
    const app = service.another({
      executor: executing(async () => {
        begun += 1
        await new Promise<void>((resolve) => answer.push(resolve))
        throw new ProblemError({ code: 'not-found', detail: 'as asked' })
      }),
    })
    const at = await service.listen(app)
    const socket = await opened(at)
    socket.write(receive.repeat(100))
    await eventually(() => answer.length === 16)
    socket.resetAndDestroy()
    for (const one of answer) one()
    expect((await exchangeAt(at, LAST))[0]?.status).toBe(200)
    // A socket that is not read shows its end only when it is written to: a few may begin before.
    expect(begun).toBeLessThan(32)
  })
})

describe('connections', () => {
  test('law 13: make room for new ones: the one that has been idle for longest is closed', async () => {
    const at = await service.listen(service.another({}, { maxConnections: 3 }))
    const [first, second, third] = [await opened(at), await opened(at), await opened(at)]
    first.write(get('/livez'))
    await eventually(() => first.heard.includes('200 OK'))
    const fourth = await opened(at)
    await eventually(() => second.closed_)
    fourth.write(get('/livez'))
    await eventually(() => fourth.heard.includes('200 OK'))
    expect([first.closed_, third.closed_, fourth.closed_]).toEqual([false, false, false])
    for (const socket of [first, third, fourth]) socket.destroy()
  })

  test('law 13: that never sent a request make room before those that did', async () => {
    const at = await service.listen(service.another({}, { maxConnections: 3 }))
    const client = await opened(at)
    client.write(get('/livez'))
    await eventually(() => client.heard.includes('200 OK'))
    const silent = [await opened(at), await opened(at)]
    const [next, another] = [await opened(at), await opened(at)]
    await eventually(() => silent.every((one) => one.closed_))
    client.write(get('/livez'))
    await eventually(() => client.heard.match(/200 OK/g)?.length === 2)
    // Of those that did, the one that has been idle for longest.
    for (const socket of [next, another]) {
      socket.write(get('/livez'))
      await eventually(() => socket.heard.includes('200 OK'))
    }
    const last = await opened(at)
    await eventually(() => client.closed_)
    for (const socket of [next, another, last]) socket.destroy()
  })

  test('are refused only when none is idle, and with a reason', async () => {
    const answer: (() => void)[] = []
    const app = service.another(
      {
        readLog: async () => {
          await new Promise<void>((resolve) => answer.push(resolve))
          throw new ProblemError({ code: 'not-found', detail: 'as asked' })
        },
      },
      { maxConnections: 2 },
    )
    const at = await service.listen(app)
    const busy = [await opened(at), await opened(at)]
    for (const socket of busy) socket.write(get('/events'))
    await eventually(() => answer.length === 2)
    const refused = await opened(at)
    await eventually(() => refused.closed_)
    expect(refused.heard).toMatch(/^HTTP\/1\.1 503 [^]*retry-after: 1[^]*"code":"overloaded"/)
    for (const one of answer) one()
    await eventually(() => busy.every(({ heard }) => heard.includes('404 Not Found')))
    const next = await opened(at)
    next.write(get('/livez'))
    await eventually(() => next.heard.includes('200 OK'))
    for (const socket of [...busy, next]) socket.destroy()
  })
})

test('the document is the same bytes for everyone, and 304 for who has it', async () => {
  const ask = (url: string, headers = {}) => service.app.inject({ url, headers: { host: 'localhost', ...headers } })
  for (const [url, type] of [
    ['/openapi.json', 'application/json; charset=utf-8'],
    ['/docs/json', 'application/json; charset=utf-8'],
    ['/docs/yaml', 'application/x-yaml'],
  ] as const) {
    const { statusCode, headers, body } = await ask(url)
    expect([url, statusCode, headers['content-type'], body.length > 100_000]).toEqual([url, 200, type, true])
    expect(headers.etag).toMatch(/^W\/"/)
    const again = await ask(url, { 'if-none-match': headers.etag })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  }
})
