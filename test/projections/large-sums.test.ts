/** Sums of what may be ordered at most: the live rows, a fold of the log, a replay and what is answered agree to the unit. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  customerRegistered,
  eur,
  orderConfirmed,
  orderLine,
  orderPlaced,
  orderReturned,
  paymentCaptured,
  paymentDeclined,
  paymentRefunded,
  paymentRequested,
  refundRequested,
} from '../../domain/test-events.ts'
import { totalOf } from '../../domain/values.ts'
import type { Addressed } from '../../domain/decision.ts'
import type { DomainEvent, OrderLine } from '../../schemas/events.ts'
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

/** As it is answered: a number where one holds it, else its digits. */
function sumOf(amount: bigint) {
  const exact = amount <= MOST && amount >= -MOST
  return { amount: exact ? Number(amount) : String(amount), currency: 'EUR' }
}

async function expectAgreement(): Promise<void> {
  const { sales, customers } = projecting.views
  const gmv = sumOf(ordered.gmv)
  expect(await sales.totals()).toMatchObject({ units: ordered.units, gmv, orders: { placed: ordered.orders } })
  expect((await sales.live()).gmv).toEqual(gmv)
  expect((await sales.tiers()).items).toMatchObject([{ units: ordered.units, gmv }])
  expect((await customers.get('c1')).item).toMatchObject({ orders: ordered.orders, spent: gmv })
  await expectReplayed('sales', 'customers')
  expect((await sales.totals()).gmv).toEqual(gmv)
}

async function expectReplayed(...names: readonly string[]): Promise<void> {
  expect(await breachesOf(projecting)).toEqual([])
  const replays = await Promise.all(names.map((name) => start(projecting, name)))
  for (const replay of replays) {
    expect(await finished(projecting, replay)).toMatchObject({ state: 'switched', differences: { count: 0 } })
  }
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

test('what is paid, declined, refunded and given back, up to sums far below zero', async () => {
  const { views } = projecting
  const { sales, business } = views
  const lines = priced(MOST)
  const most = (times: number) => sumOf(BigInt(MOST) * BigInt(times))
  const made = { net: 0, revenue: 0, captured: 0, refunded: 0, declined: 0 }
  const expectFigures = async () => {
    const totals = await sales.totals()
    expect(totals).toMatchObject({
      revenue: most(made.revenue),
      refunds: { count: made.refunded, amount: most(made.refunded) },
      payments: {
        byMethod: expect.arrayContaining([
          expect.objectContaining({ outcome: 'captured', amount: most(made.captured) }),
          expect.objectContaining({ outcome: 'declined', amount: most(made.declined) }),
        ]) as object,
      },
    })
    expect((await sales.live()).revenue).toEqual(most(made.revenue))
    expect((await sales.regions()).items).toMatchObject([{ net: most(made.net) }])
    expect((await sales.regions({ from: 0, to: null })).items).toMatchObject([{ net: most(made.net) }])
    const days = await business.days('2000-01-01', '2100-01-01')
    expect(days.items.reduce((sum, { net }) => sum + BigInt(net.amount), 0n)).toBe(BigInt(most(made.net).amount))
    expect((await views.orders.get(id)).item?.payment).toMatchObject({
      ...{ captured: most(made.captured), refunded: most(made.refunded), underWay: most(0) },
    })
    await expectReplayed('sales', 'orders')
  }
  await place(order(lines))
  const id = `o${String(orders)}`
  const ofMoney = (...events: readonly DomainEvent[]) =>
    events.map((event): Addressed => ({ stream: `payment-${id}`, event }))
  // More than one row of the database can hold as a bigint: in one batch, then one by one.
  const paid = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => [
      ...ofOrder(id, orderConfirmed(id, lines)),
      ...ofMoney(paymentRequested(id, from + index, MOST), paymentDeclined(id, from + index, MOST)),
      ...ofMoney(paymentCaptured(id, from + index, MOST)),
    ]).flat()
  await place(paid(1, 1_030), paid(1_031, 1), paid(1_032, 1))
  Object.assign(made, { net: 1_032, revenue: 1_032, captured: 1_032, declined: 1_032 })
  await expectFigures()
  const givenBack = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => [
      ...ofOrder(id, orderReturned(id, lines)),
      ...ofMoney(refundRequested(id, from + index, MOST), paymentRefunded(id, from + index, MOST)),
    ]).flat()
  await place(givenBack(1, 1_032), givenBack(1_033, 1), givenBack(1_034, 1_031), givenBack(2_065, 1))
  Object.assign(made, { net: -1_033, revenue: -1_033, refunded: 2_065 })
  await expectFigures()
  expect(BigInt(most(made.net).amount)).toBeLessThan(-(2n ** 63n))
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
