/** Changes as they come: what is asked for, what is answered, and that it is what GET shows. */
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { openEventStream, openWebSocket, type Frame } from '../support/live-connection.ts'

let database: TestDatabase
let service: ApiService
let url: string
let ordered = 0

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
  url = `http://127.0.0.1:${String(await service.listen())}`
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

async function order(quantity = 1): Promise<{ readonly orderId: string; readonly position: number }> {
  ordered += 1
  const orderId = `o${String(ordered)}`
  const position = await post('/orders', { orderId, customerId: 'c', lines: [{ sku: 'A', quantity }] })
  return { orderId, position }
}

/** Placed, and shown: what is asked for from now on has it. */
async function shownOrder(): Promise<{ readonly orderId: string; readonly position: number }> {
  const placed = await order()
  for (const path of ['/orders', '/activity', '/products', '/analytics/hours'])
    await shown(`${path}?after=${String(placed.position)}`)
  return placed
}

async function shown(path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const answer = await service.app.inject({ url: path })
  return answer.json<{ items: Record<string, unknown>[] }>().items.map(({ position: _, ...item }) => item)
}

const byName = (one: object, other: object) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)
const ofTopic = (topic: string, type: string) => (frame: Frame) => frame.topic === topic && frame.type === type

describe('over a WebSocket', () => {
  test('a topic begins with what GET shows, and goes on from there', async () => {
    const first = await shownOrder()
    const client = await openWebSocket(url)
    client.send({ type: 'subscribe', id: 1, topics: { orders: { limit: 1 }, activity: {} } })
    const subscribed = await client.frame(({ type }) => type === 'subscribed')
    expect(subscribed).toMatchObject({ id: 1, version: 1, pingSeconds: 15, topics: ['orders', 'activity'] })
    expect(client.frames[0]).toBe(subscribed)
    const snapshot = await client.frame(ofTopic('orders', 'snapshot'))
    expect(snapshot).toMatchObject({ reason: 'start', from: null })
    expect(snapshot.to).toBeGreaterThanOrEqual(first.position)
    expect(snapshot.items).toEqual((await shown('/orders?limit=1')).slice(0, 1))
    expect(snapshot.counts).toMatchObject({ placed: ordered })

    const second = await order()
    const change = await client.frame(ofTopic('orders', 'change'))
    expect(change).toMatchObject({ from: snapshot.to, counts: { placed: ordered } })
    expect(change.to).toBeGreaterThanOrEqual(second.position - 1)
    expect(change.items).toEqual(await shown('/orders?limit=1'))
    const entries = await client.frame(ofTopic('activity', 'change'))
    expect(entries.items).toMatchObject([{ type: 'OrderPlaced', id: second.orderId }])
    client.cut()
  })

  test('who resumes gets what is missing, each row once, in the order of its last change', async () => {
    await shownOrder()
    const client = await openWebSocket(url)
    client.send({ type: 'subscribe', id: 1, topics: { orders: {} } })
    const { to, epoch } = await client.frame(ofTopic('orders', 'snapshot'))
    client.cut()
    const made = [await order(), await order()]
    const cancelled = await post(`/orders/${made[0]?.orderId ?? ''}/cancel`, {})
    await shown(`/orders?after=${String(cancelled)}`)
    const again = await openWebSocket(url)
    again.send({ type: 'subscribe', id: 1, topics: { orders: { after: to, epoch } } })
    await eventually(() => again.frames.filter(ofTopic('orders', 'change')).flatMap(({ items }) => items).length >= 2)
    const changes = again.frames.filter(ofTopic('orders', 'change'))
    expect(changes[0]?.from).toBe(to)
    expect(changes.flatMap(({ items }) => items).map(({ orderId, status }) => [orderId, status])).toEqual([
      [made[1]?.orderId, 'placed'],
      [made[0]?.orderId, 'cancelled'],
    ])
    expect(again.frames.some(({ type }) => type === 'snapshot')).toBe(false)
    again.cut()
  })

  test('who missed nothing is told so at once; who names another history or a position that is not there starts anew', async () => {
    await shownOrder()
    const client = await openWebSocket(url)
    client.send({ type: 'subscribe', id: 1, topics: { orders: {} } })
    const { epoch, to } = await client.frame(ofTopic('orders', 'snapshot'))
    let asked = client.frames.length
    client.send({ type: 'subscribe', id: 2, topics: { orders: { after: to, epoch } } })
    expect(await client.frame(ofTopic('orders', 'change'), asked)).toMatchObject({ from: to, to, items: [] })
    for (const [wish, reason] of [
      [{ after: to, epoch: 'c0ffee.1' }, 'epoch'],
      [{ after: to + 1_000_000, epoch }, 'ahead'],
      [{ after: to + 1_000_000 }, 'ahead'],
    ] as const) {
      asked = client.frames.length
      client.send({ type: 'subscribe', id: 3, topics: { orders: wish } })
      expect(await client.frame(ofTopic('orders', 'snapshot'), asked)).toMatchObject({ reason, from: wish.after })
    }
    client.cut()
  })

  test('a wish that is refused changes nothing', async () => {
    const client = await openWebSocket(url)
    client.send({ type: 'subscribe', id: 1, topics: { stock: {} } })
    await client.frame(ofTopic('stock', 'snapshot'))
    client.send({ type: 'subscribe', id: 2, topics: { oders: {} } })
    client.send({ type: 'subscribe', id: 3, topics: { orders: { limit: 201 }, stock: { after: -1 } } })
    client.send({ type: 'subscribe', id: 4, topics: Object.fromEntries(Array.from({ length: 9 }, (_, n) => [n, {}])) })
    await eventually(() => client.frames.filter(({ type }) => type === 'error').length === 3)
    expect(client.frames.filter(({ type }) => type === 'error')).toMatchObject([
      {
        id: 2,
        topic: null,
        code: 'unknown-topic',
        detail: 'there is no topic "oders"',
        errors: [{ pointer: '/topics/oders' }],
      },
      {
        id: 3,
        code: 'invalid-request',
        errors: [{ pointer: '/topics/orders/limit' }, { pointer: '/topics/stock/after' }],
      },
      { id: 4, code: 'too-many-topics' },
    ])
    await post('/products/A/receipts', { quantity: 1 })
    expect((await client.frame(ofTopic('stock', 'change'))).items).toEqual(await shown('/products'))
    client.cut()
  })

  test('every figure of sales that changed comes, as GET shows it', async () => {
    await shownOrder()
    const client = await openWebSocket(url)
    client.send({ type: 'subscribe', id: 1, topics: { sales: {} } })
    const snapshot = await client.frame(ofTopic('sales', 'snapshot'))
    const figures = async () => {
      const {
        position: _,
        asOf: __,
        ...total
      } = (await service.app.inject({ url: '/analytics' })).json<Record<string, unknown>>()
      const parts = [
        ['hour', 'hours'],
        ['region', 'regions'],
        ['category', 'categories'],
        ['tier', 'tiers'],
        ['sku', 'products'],
        ['reason', 'reasons'],
        ['method', 'methods'],
        ['stage', 'funnel'],
      ]
      const rows = await Promise.all(
        parts.map(async ([by = '', path = '']) => (await shown(`/analytics/${path}`)).map((row) => ({ by, ...row }))),
      )
      // GET has some once more under other names, `users` among them: they are in snake_case, and /live has ours alone.
      const own = Object.entries(total).filter(([name]) => name !== 'users' && !name.includes('_'))
      return [{ by: 'total', ...Object.fromEntries(own) }, ...rows.flat()]
    }
    expect(snapshot.items).toEqual(await figures())
    const { position } = await order(2)
    await shown(`/analytics/hours?after=${String(position)}`)
    const change = await client.frame((frame) => ofTopic('sales', 'change')(frame) && frame.to >= position)
    const changed = client.frames.filter(ofTopic('sales', 'change')).flatMap(({ items }) => items)
    expect(change.items.length).toBeGreaterThan(0)
    // Nobody has paid: of the stages only the first has moved.
    const moved = (await figures()).filter((item) => !('stage' in item) || item.stage === 'placed')
    expect([...changed].sort(byName)).toEqual([...moved].sort(byName))
    client.cut()
  })

  test('state topics are whole, at once', async () => {
    const client = await openWebSocket(url)
    client.send({ type: 'subscribe', id: 1, topics: { projections: {}, reactors: {}, lag: {} } })
    const projections = await client.frame(ofTopic('projections', 'snapshot'))
    expect(projections).toMatchObject({ reason: 'state', from: null, epoch: null, asOf: null, next: null })
    expect(projections.items.map(({ name }) => name)).toContain('orders')
    await client.frame(ofTopic('reactors', 'snapshot'))
    expect((await client.frame(ofTopic('lag', 'snapshot'))).items).toHaveLength(1)
    client.cut()
  })

  test.each([
    ['no JSON', 'garbage', 4400],
    ['another type', { type: 'hello', id: 1, topics: {} }, 4400],
    ['no id', { type: 'subscribe', topics: {} }, 4400],
    ['no topics', { type: 'subscribe', id: 1, topics: [] }, 4400],
    ['bytes', Buffer.from([0, 1, 2]), 1003],
    ['more than 64 KiB', 'x'.repeat(1_048_576), 1009],
  ])('%s ends the connection, and no other', async (_, message, code) => {
    const [client, other] = [await openWebSocket(url), await openWebSocket(url)]
    client.send(message)
    expect(await client.closed).toMatchObject({ code })
    other.send({ type: 'subscribe', id: 1, topics: {} })
    await other.frame(({ type }) => type === 'subscribed')
    other.cut()
  })

  test('law 13: a message that never ends is ended, however small its pieces are', async () => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/live`)
    const closed = once(socket, 'close')
    await once(socket, 'open')
    for (let piece = 0; piece < 1_000; piece++) socket.send('', { fin: false })
    expect((await closed)[0]).toBe(1008)
  })

  test('law 13: ten thousand messages are too many', async () => {
    const client = await openWebSocket(url)
    for (let id = 1; id <= 10_000; id++) client.send({ type: 'subscribe', id, topics: { orders: {} } })
    expect(await client.closed).toMatchObject({ code: 4429 })
  })
})

describe('as an event stream', () => {
  test('it carries the same frames, and comes back by its last id', async () => {
    await shownOrder()
    const client = await openEventStream(url, '?topics=orders,activity&limit=2')
    const snapshots = [
      await client.frame(ofTopic('orders', 'snapshot')),
      await client.frame(ofTopic('activity', 'snapshot')),
    ]
    expect(client.frames[0]).toMatchObject({ type: 'subscribed', id: null })
    expect(snapshots.map(({ eventId }) => eventId !== undefined)).toEqual([false, true])
    expect(snapshots[0]?.items).toHaveLength(2)
    client.cut()
    const made = await shownOrder()
    const last = client.frames.findLast(({ eventId }) => eventId !== undefined)?.eventId ?? ''
    const again = await openEventStream(url, '?topics=orders,activity', { headers: { 'last-event-id': last } })
    const change = await again.frame(ofTopic('orders', 'change'))
    expect(change).toMatchObject({ from: snapshots[0]?.to, items: [{ orderId: made.orderId }] })
    expect(change.eventId?.split(',')[0]).toBe(`orders:${snapshots[0]?.epoch ?? ''}:${String(change.to)}`)
    again.cut()
  })

  test('what cannot be read of its past starts anew; what cannot be asked for is a problem', async () => {
    const client = await openEventStream(url, '?topics=orders&after=%00nonsense')
    expect(await client.frame(ofTopic('orders', 'snapshot'))).toMatchObject({ reason: 'start' })
    client.cut()
    for (const query of ['', '?topics=oders', '?topics=orders&limit=0', '?topics=orders&more=1']) {
      await expect(openEventStream(url, query)).rejects.toThrow('answered 400')
    }
  })
})
