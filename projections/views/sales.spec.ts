import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  deliveryDispatched,
  NOON,
  orderConfirmed,
  orderCancelled,
  orderLine,
  orderReturned,
} from '../../domain/test-events.ts'
import type { DomainEvent, OrderLine } from '../../schemas/events.ts'
import { foldBatch } from '../fold-batch.ts'
import { MemoryTables, type MemoryRow } from '../memory-tables.ts'
import type { Projected } from '../projection.ts'
import type { Key } from '../row-key.ts'
import { choices, interleave, projected, shop, type Stream } from '../test-kit.ts'
import { rowWrites } from '../write-rows.ts'
import { breakdownsTable, hourlyTable, sales } from './sales.ts'

function rowsOf(log: readonly Projected[]): MemoryTables {
  const rows = new MemoryTables()
  for (const event of log) if (sales.handles.includes(event.event.type)) sales.apply(event, rows)
  return rows
}

function netOf(rows: ReadonlyMap<Key, MemoryRow>): Readonly<Record<string, number>> {
  const nets = [...rows].map(([key, { net }]) => [String(key), Number(net ?? 0)] as const)
  return Object.fromEntries(nets.filter(([, net]) => net !== 0))
}

/** What an order is worth in the end: nothing unless it was confirmed and not cancelled, else what did not come back. */
function keptLines(events: Stream): readonly OrderLine[] {
  const of = (type: DomainEvent['type']) => events.filter(({ event }) => event.type === type)
  if (of('OrderConfirmed').length === 0 || of('OrderCancelled').length > 0) return []
  return events.flatMap(({ event }) => {
    if (event.type === 'OrderPlaced') return event.lines
    if (event.type !== 'OrderReturned') return []
    return event.lines.map((line) => ({ ...line, quantity: -line.quantity }))
  })
}

describe('net', () => {
  test('by region, tier, category and product is what confirmed orders are worth in the end', () => {
    fc.assert(
      fc.property(shop, choices, (streams, chosen) => {
        const expected: Record<string, number> = {}
        for (const events of streams) {
          const placed = events.map(({ event }) => event).find(({ type }) => type === 'OrderPlaced')
          if (placed?.type !== 'OrderPlaced') continue
          for (const { category, sku, quantity, unitPrice } of keptLines(events)) {
            for (const key of [
              ...[`region:${placed.region}`, `tier:${placed.tier}`, `category:${category}`],
              ...[`sku:${sku}`, 'hour:2025-11-28T12'],
            ]) {
              expected[key] = (expected[key] ?? 0) + quantity * unitPrice.amount
            }
          }
        }
        const rows = rowsOf(projected(interleave(streams, chosen)))
        const worth = Object.entries(expected).filter(([, net]) => net !== 0)
        expect(netOf(rows.rows(breakdownsTable))).toEqual(Object.fromEntries(worth))
      }),
      { numRuns: 60 },
    )
  })

  test('counts in the hour in which a step was recorded', () => {
    const lines = [orderLine('A1', 3)]
    const events = [
      orderConfirmed('o1', lines),
      orderReturned('o1', [orderLine('A1', 1)]),
      orderCancelled('o2', lines, { from: 'confirmed' }),
      // Never paid.
      orderCancelled('o3', lines, { from: 'placed' }),
    ]
    const log = events.map((event, hours) => ({
      ...{ event, stream: 'order-o', version: 1, position: 1 },
      recordedAt: NOON + hours * 3_600_000 + 1,
    }))
    expect(netOf(rowsOf(log).rows(breakdownsTable))).toMatchObject({
      'hour:2025-11-28T12': 3_000,
      'hour:2025-11-28T13': -1_000,
      'hour:2025-11-28T14': -3_000,
      'sku:A1': -1_000,
    })
    expect(netOf(rowsOf(log).rows(hourlyTable))).toMatchObject({ 'region:2025-11-28T13:north': -1_000 })
  })
})

test('the hours of a breakdown come to its rows', () => {
  fc.assert(
    fc.property(shop, choices, (streams, chosen) => {
      const rows = rowsOf(projected(interleave(streams, chosen)))
      const sums = new MemoryTables()
      for (const [key, row] of rows.rows(hourlyTable)) {
        const [by = '', , ...value] = String(key).split(':')
        const { orders, units, gmv, net, captured, declined, amount, declined_amount } = row as Record<string, bigint>
        const figures = { orders, units, gmv, net, captured, declined, amount, declined_amount }
        sums.add(breakdownsTable, `${by}:${value.join(':')}`, figures as Record<string, bigint>)
      }
      const kept = [...rows.rows(breakdownsTable)].filter(([key]) => !/^(hour|sku):/.test(String(key)))
      expect(new Map(sums.rows(breakdownsTable))).toEqual(new Map(kept))
    }),
    { numRuns: 60 },
  )
})

test('a batch is one statement for each table, whatever happened in it', () => {
  fc.assert(
    fc.property(shop, choices, (streams, chosen) => {
      const changes = foldBatch(sales, projected(interleave(streams, chosen)))
      for (const [table, changed] of changes)
        expect([table.name, rowWrites(table, 1, changed).length]).toEqual([table.name, 1])
    }),
    { numRuns: 30 },
  )
})

test('an order that is sent again was dispatched once', () => {
  const log = [1, 2].map((dispatch) => ({
    ...{ event: deliveryDispatched('o1', dispatch), stream: 'delivery-o1', version: dispatch, position: dispatch },
    recordedAt: NOON,
  }))
  expect(rowsOf(log).rows(breakdownsTable).get('stage:dispatched')?.['orders']).toBe(1n)
})
