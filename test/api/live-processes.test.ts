/** /live in several processes on one database: no matter which serves a client and what feeds the rows, it misses nothing. */
import { afterEach, describe, expect, test } from 'vitest'
import { startThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import { eventually } from '../support/eventually.ts'
import { testKafka } from '../support/kafka.ts'
import { openEventStream, openWebSocket, type Frame, type LiveConnection } from '../support/live-connection.ts'
import { kafkaCommands } from '../support/run-kafka-command.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'

const kafka = await testKafka()
const closing: (() => Promise<unknown> | void)[] = []
let ordered = 0

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function database(): Promise<string> {
  const postgres = await startThrowawayPostgres({ durable: true })
  closing.push(() => postgres.stop())
  return postgres.url
}

async function start(env: Readonly<Record<string, string>>): Promise<Service> {
  const data = makeDataDir()
  closing.push(() => data.remove())
  const service = await startService({ dataDir: data.path, env })
  closing.push(() => service.stop())
  return service
}

/** Two that write at once may have to ask again; under its id an order is placed once. */
async function post(service: Service, path: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const answer = await eventually(async () => {
    const one = await fetch(new URL(path, service.url), init)
    const text = await one.text()
    return one.status === 503 ? null : { status: one.status, text, position: one.headers.get('x-position') }
  })
  expect([path, answer.text, answer.status < 300]).toEqual([path, answer.text, true])
  return Number(answer.position)
}

async function openShop(service: Service): Promise<void> {
  const price = { amount: 1, currency: 'EUR' }
  await post(service, '/products', { sku: 'A', name: 'Apple', category: 'x', price, stock: 1e6 })
  await post(service, '/customers', { customerId: 'c', name: 'Ada', region: 'north' })
}

async function order(service: Service): Promise<{ readonly orderId: string; readonly position: number }> {
  const orderId = `o${String(++ordered)}`
  const position = await post(service, '/orders', { orderId, customerId: 'c', lines: [{ sku: 'A', quantity: 1 }] })
  return { orderId, position }
}

const ofTopic = (topic: string, type: string) => (frame: Frame) => frame.topic === topic && frame.type === type
const idsIn = (frames: readonly Frame[], topic: string) =>
  frames.filter(ofTopic(topic, 'change')).flatMap(({ items }) => items.map(({ orderId, id }) => orderId ?? id))

async function following(service: Service, topics: object): Promise<LiveConnection> {
  const client = await openWebSocket(service.url)
  client.send({ type: 'subscribe', id: 1, topics })
  return client
}

test('law 12: what one process takes comes to the clients of another, and who resumes there lacks nothing of what it had seen here', async () => {
  const DATABASE_URL = await database()
  const first = await start({ DATABASE_URL })
  const second = await start({ DATABASE_URL })
  await openShop(first)
  const clients = [await following(first, { orders: {} }), await following(second, { orders: {} })]
  for (const client of clients) await client.frame(ofTopic('orders', 'snapshot'))
  const placed: string[] = []
  for (let again = 0; again < 20; again++) placed.push((await order(again % 2 === 0 ? first : second)).orderId)
  for (const client of clients) {
    await eventually(() => new Set(idsIn(client.frames, 'orders')).size === placed.length)
    expect([...new Set(idsIn(client.frames, 'orders'))].toSorted()).toEqual(placed.toSorted())
  }
  const epochs = clients.map(({ frames }) => frames.find(ofTopic('orders', 'snapshot'))?.epoch)
  expect(epochs[0]).toBe(epochs[1])

  // Each goes to the other process with the newest that it has, at once, again and again: nothing older, nothing missing.
  for (let round = 0; round < 10; round++) {
    const [from, to] = round % 2 === 0 ? [first, second] : [second, first]
    const here = await following(from, { orders: {} })
    await here.frame(ofTopic('orders', 'snapshot'))
    const { orderId } = await order(from)
    const seen = await here.frame((frame) => idsIn([frame], 'orders').includes(orderId))
    const epoch = epochs[0] ?? ''
    const there = await openEventStream(to.url, `?topics=orders&after=orders:${epoch}:${String(seen.to)}`)
    const answer = await there.frame(({ topic }) => topic === 'orders')
    expect(answer).toMatchObject({ type: 'change', from: seen.to })
    const next = await order(from)
    await there.frame((frame) => idsIn([frame], 'orders').includes(next.orderId))
    expect(idsIn(there.frames, 'orders')).toEqual([next.orderId])
    for (const client of [here, there]) client.cut()
  }
  for (const client of clients) client.cut()
})

describe.skipIf(kafka === null)('with Kafka', () => {
  test('law 12: rows that a projector on Kafka shows come to clients of each process, each once, in order, with the time it was published', async () => {
    if (kafka === null) return
    const DATABASE_URL = await database()
    const commands = await kafkaCommands(kafka, 'live-processes-', { DATABASE_URL })
    closing.push(() => commands.close())
    const whole = await start(commands.env)
    const api = await start({ ...commands.env, ROLES: 'api' })
    await openShop(whole)
    const metric = async () => {
      const text = await (await fetch(new URL('/metrics', whole.url))).text()
      return /^feed_from_kafka(?:\{.*\})? 1$/m.test(text)
    }
    await eventually(metric, { timeout: 120_000, interval: 200 })
    const clients = [
      await following(whole, { orders: {}, activity: {} }),
      await following(api, { orders: {}, activity: {} }),
    ]
    for (const client of clients) {
      for (const topic of ['orders', 'activity']) await client.frame(ofTopic(topic, 'snapshot'))
    }
    const placed: string[] = []
    for (let again = 0; again < 100; again++) placed.push((await order(again % 2 === 0 ? whole : api)).orderId)
    for (const client of clients) {
      await eventually(() => new Set(idsIn(client.frames, 'orders')).size === placed.length)
      await eventually(() => idsIn(client.frames, 'activity').length >= placed.length)
      expect(idsIn(client.frames, 'activity')).toEqual(placed)
      client.cut()
    }
    expect(await metric()).toBe(true)
    const hops = await fetch(new URL(`/orders/${placed[0] ?? ''}/hops`, whole.url))
    const { items } = (await hops.json()) as { readonly items: readonly Readonly<Record<string, string | null>>[] }
    expect(items[0]).toMatchObject({
      decided: expect.any(String),
      published: expect.any(String),
      projected: expect.any(String),
      pushed: expect.any(String),
    })
  })
})
