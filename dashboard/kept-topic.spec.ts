import { describe, expect, test } from 'vitest'
import { KeptTopic } from './kept-topic.ts'
import type { LiveFrame } from './live.ts'

function frame(
  type: LiveFrame['type'],
  to: number,
  items: readonly object[],
  more: Partial<LiveFrame> = {},
): LiveFrame {
  return { type, topic: 'orders', from: null, to, asOf: null, at: '', items, ...more }
}

const order = (first: number, status = 'placed') => ({ orderId: `o${String(first)}`, first, status })
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('what a page keeps', () => {
  test('is each row once, as it was last told, newest first', () => {
    const kept = new KeptTopic('orders')
    kept.take(frame('snapshot', 5, [order(5), order(3)], { next: 'Mw', counts: { placed: 2 } }))
    kept.take(frame('change', 7, [order(3, 'confirmed'), order(7)]))
    const { items, to, hasOlder, counts } = kept.told()
    expect(items).toEqual([order(7), order(5), order(3, 'confirmed')])
    expect({ to, hasOlder, counts }).toEqual({ to: 7, hasOlder: true, counts: { placed: 2 } })
  })

  test('is forgotten at a snapshot', () => {
    const kept = new KeptTopic('orders')
    kept.take(frame('snapshot', 5, [order(5)], { next: 'Mw' }))
    kept.take(frame('snapshot', 2, [order(2)], { next: null }))
    expect(kept.told()).toMatchObject({ items: [order(2)], to: 2, hasOlder: false })
  })

  test('is at most 200 rows: an old one that changes does not come back', () => {
    const kept = new KeptTopic('orders')
    kept.take(frame('snapshot', 0, [], { next: null }))
    for (const first of numbers(1, 1_000)) kept.take(frame('change', first, [order(first)]))
    kept.take(frame('change', 1_001, [order(1, 'confirmed')]))
    const { items, hasOlder } = kept.told()
    expect(items).toEqual(
      numbers(801, 1_000)
        .reverse()
        .map((first) => order(first)),
    )
    expect(hasOlder).toBe(true)
  })

  test('is at most 1,000 entries', () => {
    const kept = new KeptTopic('activity')
    for (const position of numbers(1, 1_500)) kept.take(frame('change', position, [{ position }]))
    const { items } = kept.told()
    expect(items).toHaveLength(1_000)
    expect(items.at(0)).toEqual({ position: 1_500 })
  })

  test('is at most 200 rows of each kind of sales: those of which nothing was heard for longest go', () => {
    const kept = new KeptTopic('sales')
    kept.take(
      frame('snapshot', 1, [
        { by: 'total', orders: 1 },
        { by: 'tier', tier: 'vip', orders: 1 },
      ]),
    )
    for (const n of numbers(1, 250)) kept.take(frame('change', n, [{ by: 'sku', sku: `s${String(n)}`, orders: n }]))
    kept.take(frame('change', 300, [{ by: 'total', orders: 9 }]))
    const { items } = kept.told()
    expect(items).toHaveLength(202)
    expect(items).toContainEqual({ by: 'total', orders: 9 })
    expect(items).toContainEqual({ by: 'tier', tier: 'vip', orders: 1 })
    expect(items).not.toContainEqual({ by: 'sku', sku: 's50', orders: 50 })
  })

  test('tells of a change what was before it; a snapshot is no news', () => {
    const kept = new KeptTopic('orders')
    expect(kept.take(frame('snapshot', 5, [order(5)]))).toEqual([])
    expect(kept.take(frame('change', 6, [order(5, 'confirmed'), order(6)]))).toEqual([
      { item: order(5, 'confirmed'), before: order(5) },
      { item: order(6), before: null },
    ])
  })

  test('moves on with a ping, never back', () => {
    const kept = new KeptTopic('orders')
    kept.take(frame('snapshot', 5, []))
    kept.moved(9, 'then')
    kept.moved(7, 'before')
    expect(kept.told()).toMatchObject({ to: 9, asOf: 'then' })
  })
})
