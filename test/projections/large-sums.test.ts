/** Sums of what may be ordered at most: the live rows, a fold of the log, a replay and what is answered agree to the unit. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { customerRegistered, eur, orderLine, orderPlaced } from '../../domain/test-events.ts'
import { totalOf } from '../../domain/values.ts'
import type { Addressed } from '../../domain/decision.ts'
import type { OrderLine } from '../../schemas/events.ts'
import { appendEvents } from '../support/append-events.ts'
import { breachesOf, ofOrder, openProjecting, type Projecting } from './projecting.ts'
import { finished, start } from './replaying.ts'

const MOST = Number.MAX_SAFE_INTEGER

let projecting: Projecting
let orders = 0
const ordered = { orders: 0, units: 0, gmv: 0n }

beforeAll(async () => {
  projecting = await openProjecting()
  await appendEvents(projecting.pool, [{ stream: 'customer-c1', event: customerRegistered('c1') }])
  await projecting.project()
  projecting.replay()
})

afterAll(async () => {
  await projecting[Symbol.asyncDispose]()
})

function order(lines: readonly OrderLine[]): readonly Addressed[] {
  const total = totalOf(lines)
  if (total === null) return []
  ordered.orders += 1
  ordered.units += lines.reduce((sum, { quantity }) => sum + quantity, 0)
  ordered.gmv += BigInt(total.amount)
  orders += 1
  return ofOrder(`o${String(orders)}`, orderPlaced(`o${String(orders)}`, lines))
}

const priced = (amount: number) => [orderLine('A1', 1, { unitPrice: eur(amount) })]

/** Appends in batches, so that rows are made by folding, by adding to a row, and by both. */
async function place(...batches: readonly (readonly Addressed[])[]): Promise<void> {
  for (const batch of batches) {
    if (batch.length > 0) await projecting.shown(await appendEvents(projecting.pool, batch))
  }
}

async function expectAgreement(): Promise<void> {
  const { sales, customers } = projecting.views
  const gmv = { amount: ordered.gmv > MOST ? String(ordered.gmv) : Number(ordered.gmv), currency: 'EUR' }
  expect(await sales.totals()).toMatchObject({ units: ordered.units, gmv, orders: { placed: ordered.orders } })
  expect((await sales.live()).gmv).toEqual(gmv)
  expect((await sales.tiers()).items).toMatchObject([{ units: ordered.units, gmv }])
  expect((await customers.get('c1')).item).toMatchObject({ orders: ordered.orders, spent: gmv })
  expect(await breachesOf(projecting)).toEqual([])
  const replays = await Promise.all(['sales', 'customers'].map((name) => start(projecting, name)))
  for (const replay of replays) {
    expect(await finished(projecting, replay)).toMatchObject({ state: 'switched', differences: { count: 0 } })
  }
  expect((await sales.totals()).gmv).toEqual(gmv)
}

test('two orders of 5,000,000,000,000,000 each', async () => {
  await place([...order(priced(5e15)), ...order(priced(5e15))])
  await expectAgreement()
})

test('1,025 orders of 2^53 - 1 each: more than a bigint of the database holds', async () => {
  const most = Array.from({ length: 1_025 }, () => order(priced(MOST)))
  await place(most.slice(0, 24).flat(), ...most.slice(24, 26), most.slice(26).flat())
  await expectAgreement()
  expect(ordered.gmv).toBeGreaterThan(2n ** 63n)
})

test('orders of any prices, quantities and counts, however they come in', async () => {
  const quantity = fc.oneof(fc.constantFrom(1, 10_000), fc.integer({ min: 1, max: 10_000 }))
  const price = fc.oneof(fc.constantFrom(0, 1, MOST, Math.floor(MOST / 10_000)), fc.maxSafeNat())
  const line = fc
    .tuple(fc.constantFrom('A1', 'B2'), quantity, price)
    .map(([sku, units, amount]) => orderLine(sku, units, { unitPrice: eur(amount) }))
  const batch = fc.array(fc.array(line, { minLength: 1, maxLength: 2 }), { maxLength: 100 })
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 3 }), async (batches) => {
      await place(...batches.map((each) => each.flatMap(order)))
      await expectAgreement()
    }),
    { numRuns: 3 },
  )
})

test('a difference of one unit is found and shown to the unit', async () => {
  const { pool, views } = projecting
  const { rows } = await pool.query<{ generation: number; gmv: string }>(
    `select live_generation as generation from views.projections where name = 'sales'`,
  )
  const table = `views.sales_breakdowns_g${String(rows[0]?.generation)}`
  await pool.query(`update ${table} set gmv = gmv + 1 where by_value like 'tier:%'`)
  expect((await views.sales.tiers()).items[0]?.gmv.amount).toBe(String(ordered.gmv + 1n))
  const replay = await finished(projecting, await start(projecting, 'sales', { check: true }))
  expect(replay.differences?.samples).toMatchObject([
    { columns: [{ column: 'gmv', live: String(ordered.gmv + 1n), rebuilt: String(ordered.gmv) }] },
  ])
  expect(await breachesOf(projecting)).toMatchObject([['sales', expect.stringContaining(String(ordered.gmv))]])
})
