/**
 * What /live says and refuses byte by byte: heads, doors, tokens, signs of life; each as docs/live.md has it.
 * Longer than 300 lines because all of it shares one service.
 */
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { Tokens } from '../../api/http/access.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { openEventStream, openWebSocket, type Frame } from '../support/live-connection.ts'
import { exchangeAt } from './raw-http.ts'

let database: TestDatabase
let service: ApiService
let url: string
let ordered = 0

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
  url = `http://127.0.0.1:${String(await service.listen())}`
  const price = { amount: 100, currency: 'EUR' }
  for (const sku of ['A', 'B', 'C']) await post('/products', { sku, name: sku, category: 'x', price, stock: 1e6 })
  const personal = { name: 'Ada Lovelace', email: 'ada@example.test', phone: '+33611223344' }
  await post('/customers', { customerId: 'c', region: 'north', tier: 'vip', ...personal })
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

async function post(path: string, body: object): Promise<number> {
  const answer = await service.app.inject({ method: 'POST', url: path, payload: body })
  expect([path, answer.statusCode < 300]).toEqual([path, true])
  return Number(answer.headers['x-position'])
}

/** Placed, and shown by the topics of orders and sales. */
async function order(
  skus: readonly string[] = ['A'],
): Promise<{ readonly orderId: string; readonly position: number }> {
  const orderId = `o${String(++ordered)}`
  const lines = skus.map((sku) => ({ sku, quantity: 1 }))
  const position = await post('/orders', { orderId, customerId: 'c', lines })
  for (const path of ['/orders', '/analytics/hours'])
    await service.app.inject({ url: `${path}?after=${String(position)}` })
  return { orderId, position }
}

async function listening(server: Parameters<ApiService['listen']>[0]): Promise<string> {
  return `http://127.0.0.1:${String(await service.listen(server))}`
}

const ofTopic = (topic: string, type: string) => (frame: Frame) => frame.topic === topic && frame.type === type

const upgrade = (more = '', host = 'localhost') =>
  `GET /live HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`

/** The head of an event stream, and what came first. */
async function streamHead(
  at: string,
  query: string,
): Promise<{ readonly head: IncomingMessage; readonly retry: number }> {
  const head = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${at}/live${query}`, { agent: false, headers: { 'accept-encoding': 'gzip, br' } }, resolve).on('error', reject)
  })
  head.setEncoding('utf8')
  let text = ''
  head.on('data', (chunk: string) => (text += chunk))
  await eventually(() => text.includes('\n\n'))
  head.destroy()
  return { head, retry: Number(/^retry: (\d+)\n\n/.exec(text)?.[1]) }
}

/** A connection that was upgraded, byte by byte. */
async function upgraded(more = ''): Promise<{ readonly socket: Socket; readonly head: string }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(upgrade(more))
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  return { socket, head: bytes.toString('latin1').split('\r\n\r\n', 1)[0] ?? '' }
}

describe('an event stream', () => {
  test('is not kept, not compressed and not held back, and says first when to come back, drawn for each', async () => {
    const drawn = new Set<number>()
    for (let again = 0; again < 5; again++) {
      const { head, retry } = await streamHead(url, '?topics=orders')
      expect(head.statusCode).toBe(200)
      expect(head.headers).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      })
      expect(head.headers['content-encoding']).toBeUndefined()
      expect(retry).toBeGreaterThanOrEqual(500)
      expect(retry).toBeLessThanOrEqual(3_000)
      drawn.add(retry)
    }
    expect(drawn.size).toBeGreaterThan(1)
  })

  test('goes on from Last-Event-ID, whatever the address says, as EventSource comes back with the old one', async () => {
    await order()
    const first = await openEventStream(url, '?topics=orders')
    const { to, epoch } = await first.frame(ofTopic('orders', 'snapshot'))
    first.cut()
    const { orderId } = await order()
    const headers = { 'last-event-id': `orders:${epoch}:${String(to)}` }
    const again = await openEventStream(url, `?topics=orders&after=orders:${epoch}:1`, { headers })
    expect(await again.frame(({ topic }) => topic === 'orders')).toMatchObject({
      ...{ type: 'change', from: to },
      items: [{ orderId }],
    })
    again.cut()
  })
})

describe('a WebSocket', () => {
  test('has no compression and no subprotocol, whatever is offered', async () => {
    const offers = 'Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: graphql-ws, mqtt\r\n'
    const { socket, head } = await upgraded(offers)
    expect(head).toMatch(/^HTTP\/1\.1 101 /)
    expect(head).not.toMatch(/sec-websocket-(extensions|protocol)/i)
    socket.destroy()
  })

  test.each([
    ['a broken frame', 1002, Buffer.from([0xf1, 0x80, 0, 0, 0, 0])],
    ['a text that is no UTF-8', 1007, Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0xff])],
  ])('ends at %s with %i', async (_, code, frame) => {
    const { socket } = await upgraded()
    socket.write(frame)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect([answer[0], answer.readUInt16BE(2)]).toEqual([0x88, code])
    socket.destroy()
  })

  test('follows what it named last: a topic that is not named ends, and one that is goes on', async () => {
    const client = await openWebSocket(url)
    client.send({ type: 'subscribe', id: 1, topics: { orders: {}, stock: {} } })
    for (const topic of ['orders', 'stock']) await client.frame(ofTopic(topic, 'snapshot'))
    client.send({ type: 'subscribe', id: 2, topics: { orders: {} } })
    await client.frame(({ type, id }) => type === 'subscribed' && id === 2)
    const since = client.frames.length
    for (let again = 0; again < 3; again++) {
      const { position } = await order()
      await client.frame((frame) => ofTopic('orders', 'change')(frame) && frame.to >= position - 1, since)
    }
    expect(client.frames.slice(since).filter(({ topic }) => topic === 'stock')).toEqual([])
    expect(client.frames.filter(ofTopic('orders', 'snapshot'))).toHaveLength(1)
    client.cut()
  })
})

describe('at the door', () => {
  test('a name that is not this machine’s is refused, before the upgrade and before the stream', async () => {
    const port = Number(new URL(url).port)
    for (const request of [
      upgrade('', 'shop.example'),
      'GET /live?topics=orders HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n',
    ]) {
      const [refused] = await exchangeAt(port, request)
      expect(refused?.status).toBe(403)
      expect(refused?.body).toContain('host-not-allowed')
    }
  })

  test('until the process was ready once nobody finds a place, and is told when to come back', async () => {
    let ok = false
    const readiness = () => [{ name: 'database' as const, ok, ageSeconds: 0, detail: null }]
    const at = await listening(service.another({ readiness }))
    const [refused] = await exchangeAt(Number(new URL(at).port), upgrade())
    expect(refused?.status).toBe(503)
    expect(refused?.body).toContain('not-ready')
    const seconds = Number(refused?.headers['retry-after'])
    expect([1, 2, 3, 4, 5]).toContain(seconds)
    const { head, retry } = await streamHead(at, '?topics=orders')
    expect(head.statusCode).toBe(200)
    expect(retry).toBeGreaterThanOrEqual(1_000)
    expect(retry).toBeLessThanOrEqual(5_000)
    expect(await (await openEventStream(at, '?topics=orders')).closed).toMatchObject({ code: 1013 })
    ok = true
    const client = await openWebSocket(at)
    ok = false
    // What was ready once serves those who come, as it does those who are there.
    const next = await openEventStream(at, '?topics=orders')
    await next.frame(ofTopic('orders', 'snapshot'))
    for (const each of [client, next]) each.cut()
  })

  test('half a close frees the place', async () => {
    const at = await listening(service.another({ live: { ...service.parts.live, most: 1 } }))
    for (const request of [upgrade(), 'GET /live?topics=orders HTTP/1.1\r\nHost: localhost\r\n\r\n']) {
      const socket = connect({ port: Number(new URL(at).port), host: '127.0.0.1', allowHalfOpen: true })
      await once(socket, 'connect')
      socket.write(request)
      await once(socket, 'data')
      await expect(openWebSocket(at)).rejects.toThrow('answered 503')
      socket.end()
      const next = await eventually(() => openWebSocket(at).catch(() => null))
      next.cut()
      socket.destroy()
      await eventually(async () => {
        const free = await openWebSocket(at).catch(() => null)
        free?.cut()
        return free !== null
      })
      await eventually(() => openCount().then((count) => count === 0))
    }
  })
})

async function openCount(): Promise<number> {
  const text = await service.metrics.registry.getSingleMetricAsString('live_clients')
  return text.split('\n').reduce((sum, line) => sum + Number(/^live_clients\{.*\} (\d+)$/.exec(line)?.[1] ?? 0), 0)
}

describe('with tokens', () => {
  let guarded: string

  beforeAll(async () => {
    const tokens = new Tokens([
      { name: 'reader', role: 'read', secret: 'secret-of-reader' },
      { name: 'other', role: 'read', secret: 'secret-of-other' },
    ])
    guarded = await listening(service.another({ tokens }))
  })

  test('a page of elsewhere is refused, whatever token it has', async () => {
    const headers = { authorization: 'Bearer secret-of-reader', origin: 'https://evil.example' }
    await expect(openWebSocket(guarded, { headers })).rejects.toThrow('answered 403')
    await expect(openEventStream(guarded, '?topics=orders', { headers })).rejects.toThrow('answered 403')
  })

  test('a later token replaces the first; a later one that is wrong ends the connection', async () => {
    const client = await openWebSocket(guarded)
    client.send({ type: 'subscribe', id: 1, token: 'secret-of-reader', topics: {} })
    client.send({ type: 'subscribe', id: 2, token: 'secret-of-other', topics: { orders: {} } })
    await client.frame(ofTopic('orders', 'snapshot'))
    client.send({ type: 'subscribe', id: 3, token: 'wrong', topics: {} })
    expect(await client.closed).toMatchObject({ code: 4401 })
    const line = service.lines.findLast(({ msg }) => msg === 'a live connection ended')
    expect(line).toMatchObject({ carrier: 'websocket', principal: 'other', code: 4401, frames: 3 })
    expect([typeof line?.['seconds'], Number(line?.['bytes']) > 0]).toEqual(['number', true])
  })

  test('who brings none within 10 s is sent away', async () => {
    const client = await openWebSocket(guarded)
    expect(await client.closed).toMatchObject({ code: 4401, reason: 'no token arrived in time' })
    expect(client.frames).toEqual([])
  })
})

test('a sign of life comes every 15 s over both carriers, with what each has, and the protocol’s own over a WebSocket', async () => {
  const stream = await openEventStream(url, '?topics=orders')
  const client = await openWebSocket(url)
  client.send({ type: 'subscribe', id: 1, topics: { orders: {} } })
  const probed = new WebSocket(`${url.replace('http', 'ws')}/live`)
  const probe = once(probed, 'ping')
  const pings = (frames: readonly Frame[]) => frames.filter(({ type }) => type === 'ping')
  for (const one of [stream, client]) {
    await eventually(() => pings(one.frames).length >= 2, { timeout: 60_000 })
    const [first, second] = pings(one.frames)
    // Quiet: nothing but these, and not more often than is said.
    expect(Date.parse(second?.at ?? '') - Date.parse(first?.at ?? '')).toBeGreaterThanOrEqual(14_000)
    const { to } = one.frames.findLast(({ topic }) => topic === 'orders') ?? {}
    expect(first?.topics['orders']).toMatchObject({ to, state: 'live', lagEvents: 0, lagSeconds: 0 })
  }
  expect(pings(stream.frames)[0]?.eventId).toMatch(/^orders:/)
  await probe
  probed.terminate()
  for (const one of [stream, client]) one.cut()
})

test('no topic has a field of a person', async () => {
  const { orderId } = await order()
  await post('/payments', { orderId, method: 'on-account' })
  const client = await openWebSocket(url)
  const names = [...['orders', 'payments', 'deliveries', 'stock'], ...['sales', 'activity', 'alerts', 'fraud']]
  client.send({ type: 'subscribe', id: 1, topics: Object.fromEntries(names.map((name) => [name, {}])) })
  for (const name of names) await client.frame(ofTopic(name, 'snapshot'))
  const states = await openWebSocket(url)
  states.send({ type: 'subscribe', id: 1, topics: { projections: {}, reactors: {}, lag: {} } })
  for (const name of ['projections', 'reactors', 'lag']) await states.frame(ofTopic(name, 'snapshot'))
  const last = await order()
  await client.frame((frame) => ofTopic('orders', 'change')(frame) && frame.to >= last.position - 1)
  const said = JSON.stringify([client.frames, states.frames])
  expect(said).toContain(last.orderId)
  for (const personal of ['Ada', 'Lovelace', 'ada@', '33611223344']) expect(said).not.toContain(personal)
  for (const one of [client, states]) one.cut()
})

test('a limit cuts the products of sales, and none of its other rows', async () => {
  await order(['A', 'B', 'C'])
  const client = await openWebSocket(url)
  client.send({ type: 'subscribe', id: 1, topics: { sales: { limit: 1 } } })
  const cut = await client.frame(ofTopic('sales', 'snapshot'))
  client.send({ type: 'subscribe', id: 2, topics: {} })
  client.send({ type: 'subscribe', id: 3, topics: { sales: {} } })
  const whole = await client.frame((frame) => ofTopic('sales', 'snapshot')(frame) && frame !== cut)
  const of = (frame: Frame, by: string) => frame.items.filter((item) => item['by'] === by)
  expect([of(cut, 'sku').length, of(whole, 'sku').length]).toEqual([1, 3])
  expect(of(cut, 'sku')).toEqual(of(whole, 'sku').slice(0, 1))
  const others = (frame: Frame) => frame.items.filter(({ by }) => by !== 'sku' && by !== 'hour')
  expect(others(cut)).toEqual(others(whole))
  client.cut()
})
