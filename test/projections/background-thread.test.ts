import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BackgroundThread } from '../../app/roles/background-thread.ts'
import { to } from '../../domain/decision.ts'
import { inventory } from '../../domain/inventory.ts'
import { projections } from '../../projections/views/list.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { appendEvents } from '../support/append-events.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

let database: TestDatabase
let pool: Pool
let worker: BackgroundThread

beforeEach(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 2 })
  worker = new BackgroundThread({
    data: { name: 'projector', databaseUrl: database.url, crash: null, driftCheckEvery: null, kafka: null, hops: null },
    log: pino({ level: 'silent' }),
  })
})

afterEach(async () => {
  await worker.stop()
  await pool.end()
  await database.drop()
})

/** Lists a product and waits until every projection shows it. */
async function shown(sku: string): Promise<void> {
  const price = { amount: 100, currency: 'EUR' }
  const listed = to(inventory, sku, { type: 'ProductListed', sku, name: sku, category: 'test', price })
  const head = await appendEvents(pool, [listed])
  await eventually(async () => {
    const { rows } = await pool.query<{ position: string }>('select position from views.checkpoints')
    return rows.length === projections.length && rows.every(({ position }) => Number(position) === head)
  })
}

test('the projector follows the log in a thread run from the sources, says how it is, and stops', async () => {
  const { reports } = await worker.start()
  await shown('A1')
  await eventually(() => reports()['projector']?.health.state === 'working')
  await worker.stop()
  expect(reports()['projector']?.health.state).toBe('stopped')
})

test('a thread that cannot reach the database tells its host why', async () => {
  const lost = new BackgroundThread({
    data: {
      name: 'projector',
      databaseUrl: 'postgres://nobody@127.0.0.1:1/nothing',
      crash: null,
      driftCheckEvery: null,
      kafka: null,
      hops: null,
    },
    log: pino({ level: 'silent' }),
  })
  await expect(lost.start()).rejects.toThrow('ECONNREFUSED')
  await lost.stop()
})
