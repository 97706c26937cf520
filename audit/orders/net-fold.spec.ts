import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NOON, orderCancelled, orderConfirmed, orderLine, orderReturned } from '../../domain/test-events.ts'
import { MemoryTables } from '../../projections/memory-tables.ts'
import { choices, interleave, projected, shop } from '../../projections/test-kit.ts'
import { breakdownsTable, hourlyTable, sales } from '../../projections/views/sales.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { NetFold, type NetRow } from './net-fold.ts'

interface Rows {
  readonly fold: NetFold
  readonly allTime: readonly NetRow[]
  readonly hourly: readonly NetRow[]
}

/** The rows that the projection makes of events, and the second opinion on them. */
function rowsOf(log: readonly { readonly event: DomainEvent; readonly recordedAt: number }[]): Rows {
  const tables = new MemoryTables()
  const fold = new NetFold()
  for (const { event, recordedAt } of log) {
    const place = { stream: 'order-o', version: 1, position: 1 }
    if (sales.handles.includes(event.type)) sales.apply({ event, recordedAt, ...place }, tables)
    fold.see(event, recordedAt)
  }
  const netOf = (table: Parameters<MemoryTables['rows']>[0]): readonly NetRow[] =>
    [...tables.rows(table)].map(([key, { net }]) => ({ key: String(key), net: BigInt(net ?? 0) }))
  return { fold, allTime: netOf(breakdownsTable), hourly: netOf(hourlyTable) }
}

const lines = [orderLine('A1', 2, { category: 'phones' }), orderLine('B2', 1, { category: 'books' })]
const cut = (events: readonly DomainEvent[]) =>
  events.map((event, hour) => ({ event, recordedAt: NOON + hour * 3_600_000 }))
const sold = cut([
  orderConfirmed('o1', lines),
  orderConfirmed('o2', lines),
  orderCancelled('o2', lines, { from: 'confirmed' }),
  orderReturned('o1', lines.slice(1)),
])

describe('the second formula for net', () => {
  test('agrees with the rows of every shop, whatever became of its orders', () => {
    fc.assert(
      fc.property(shop, choices, (streams, chosen) => {
        const { fold, allTime, hourly } = rowsOf(projected(interleave(streams, chosen)))
        expect([fold.breach(allTime, 'all-time'), fold.breach(hourly, 'hourly'), fold.contradiction()]).toEqual([
          ...[null, null, null],
        ])
      }),
      { numRuns: 60 },
    )
  })

  test('agrees where orders were cancelled and came back', () => {
    const { fold, allTime, hourly } = rowsOf(sold)
    expect([fold.breach(allTime, 'all-time'), fold.breach(hourly, 'hourly')]).toEqual([null, null])
    expect(allTime.find(({ key }) => key === 'sku:A1')?.net).toBe(2_000n)
  })
})

describe('planted breaches', () => {
  test.each(['hour:2025-11-28T12', 'region:north', 'tier:standard', 'category:phones', 'sku:B2'])(
    'a wrong net of %s is found',
    (planted) => {
      const { fold, allTime } = rowsOf(sold)
      const rows = allTime.map(({ key, net }) => ({ key, net: key === planted ? net + 1n : net }))
      expect(fold.breach(rows, 'all-time')).toMatch(
        new RegExp(`^net of ${planted.split(':')[0] ?? ''} is -?\\d+ in a row`),
      )
    },
  )

  test('a wrong net of an hour of a region is found', () => {
    const { fold, hourly } = rowsOf(sold)
    const rows = hourly.map(({ key, net }) => ({ key, net: key.startsWith('region:2025-11-28T14') ? 0n : net }))
    expect(fold.breach(rows, 'hourly')).toMatch(/^net of region is 0 in a row, and -\d+ by the orders$/)
  })

  test('a row that is missing is found, and one of nothing', () => {
    const { fold, allTime } = rowsOf(sold)
    expect(
      fold.breach(
        allTime.filter(({ key }) => key !== 'category:phones'),
        'all-time',
      ),
    ).toBe('net of category is missing a row')
    expect(fold.breach([...allTime, { key: 'region:nowhere', net: 5n }], 'all-time')).toBe(
      'net of region is 5 in a row, and 0 by the orders',
    )
  })

  test('an order whose total is not that of its lines is found, whatever the rows say', () => {
    const event = { ...orderConfirmed('o1', lines), total: { amount: 1, currency: 'EUR' } }
    expect(rowsOf(cut([event])).fold.contradiction()).toMatch(/^net by region comes to 1, by category to \d+$/)
  })
})
