/** The time of orders is the database's, whatever the clocks of the processes that take them say. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { DatabaseClock, databaseTime } from '../../store/postgres/database-clock.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { makeDataDir, startService } from '../support/service.ts'

const MINUTE = 60_000
const PRELOAD = new URL('../support/shifted-clock.js', import.meta.url).href

let database: TestDatabase
let pool: Pool

beforeEach(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 2 })
})

afterEach(async () => {
  await pool.end()
  await database.drop()
})

test('the clock of the database is never ahead of what the database says next', async () => {
  const clock = new DatabaseClock({
    ask: () => databaseTime(pool),
    monotonic: () => performance.now(),
    onError: () => undefined,
  })
  await clock.start()
  try {
    for (let look = 0; look < 20; look++) {
      const before = await databaseTime(pool)
      const shown = clock.now()
      expect(shown).toBeLessThanOrEqual(await databaseTime(pool))
      expect(shown).toBeGreaterThan(before - 1_000)
    }
  } finally {
    clock.stop()
  }
})

test.each([2 * MINUTE, -2 * MINUTE])('a process whose clock is off by %d ms places orders on time', async (shift) => {
  const data = makeDataDir()
  const env = { DATABASE_URL: database.url, NODE_OPTIONS: `--import ${PRELOAD}`, CLOCK_SHIFT: String(shift) }
  const service = await startService({ dataDir: data.path, env: { ...env, RESERVATION_MINUTES: '15' } })
  try {
    const price = { amount: 100, currency: 'EUR' }
    await post(`${service.url}/products`, { sku: 'A', name: 'A', category: 'c', price, stock: 5 })
    await post(`${service.url}/customers`, { customerId: 'c1', name: 'C', region: 'north' })
    const before = await databaseTime(pool)
    const order = (await post(`${service.url}/orders`, {
      orderId: 'o1',
      customerId: 'c1',
      lines: [{ sku: 'A', quantity: 1 }],
    })) as { readonly placedAt: string; readonly reservedUntil: string; readonly position: number }
    const placedAt = Date.parse(order.placedAt)
    expect(placedAt).toBeGreaterThan(before - 1_000)
    expect(placedAt).toBeLessThanOrEqual(await databaseTime(pool))
    expect(Date.parse(order.reservedUntil)).toBe(placedAt + 15 * MINUTE)
    const rates = await fetch(`${service.url}/analytics/live?after=${String(order.position)}`)
    expect(await rates.json()).toMatchObject({ ordersPerMinute: 1 })
  } finally {
    await service.kill()
    data.remove()
  }
})

async function post(url: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(answer.status).toBe(201)
  return answer.json()
}
