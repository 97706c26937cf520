/** Every topic of rows begins with the page that GET shows, and then sends what changes as GET shows it then. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { openWebSocket, type Frame } from '../support/live-connection.ts'

let database: TestDatabase
let service: ApiService
let url: string

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
  url = `http://127.0.0.1:${String(await service.listen())}`
  await post('/customers', { customerId: 'vip', name: 'Ada', region: 'north', tier: 'vip' })
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

let lives = 0

/** A product that sells down to below its reorder point, by an order that is paid and on its way; the last position. */
async function live(): Promise<number> {
  const [sku, orderId] = [`L${String(++lives)}`, `life-${String(lives)}`]
  const listed = { name: sku, category: 'c', price: { amount: 100, currency: 'EUR' }, stock: 105, reorderPoint: 100 }
  await post('/products', { sku, ...listed })
  await post('/orders', { orderId, customerId: 'vip', lines: [{ sku, quantity: 8 }] })
  await post('/payments', { orderId, method: 'on-account' })
  return post(`/deliveries/${orderId}/dispatch`, {})
}

interface Listed {
  readonly items: readonly Readonly<Record<string, unknown>>[]
  readonly next: string | null
  readonly position: number
}

const ofTopic = (topic: string, type: string) => (frame: Frame) => frame.topic === topic && frame.type === type
const withoutPosition = ({ position: _, ...item }: Readonly<Record<string, unknown>>) => item

test.each([
  ['orders', '/orders'],
  ['payments', '/payments'],
  ['deliveries', '/deliveries'],
  ['stock', '/products'],
  ['alerts', '/alerts'],
  ['activity', '/activity'],
])('%s as %s', async (topic, path) => {
  const shown = async (after: number) =>
    (await service.app.inject({ url: `${path}?limit=2&after=${String(after)}` })).json<Listed>()
  // More than a page of it, so that there is a next one.
  for (let made = 0; made < 3; made++) await live()
  const before = await shown(await live())
  const client = await openWebSocket(url)
  client.send({ type: 'subscribe', id: 1, topics: { [topic]: { limit: 2 } } })
  const snapshot = await client.frame(ofTopic(topic, 'snapshot'))
  // An entry of the log is known by its position; a row has no position of its own.
  const isLog = topic === 'alerts' || topic === 'activity'
  const items = (listed: readonly Readonly<Record<string, unknown>>[]) => (isLog ? listed : listed.map(withoutPosition))
  expect(items(snapshot.items)).toEqual(items(before.items))
  expect(typeof before.next).toBe('string')
  // What the snapshot leaves to be asked for is what stands behind it, and goes on.
  const older = (
    await service.app.inject({ url: `${path}?limit=2&cursor=${encodeURIComponent(String(snapshot.next))}` })
  ).json<Listed>()
  const both = (await service.app.inject({ url: `${path}?limit=4` })).json<Listed>()
  expect([...snapshot.items, ...older.items].map(withoutPosition)).toEqual(both.items.map(withoutPosition))
  expect(older.items).toHaveLength(2)

  const after = await live()
  const now = await shown(after)
  const newest = items(now.items)[0]
  const told = await eventually(() => {
    const changes = client.frames.filter(ofTopic(topic, 'change')).flatMap(({ items: changed }) => items(changed))
    return changes.findLast((item) => JSON.stringify(item) === JSON.stringify(newest))
  })
  expect(told).toEqual(newest)
  client.cut()
})
