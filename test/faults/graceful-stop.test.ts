import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { startThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
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

test('SIGTERM ends a service whose database, data directory and reader of its output are gone', async () => {
  const postgres = await startThrowawayPostgres()
  onTestFinished(() => postgres.stop())
  const env = { DATABASE_URL: postgres.url, EFFECTS: 'on', LOG_LEVEL: 'error', SHUTDOWN_TIMEOUT: '5' }
  service = await startService({ dataDir: data.path, env })
  await openShop(service.url, PLAN)
  // Its first line without a reader comes with its end: that its data directory cannot be given back.
  service.dropOutput()
  data.remove()
  await postgres.stop()
  await eventually(async () => (await fetch(new URL('/readyz', service.url))).status === 503)
  const { signal } = await service.stop()
  // Not by the last resort, which is for what holds up the whole process.
  expect(signal).toBeNull()
})

test('SIGTERM ends a service whose process can do nothing any more', async () => {
  const preload = new URL('../support/blocked-at-stop.js', import.meta.url).href
  const env = { DATABASE_URL: database.url, NODE_OPTIONS: `--import ${preload}`, SHUTDOWN_TIMEOUT: '1' }
  service = await startService({ dataDir: data.path, env })
  expect(await service.stop()).toEqual({ code: null, signal: 'SIGKILL' })
})
