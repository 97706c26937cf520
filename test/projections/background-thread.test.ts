import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
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

const RUN_PROGRAM = new URL('../../cli/run-program.js', import.meta.url).href

let database: TestDatabase
let pool: Pool
let worker: BackgroundThread

beforeEach(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 2 })
  worker = new BackgroundThread({ data: projectorOf(database.url), log: pino({ level: 'silent' }) })
})

afterEach(async () => {
  await worker.stop()
  await pool.end()
  await database.drop()
})

function projectorOf(databaseUrl: string) {
  return { name: 'projector', databaseUrl, crash: null, driftCheckEvery: null, kafka: null, hops: null }
}

/** Lists a product and waits until every projection shows it. */
async function shown(sku: string): Promise<void> {
  const price = { amount: 100, currency: 'EUR' }
  const listed = to(inventory, sku, { type: 'ProductListed', sku, name: sku, category: 'test', price, reorderPoint: 0 })
  const head = await appendEvents(pool, [listed])
  await eventually(async () => {
    const { rows } = await pool.query<{ position: string }>('select position from views.checkpoints')
    return rows.length === projections.length && rows.every(({ position }) => Number(position) === head)
  })
}

test('the projector follows the log in a thread of its own, says how it is, and stops', async () => {
  const { reports } = await worker.start()
  await shown('A1')
  await eventually(() => reports()['projector']?.health.state === 'working')
  await worker.stop()
  expect(reports()['projector']?.health.state).toBe('stopped')
})

test('a thread that cannot reach the database tells its host why', async () => {
  const data = projectorOf('postgres://nobody@127.0.0.1:1/nothing')
  const lost = new BackgroundThread({ data, log: pino({ level: 'silent' }) })
  await expect(lost.start()).rejects.toThrow('ECONNREFUSED')
  await lost.stop()
})

test('a thread of sources that were touched after the build runs from the sources', async () => {
  const run = `import('${RUN_PROGRAM}').then(({ runProgram }) => runProgram('app/roles/thread-program', false))`
  const thread = new Worker(run, { eval: true, workerData: projectorOf(database.url) })
  const exited = once(thread, 'exit')
  expect(await once(thread, 'message')).toMatchObject([{ kind: 'started' }])
  await shown('A1')
  thread.postMessage('stop')
  expect(await exited).toEqual([0])
})
