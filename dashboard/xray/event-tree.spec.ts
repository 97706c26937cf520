import { expect, test } from 'vitest'
import { stockOf, treeOf, type Caused, type TimelineItem } from './event-tree.ts'

function item(position: number, causationId: string | null, more: Partial<TimelineItem> = {}): TimelineItem {
  const about = { stream: 'order-o1', type: 'OrderPlaced', recordedAt: '2026-12-01T10:00:00.000Z', schemaVersion: 1 }
  return { ...about, position, id: String(position), causationId, sincePreviousMs: 0, data: {}, ...more }
}

const drawn = (nodes: readonly Caused[]): object =>
  nodes.map(({ event, effects }) => (effects.length === 0 ? event.position : [event.position, drawn(effects)]))

test('events stand under their causes, in the order of the log; those of unknown causes stand alone', () => {
  const items = [item(1, null), item(2, '1'), item(5, 'elsewhere'), item(7, '2'), item(8, '1'), item(9, '9')]
  expect(drawn(treeOf(items))).toEqual([[1, [[2, [7]], 8]], 5, 9])
})

test('two events that name each other as cause are shown once each', () => {
  expect(drawn(treeOf([item(1, '2'), item(2, '1')]))).toEqual([[1, [2]]])
})

test('what is reserved, shipped and returned is by product', () => {
  const moved = (type: string, sku: string, quantity: number) =>
    item(1, null, { type, stream: `inventory-${sku}`, data: { quantity } })
  const stock = stockOf([
    ...[moved('StockReserved', 'A-1', 3), moved('StockReserved', 'B', 1), moved('StockShipped', 'A-1', 3)],
    ...[moved('StockReturned', 'A-1', 2), moved('StockReleased', 'B', 1), moved('RestockAdvised', 'B', 9)],
  ])
  expect([...stock]).toEqual([
    ['A-1', { reserved: 0, shipped: 3, returned: 2 }],
    ['B', { reserved: 0, shipped: 0, returned: 0 }],
  ])
})
