import { expect, test } from 'vitest'
import {
  demandRecorded,
  NOON,
  orderCancelled,
  orderExpired,
  orderLine,
  orderPlaced,
  orderRejected,
  productListed,
  stockAdjusted,
  stockReceived,
  stockReleased,
  stockReserved,
  stockReturned,
  stockShipped,
} from '../../domain/test-events.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { MemoryTables } from '../memory-tables.ts'
import { toKey } from '../row-key.ts'
import { demand, demandRecordsTable, demandShopTable, demandStockTable, demandTable } from './demand.ts'

const DAY_MS = 86_400_000
const TODAY = Math.floor(NOON / DAY_MS)

/** Each event is recorded a number of days after noon of today. */
function rowsOf(...events: readonly (readonly [DomainEvent, number])[]) {
  const rows = new MemoryTables()
  for (const [index, [event, after]] of events.entries()) {
    const recordedAt = NOON + after * DAY_MS
    if (!demand.handles.includes(event.type)) throw new Error(`${event.type} is not handled`)
    demand.apply({ event, position: index + 1, stream: 'any-a', version: 1, recordedAt }, rows)
  }
  return {
    of: (sku: string, day: number) => rows.rows(demandTable).get(toKey([sku, day])) ?? null,
    shop: (day: number) => rows.rows(demandShopTable).get(day) ?? null,
    stock: (sku: string) => rows.rows(demandStockTable).get(sku) ?? null,
    records: () => rows.rows(demandRecordsTable).get('all') ?? null,
  }
}

const lines = [orderLine('A1', 2), orderLine('B2', 1), orderLine('A1', 3)]

test('an order counts on the day on which it was placed, however late that is recorded', () => {
  const rows = rowsOf([orderPlaced('o1', lines), 1])
  expect(rows.of('A1', TODAY)).toMatchObject({ placed: 5n, released: 0n, imported: null })
  expect(rows.of('B2', TODAY)).toMatchObject({ placed: 1n })
  expect(rows.shop(TODAY)).toMatchObject({ placed: 6n, released: 0n })
})

test('one that expires or is cancelled is taken back on that day', () => {
  const rows = rowsOf(
    [orderPlaced('o1', lines), 0],
    [orderExpired('o1', lines), 2],
    [orderPlaced('o2', lines), 0],
    [orderCancelled('o2', lines, { from: 'confirmed' }), 3],
  )
  expect(rows.of('A1', TODAY)).toMatchObject({ placed: 10n, released: 10n })
  expect(rows.shop(TODAY)).toMatchObject({ placed: 12n, released: 12n })
  expect(rows.of('A1', TODAY + 2)).toBe(null)
})

test('what a refused order lacked counts on the day of the refusal, and not in the shop', () => {
  const rows = rowsOf([orderRejected('o1', { shortages: [{ sku: 'A1', wanted: 9, available: 1 }] }), 1])
  expect(rows.of('A1', TODAY + 1)).toMatchObject({ lost: 9n, placed: 0n })
  expect(rows.shop(TODAY + 1)).toBe(null)
})

test('what is available changes by receipts, corrections, reservations and what can be sold again, never by what is shipped', () => {
  const rows = rowsOf(
    [productListed('A1'), 0],
    [stockReceived('A1', 10), 0],
    [stockReserved('A1', 'o1', 4), 0],
    [stockAdjusted('A1', -1), 1],
    [stockShipped('A1', 'o1', 3), 1],
    [stockReleased('A1', 'o1', 1), 2],
    [stockReturned('A1', 'o1', 2), 3],
    [stockReturned('A1', 'o1', 1, false), 4],
  )
  expect([0, 1, 2, 3].map((after) => rows.of('A1', TODAY + after)?.['change'])).toEqual([6n, -1n, 1n, 2n])
  expect(rows.of('A1', TODAY + 4)).toBe(null)
  expect(rows.stock('A1')).toEqual({ on_hand: 8n, reserved: 0n })
})

test('recorded days of before are kept beside, and corrected by what stood before', () => {
  const first = demandRecorded('A1', '2025-11-01', [3, 0, 5])
  const again = demandRecorded('A1', '2025-11-03', [6, 7], { replaced: [{ units: 5, orders: 5 }, null] })
  const rows = rowsOf([first, 0], [demandRecorded('B2', '2025-11-01', [1, 1, 1]), 0], [again, 0])
  const day = Date.parse('2025-11-01') / DAY_MS
  expect([0, 1, 2, 3].map((after) => rows.of('A1', day + after)?.['imported'])).toEqual([3, 0, 6, 7])
  expect([0, 1, 2, 3].map((after) => rows.shop(day + after))).toEqual([
    { placed: 0n, released: 0n, imported: 4n, imported_products: 2n },
    { placed: 0n, released: 0n, imported: 1n, imported_products: 2n },
    { placed: 0n, released: 0n, imported: 7n, imported_products: 2n },
    { placed: 0n, released: 0n, imported: 7n, imported_products: 1n },
  ])
  expect(rows.records()).toEqual({ records: 3n })
})
