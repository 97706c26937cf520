/** A product that keeps selling out is advised to be restocked, once an hour, whatever happens to the process. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { orderRejected, productListed, restockAdvised } from '../../domain/test-events.ts'
import type { RestockAdvised } from '../../schemas/events.ts'
import { decode } from '../../schemas/codec.ts'
import { stockOuts } from '../../reactors/stock-outs.ts'
import { databaseTime } from '../../store/postgres/database-clock.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { breaches, headOf, openReacting, type Reacting } from './reacting.ts'

const HOUR = 3_600_000

let reacting: Reacting
let hour: number
let orders = 0

beforeEach(async () => {
  reacting = await openReacting()
  const now = Math.floor(await databaseTime(reacting.pool))
  hour = now - (now % HOUR)
  await reacting.pool.query('alter table log.events disable trigger events_are_immutable')
  await appendEvents(reacting.pool, [
    { stream: 'inventory-A1', event: productListed('A1') },
    { stream: 'inventory-B1', event: productListed('B1') },
  ])
})

afterEach(async () => {
  await reacting[Symbol.asyncDispose]()
})

/** Orders of 2 units that are refused, as recorded at a time. Nobody may read meanwhile. */
async function refuse(count: number, { sku = 'A1', at = hour + 1_000 } = {}): Promise<void> {
  const { pool } = reacting
  const before = await headOf(pool)
  const shortages = [{ sku, wanted: 2, available: 0 }]
  const events = Array.from({ length: count }, () => {
    const orderId = `o${String(++orders)}`
    return { stream: `order-${orderId}`, event: orderRejected(orderId, { shortages }) } as const
  })
  for (let first = 0; first < count; first += 5_000) await appendEvents(pool, events.slice(first, first + 5_000))
  await pool.query('update log.events set recorded_at = to_timestamp($1 / 1000.0) where position > $2', [at, before])
}

/** Lets the reactor read and do all that there is, and ends its process. */
async function work(limit = 3): Promise<void> {
  const worker = await reacting.react({}, { reactors: [stockOuts({ limit })] })
  await eventually(async () => {
    const { lagEvents, due } = await reacting.state('stock-outs')
    return lagEvents === 0 && due === 0
  })
  await worker.stop()
}

async function advices(): Promise<readonly Pick<RestockAdvised, 'sku' | 'refusedOrders' | 'refusedUnits' | 'from'>[]> {
  const { rows } = await reacting.pool.query<{ stream: string; data: Buffer }>(
    `select stream, data from log.events where type = 'RestockAdvised' order by position`,
  )
  return rows.map(({ stream, data }) => {
    const { sku, refusedOrders, refusedUnits, from, to } = decode('RestockAdvised', 1, data) as RestockAdvised
    expect([stream, to]).toEqual([`inventory-${sku}`, from + HOUR])
    return { sku, refusedOrders, refusedUnits, from }
  })
}

const first = (refusedOrders: number, from = hour, sku = 'A1') => ({
  ...{ sku, refusedOrders, refusedUnits: 2 * refusedOrders, from },
})

test('it is advised for at the first refusal beyond the limit, caused by that refusal, once in each hour', async () => {
  await refuse(3)
  await work()
  expect(await advices()).toEqual([])
  await refuse(40)
  await refuse(9, { sku: 'B1', at: hour + HOUR })
  await work()
  await refuse(9)
  await work()
  expect(await advices()).toEqual([first(4), first(4, hour + HOUR, 'B1')])
  const { rows } = await reacting.pool.query<{ streams: string[] }>(
    `select array_agg(cause.stream order by advice.position) as streams from log.events advice
    join log.events cause on cause.id = advice.causation_id where advice.type = 'RestockAdvised'`,
  )
  expect(rows[0]?.streams).toHaveLength(2)
  expect(await breaches(reacting.pool)).toEqual([])
})

test('sums outlive the process, and are not counted twice', async () => {
  await refuse(2)
  await work()
  await refuse(1)
  await work()
  expect(await advices()).toEqual([])
  await refuse(1)
  await work()
  await work()
  expect(await advices()).toEqual([first(4)])
})

test('what was refused before the reactor first ran is counted, and advised for by the next refusal alone', async () => {
  await refuse(50, { at: hour - 1 })
  await refuse(7)
  await reacting.pool.query(
    `update log.checkpoints set position = (select position from log.log_head) where reader = 'reactor stock-outs'`,
  )
  await work()
  expect(await advices()).toEqual([])
  await refuse(2)
  await work()
  expect(await advices()).toEqual([first(8)])
})

test('in a log that was made from a dump nothing is advised for twice', async () => {
  await refuse(7)
  await appendEvents(reacting.pool, [{ stream: 'inventory-A1', event: restockAdvised('A1', 4, 8, hour + HOUR) }])
  await reacting.pool.query(
    `update log.checkpoints set position = (select position from log.log_head) where reader = 'reactor stock-outs'`,
  )
  await reacting.pool.query('update log.identity set id = gen_random_uuid(), restored_at = clock_timestamp()')
  await refuse(7)
  await work()
  expect(await advices()).toEqual([first(4)])
  expect((await reacting.state('stock-outs')).state).not.toBe('paused')
})

test('a product that nobody listed is advised for by nobody', async () => {
  await refuse(9, { sku: 'gone' })
  await work()
  expect(await advices()).toEqual([])
  expect(await reacting.state('stock-outs')).toMatchObject({ due: 0, parkedCount: 0 })
})

test('a flood of refusals becomes one row to act upon, and one sum', async () => {
  await refuse(20_000)
  await work()
  expect(await advices()).toEqual([first(4)])
  const { rows } = await reacting.pool.query('select times::int, units::int, passed from log.tallies')
  expect(rows).toMatchObject([{ times: 20_000, units: 40_000, passed: true }])
})
