import { afterEach, beforeEach, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { OrderingClient } from './ordering-client.ts'
import { holdToAnswers, openShop, ordersFor } from './shop.ts'
import { makeDataDir, type Service, startService } from '../support/service.ts'

const PLAN = { products: 5, stock: 1_000_000 }
let database: TestDatabase
let data: ReturnType<typeof makeDataDir>
let service: Service

beforeEach(async () => {
  database = await testDatabase()
  data = makeDataDir()
})

afterEach(async () => {
  await service.kill()
  data.remove()
  await database.drop()
})

test('law 5: SIGTERM under load answers what is under way, exits with 0, and every answer is in the log', async () => {
  service = await startService({ dataDir: data.path, env: { DATABASE_URL: database.url } })
  await openShop(service.url, PLAN)
  const client = new OrderingClient({ url: () => service.url, patience: 1_000 })
  // Orders that were not taken any more are no concern of this test: only answers count.
  const placing = client.placeAll(ordersFor('stopping', 20_000, PLAN), 32).catch(() => undefined)
  await eventually(() => client.answers.length > 500)
  const { code, signal } = await service.stop()
  await placing
  await client.close()
  expect({ code, signal }).toEqual({ code: 0, signal: null })
  await holdToAnswers(database.url, client.answers)
})

test('readiness turns 503 before the port closes, and orders are taken meanwhile', async () => {
  const env = { DATABASE_URL: database.url, SHUTDOWN_DELAY: '5' }
  service = await startService({ dataDir: data.path, env })
  await openShop(service.url, PLAN)
  service.signal('SIGTERM')
  await eventually(async () => (await fetch(new URL('/readyz', service.url))).status === 503)
  const order = await fetch(new URL('/orders', service.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ordersFor('late', 1, PLAN)[0]?.body),
  })
  expect(order.status).toBe(201)
  expect(await service.exited).toEqual({ code: 0, signal: null })
})
