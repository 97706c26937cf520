/** What may go wrong at /live: each costs the client that it happens to, and nobody else. */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Tokens } from '../../api/http/access.ts'
import { newId } from '../../app/clock.ts'
import { openReplayer } from '../../app/roles/open-projector.ts'
import { openPool } from '../../store/postgres/database.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { openEventStream, openWebSocket, type Frame, type LiveConnection } from '../support/live-connection.ts'
import { exchangeAt } from '../api/raw-http.ts'

let database: TestDatabase
let service: ApiService
let port: number
let url: string
let ordered = 0

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
  port = await service.listen()
  url = `http://127.0.0.1:${String(port)}`
  await post('/products', {
    sku: 'A',
    name: 'Apple',
    category: 'fruit',
    price: { amount: 100, currency: 'EUR' },
    stock: 1e6,
  })
  await post('/customers', { customerId: 'c', name: 'Ada', region: 'north' })
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

async function post(path: string, body: object): Promise<number> {
  const answer = await service.app.inject({ method: 'POST', url: path, payload: body })
  expect(answer.statusCode).toBeLessThan(300)
  return Number(answer.headers['x-position'])
}

async function order(lines = 1): Promise<number> {
  ordered += 1
  const line = { sku: 'A', quantity: 1 }
  return post('/orders', {
    orderId: `o${String(ordered)}`,
    customerId: 'c',
    lines: Array.from({ length: lines }, () => line),
  })
}

const ofTopic = (topic: string, type: string) => (frame: Frame) => frame.topic === topic && frame.type === type

async function following(topics: object, at = url): Promise<LiveConnection> {
  const client = await openWebSocket(at)
  client.send({ type: 'subscribe', id: 1, topics })
  await client.frame(({ type }) => type === 'subscribed')
  return client
}

describe('at the door', () => {
  test('a page of elsewhere is refused, whichever carrier it has; one of this service is not', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      await expect(openWebSocket(url, { headers })).rejects.toThrow('answered 403')
      await expect(openEventStream(url, '?topics=orders', { headers })).rejects.toThrow('answered 403')
    }
    for (const headers of [{ origin: url }, { 'sec-fetch-site': 'same-origin', origin: 'https://proxied.example' }]) {
      const client = await openWebSocket(url, { headers })
      client.cut()
    }
  })

  test('law 13: who finds no place is told to come back, and a place is free as soon as somebody leaves', async () => {
    const server = service.another({ live: { ...service.parts.live, most: 2 } })
    const full = `http://127.0.0.1:${String(await service.listen(server))}`
    const [one, other] = [await openWebSocket(full), await openEventStream(full, '?topics=orders')]
    const [refused] = await exchangeAt(
      Number(new URL(full).port),
      'GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    expect(refused).toMatchObject({ status: 503, headers: { 'content-type': expect.stringContaining('problem+json') } })
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    const waved = await openEventStream(full, '?topics=orders')
    expect(await waved.closed).toMatchObject({ code: 1013 })
    other.cut()
    const next = await eventually(() => openWebSocket(full).catch(() => null))
    for (const client of [one, next]) client.cut()
  })

  test('an upgrade to something else is left unanswered, and the request is answered with its body', async () => {
    const body = JSON.stringify({ sku: 'H2C', name: 'x', category: 'x', price: { amount: 1, currency: 'EUR' } })
    const head = `Host: localhost\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n`
    const [read] = await exchangeAt(port, `GET /products HTTP/1.1\r\n${head}\r\n`)
    expect(read?.status).toBe(200)
    const [made] = await exchangeAt(
      port,
      `POST /products HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
    )
    expect(made?.status).toBe(201)
    const [elsewhere] = await exchangeAt(
      port,
      'GET /products HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    expect(elsewhere?.status).toBe(200)
  })

  test('a reset at any moment of the upgrade ends that connection alone', async () => {
    const watching = await following({ orders: {} })
    const request =
      'GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
    for (let cut = 1; cut <= 40; cut++) {
      await new Promise<void>((resolve) => {
        const socket = connect({ port, host: '127.0.0.1' })
        socket.on('error', () => undefined)
        socket.on('close', () => resolve())
        socket.on('connect', () => {
          socket.write(cut <= 20 ? request.slice(0, cut * 10) : request, () => {
            if (cut % 2 === 0) socket.resetAndDestroy()
            else setImmediate(() => socket.resetAndDestroy())
          })
        })
      })
    }
    const position = await order()
    await watching.frame((frame) => ofTopic('orders', 'change')(frame) && frame.to >= position - 1)
    watching.cut()
  })
})

describe('with tokens', () => {
  const tokens = new Tokens([
    { name: 'reader', role: 'read', secret: 'secret-of-reader' },
    { name: 'other', role: 'read', secret: 'secret-of-other' },
  ])
  let guarded: string

  beforeAll(async () => {
    guarded = `http://127.0.0.1:${String(await service.listen(service.another({ tokens })))}`
  })

  test('the first message brings the token, or a header does', async () => {
    const client = await openWebSocket(guarded)
    client.send({ type: 'subscribe', id: 1, token: 'secret-of-reader', topics: { orders: {} } })
    await client.frame(ofTopic('orders', 'snapshot'))
    const headers = { authorization: 'Bearer secret-of-reader' }
    const [named, stream] = [
      await openWebSocket(guarded, { headers }),
      await openEventStream(guarded, '?topics=orders', { headers }),
    ]
    named.send({ type: 'subscribe', id: 1, topics: { orders: {} } })
    await named.frame(ofTopic('orders', 'snapshot'))
    await stream.frame(ofTopic('orders', 'snapshot'))
    for (const one of [client, named, stream]) one.cut()
  })

  test('none, and a wrong one, are refused, and nothing is told before', async () => {
    const wrong = { authorization: 'Bearer wrong' }
    await expect(openWebSocket(guarded, { headers: wrong })).rejects.toThrow('answered 401')
    await expect(openEventStream(guarded, '?topics=orders', { headers: wrong })).rejects.toThrow('answered 401')
    await expect(openEventStream(guarded, '?topics=orders')).rejects.toThrow('answered 401')
    for (const token of [undefined, 'wrong']) {
      const client = await openWebSocket(guarded)
      client.send({ type: 'subscribe', id: 1, token, topics: { orders: {} } })
      expect(await client.closed).toMatchObject({ code: 4401 })
      expect(client.frames).toEqual([])
    }
  })

  test('one that is taken away ends its connections, and no other', async () => {
    const [gone, stays] = [await openWebSocket(guarded), await openWebSocket(guarded)]
    gone.send({ type: 'subscribe', id: 1, token: 'secret-of-reader', topics: { orders: {} } })
    stays.send({ type: 'subscribe', id: 1, token: 'secret-of-other', topics: { orders: {} } })
    for (const client of [gone, stays]) await client.frame(ofTopic('orders', 'snapshot'))
    tokens.replace([{ name: 'other', role: 'read', secret: 'secret-of-other' }])
    expect(await gone.closed).toMatchObject({ code: 4401 })
    const since = stays.frames.length
    await order()
    await stays.frame(ofTopic('orders', 'change'), since)
    stays.cut()
  })
})

describe('clients that do not behave', () => {
  test('law 13: one that reads nothing is cut after 10 s, and costs nobody else a frame', async () => {
    const reading = await following({ orders: {} })
    const stalled = await following({ orders: { limit: 200 } })
    stalled.pause()
    // Large orders, until the line is full as well.
    let id = 1
    await eventually(
      async () => {
        for (let again = 0; again < 20; again++) await order(100)
        id += 1
        stalled.send({ type: 'subscribe', id, topics: { orders: { limit: 200, after: 0 } } })
        return service.lines.some(({ msg, code }) => msg === 'a live connection ended' && code === 4408)
      },
      { timeout: 120_000, interval: 200 },
    )
    const position = await order()
    await reading.frame((frame) => frame.type === 'change' && frame.to >= position - 1)
    expect(reading.frames.filter(({ type }) => type === 'snapshot')).toHaveLength(1)
    for (const client of [reading, stalled]) client.cut()
  })
})

describe('what changes underneath', () => {
  test('a projection that is paused: clients hear so, and get what they lack when it goes on', async () => {
    const client = await following({ stock: {} })
    const { to } = await client.frame(ofTopic('stock', 'snapshot'))
    await service.parts.views.setPaused('products', true)
    const ping = await client.frame(({ type, topics }) => type === 'ping' && topics['stock']?.['state'] === 'paused')
    expect(Number(ping.topics['stock']?.['to'])).toBeGreaterThanOrEqual(to)
    await order()
    await client.frame(({ type, topics }) => type === 'ping' && Number(topics['stock']?.['lagEvents']) > 0)
    const since = client.frames.length
    await service.parts.views.setPaused('products', false)
    await client.frame(ofTopic('stock', 'change'), since)
    client.cut()
  })

  test('a replay that switches without differences is not seen; with accepted ones clients start anew', async () => {
    const pool = openPool(database.url, { name: 'test replayer', max: 12, queryTimeout: 0 })
    const replayer = openReplayer({ pool, log: service.parts.log })
    replayer.start()
    const client = await following({ stock: {} })
    const { epoch } = await client.frame(ofTopic('stock', 'snapshot'))
    const replay = async (request: object): Promise<void> => {
      const started = await service.parts.views.replays.start('products', { replayId: newId(), ...request })
      await eventually(
        async () => (await service.parts.views.replays.read(started?.replayId ?? ''))?.state === 'switched',
      )
    }
    await replay({})
    await order()
    await client.frame(ofTopic('stock', 'change'))
    expect(client.frames.filter(ofTopic('stock', 'snapshot'))).toHaveLength(1)

    const { rows } = await pool.query<{ live: number }>(
      `select live_generation as live from views.projections where name = 'products'`,
    )
    await pool.query(`update views.products_g${String(rows[0]?.live)} set name = 'Wrong' where sku = 'A'`)
    await replay({ acceptDifferences: true })
    const anew = await client.frame((frame) => frame.reason === 'epoch')
    expect(anew.epoch).not.toBe(epoch)
    expect(anew.items).toContainEqual(expect.objectContaining({ sku: 'A', name: 'Apple' }))
    client.cut()
    await replayer.stop()
    await pool.end()
  })

  test('a log that was restored is another one: who has positions of the old one starts anew', async () => {
    const client = await following({ stock: {} })
    const { to, epoch } = await client.frame(ofTopic('stock', 'snapshot'))
    client.cut()
    const pool = openPool(database.url, { name: 'test', max: 1 })
    await pool.query('update log.identity set id = gen_random_uuid()')
    await pool.end()
    const again = await following({ stock: { after: to, epoch } })
    expect(await again.frame(ofTopic('stock', 'snapshot'))).toMatchObject({ reason: 'epoch', from: to })
    again.cut()
  })

  test('a stop takes leave of everybody, and is over soon', async () => {
    const server = service.another({})
    const at = `http://127.0.0.1:${String(await service.listen(server))}`
    const clients = [await openWebSocket(at), await openEventStream(at, '?topics=orders')]
    const silent = await openWebSocket(at)
    silent.pause()
    await server.close()
    for (const client of clients) expect(await client.closed).toMatchObject({ code: 1001, reason: 'shutdown' })
    silent.cut()
  })
})

test('each end has a line, and metrics count who is there', async () => {
  const client = await following({ orders: {} })
  expect(await service.metrics.registry.getSingleMetricAsString('live_clients')).toContain(
    'live_clients{carrier="websocket"}',
  )
  expect(await service.metrics.registry.getSingleMetricAsString('live_snapshots_total')).toContain('reason="start"')
  client.cut()
  const line = await eventually(() => service.lines.findLast(({ msg }) => msg === 'a live connection ended') ?? null)
  expect(line).toMatchObject({
    carrier: 'websocket',
    principal: null,
    code: expect.any(Number),
    frames: expect.any(Number),
  })
})
