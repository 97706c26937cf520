/** Stock that falls below its reorder point: once for each time, in the command that crosses, as an alert. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { openPool } from '../../store/postgres/database.ts'
import { breaches } from '../reactors/reacting.ts'

const headers = { host: 'localhost' }
let database: TestDatabase
let service: ApiService

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
  await post('/customers', { customerId: 'c1', name: 'Ada', region: 'north' })
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

type Body = Record<string, unknown> & { items?: Record<string, unknown>[] }

async function post(url: string, payload: object) {
  const { statusCode, body, headers: told } = await service.app.inject({ method: 'POST', url, payload, headers })
  return { status: statusCode, position: Number(told['x-position'] ?? 0), body: JSON.parse(body) as Body }
}

async function get(url: string): Promise<Body> {
  const { statusCode, body } = await service.app.inject({ url, headers })
  expect([url, statusCode]).toEqual([url, 200])
  return JSON.parse(body) as Body
}

const list = (sku: string, more: object) =>
  post('/products', { sku, name: sku, category: 'phones', price: { amount: 100, currency: 'EUR' }, ...more })

const order = (lines: readonly object[]) => post('/orders', { customerId: 'c1', lines })

async function typesOf(sku: string): Promise<readonly unknown[]> {
  return ((await get(`/products/${sku}/events`)).items ?? []).map(({ type }) => type)
}

test('the order that crosses says so, in its own append; the next one does not, and a product below from the start never', async () => {
  expect((await list('A1', { stock: 102 })).body).toMatchObject({ reorderPoint: 100, available: 102 })
  await list('B1', { stock: 12, reorderPoint: 10 })
  await list('C1', { stock: 99 })
  const lines = ['A1', 'B1', 'C1'].map((sku) => ({ sku, quantity: 2 }))
  await order(lines)
  expect(await typesOf('A1')).toEqual(['ProductListed', 'StockReceived', 'StockReserved'])
  const crossing = await order([...lines, { sku: 'A1', quantity: 1 }])
  expect(crossing.status).toBe(201)
  await order(lines)
  const tail = ['StockReserved', 'StockReserved', 'StockFellBelow', 'StockReserved']
  expect(await typesOf('A1')).toEqual(['ProductListed', 'StockReceived', ...tail])
  expect(await typesOf('B1')).toEqual(['ProductListed', 'StockReceived', ...tail])
  expect(await typesOf('C1')).not.toContain('StockFellBelow')

  const { items = [] } = await get(`/alerts?after=${String(crossing.position + 4)}`)
  expect(items).toHaveLength(2)
  expect(items).toMatchObject([
    { kind: 'stock-fell-below', sku: 'B1', orderId: null, amount: null },
    {
      ...{ kind: 'stock-fell-below', sku: 'A1', stock: { available: 97, reorderPoint: 100 }, refused: null },
      text: 'A1 fell below its reorder point: 97 units are available, the point is 100.',
    },
  ])
})

test('of orders at one moment one says so, however many there are', async () => {
  await list('F1', { stock: 110, reorderPoint: 100 })
  const answers = await Promise.all(Array.from({ length: 40 }, () => order([{ sku: 'F1', quantity: 1 }])))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 201))
  expect((await typesOf('F1')).filter((type) => type === 'StockFellBelow')).toHaveLength(1)
})

test('a new point is shown, and says what is below it and was not below the old one', async () => {
  await list('D1', { stock: 50, reorderPoint: 40 })
  const set = await post('/products/D1/reorder-point', { reorderPoint: 60 })
  expect(set).toMatchObject({ status: 201, body: { reorderPoint: 60, available: 50, version: 4 } })
  const shown = await get(`/products/D1?after=${String(set.position)}`)
  expect(shown).toMatchObject({ reorderPoint: 60, version: 4 })
  expect((await post('/products/D1/reorder-point', { reorderPoint: 60 })).body).toMatchObject({ version: 4 })
  expect((await post('/products/D1/reorder-point', { reorderPoint: 70 })).body).toMatchObject({ version: 5 })
  expect((await typesOf('D1')).slice(2)).toEqual(['ReorderPointSet', 'StockFellBelow', 'ReorderPointSet'])
})

test('what cannot be is refused, and changes nothing', async () => {
  expect(await post('/products/nobody/reorder-point', { reorderPoint: 1 })).toMatchObject({
    status: 404,
    body: { code: 'product-not-found' },
  })
  for (const payload of [
    {},
    { reorderPoint: -1 },
    { reorderPoint: 1.5 },
    { reorderPoint: null },
    { reorderPoint: 2e9 },
  ]) {
    expect((await post('/products/A1/reorder-point', payload)).status).toBe(400)
    expect((await list('E1', { stock: 1, reorderPoint: -1 })).status).toBe(400)
  }
  expect(await list('A1', { stock: 102, reorderPoint: 5 })).toMatchObject({
    status: 409,
    body: { code: 'product-exists' },
  })
  expect(await list('A1', { stock: 102, reorderPoint: 100 })).toMatchObject({ status: 200 })
})

test('law 4: what was said is what the log gives', async () => {
  const pool = openPool(database.url, { name: 'test verifier', max: 2 })
  expect(await breaches(pool)).toEqual([])
  await pool.end()
})
