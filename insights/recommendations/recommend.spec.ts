import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryTables } from '../../projections/memory-tables.ts'
import { keyValues } from '../../projections/row-key.ts'
import { boughtTable, together, togetherTable } from '../../projections/insights/together.ts'
import { NOON, orderConfirmed, orderLine } from '../../domain/test-events.ts'
import { Learning, nearness, NEIGHBOURS, type Learnt } from './neighbours.ts'
import { boughtTogether, popular } from './recommend.ts'

const DAY = 86_400_000

interface Basket {
  readonly skus: readonly string[]
  readonly placedAt?: number
}

function rowsOf(baskets: readonly Basket[]): MemoryTables {
  const rows = new MemoryTables()
  for (const [index, { skus, placedAt = NOON }] of baskets.entries()) {
    const lines = skus.map((sku) => orderLine(sku, 1))
    const event = { ...orderConfirmed(`o${String(index)}`, lines), placedAt }
    together.apply({ event, position: index + 1, stream: 'order-o', version: 2, recordedAt: NOON }, rows)
  }
  return rows
}

function learntOf(baskets: readonly Basket[]): Learnt {
  const rows = rowsOf(baskets)
  const bought = new Map<string, number>()
  for (const [key, { baskets: count }] of rows.rows(boughtTable)) {
    const sku = String(keyValues(boughtTable, key)[1])
    bought.set(sku, (bought.get(sku) ?? 0) + Number(count))
  }
  const learning = new Learning(bought)
  for (const [key, { baskets: count }] of rows.rows(togetherTable)) {
    const [, low, high] = keyValues(togetherTable, key).map(String)
    learning.see({ low: low ?? '', high: high ?? '', baskets: Number(count) })
  }
  return finished(learning)
}

function finished(learning: Learning): Learnt {
  const steps = learning.finish()
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value
}

const times = (count: number, ...skus: string[]): Basket[] => Array.from({ length: count }, () => ({ skus }))

test('what was bought together is offered, with its reason in numbers', () => {
  const learnt = learntOf([...times(3, 'A', 'B'), ...times(5, 'A', 'C'), ...times(2, 'B')])
  const score = nearness(5, 8, 5)
  expect(boughtTogether(learnt, ['A'])).toEqual([
    { sku: 'C', score, why: { rule: 'boughtTogether', sku: 'A', together: 5, of: 8 } },
    { sku: 'B', score: nearness(3, 8, 5), why: { rule: 'boughtTogether', sku: 'A', together: 3, of: 8 } },
  ])
  expect(score).toBeCloseTo((5 / Math.sqrt(40)) * 0.5, 12)
})

test('a score is the sum over the basket, and the reason is what speaks most', () => {
  const learnt = learntOf([...times(4, 'A', 'C'), ...times(9, 'B', 'C'), ...times(3, 'A')])
  const [offered] = boughtTogether(learnt, ['A', 'B'])
  expect(offered?.score).toBeCloseTo(nearness(4, 7, 13) + nearness(9, 9, 13), 12)
  expect(offered?.why).toEqual({ rule: 'boughtTogether', sku: 'B', together: 9, of: 9 })
})

test('nothing of the basket is offered, and a product that nobody knows is passed over', () => {
  const learnt = learntOf([...times(3, 'A', 'B'), ...times(3, 'B', 'C')])
  expect(boughtTogether(learnt, ['A', 'nobody', 'B', 'A']).map(({ sku }) => sku)).toEqual(['C'])
})

test('a pair that was seen once is no evidence', () => {
  const learnt = learntOf([...times(1, 'A', 'B'), ...times(2, 'A', 'C')])
  expect(boughtTogether(learnt, ['A']).map(({ sku }) => sku)).toEqual(['C'])
})

test('the first 20 products of an order count, each once', () => {
  const skus = Array.from({ length: 25 }, (_, index) => `S${String(index).padStart(2, '0')}`)
  const rows = rowsOf([{ skus: ['S00', ...skus] }])
  expect(rows.rows(togetherTable).size).toBe((20 * 19) / 2)
  expect([...rows.rows(boughtTable)].map(([key]) => keyValues(boughtTable, key)[1])).toEqual(skus.slice(0, 20))
})

test('the newest 13 epochs of four weeks count', () => {
  const baskets = Array.from({ length: 14 }, (_, epoch) => ({ skus: ['A', 'B'], placedAt: NOON + epoch * 28 * DAY }))
  expect(learntOf(baskets).bought.get('A')).toBe(13)
})

test('ties are in the order of popularity, then of SKUs', () => {
  const learnt = learntOf([...times(2, 'A', 'D'), ...times(2, 'A', 'C'), ...times(2, 'A', 'B')])
  expect(boughtTogether(learnt, ['A']).map(({ sku }) => sku)).toEqual(['B', 'C', 'D'])
  expect([...popular(learnt, new Set(['A']))].map(({ sku }) => sku)).toEqual(['B', 'C', 'D'])
})

test('of each product the nearest 50 count', () => {
  const near = Array.from({ length: 60 }, (_, index) => `N${String(index).padStart(2, '0')}`)
  const learnt = learntOf(near.flatMap((sku, index) => times(2 + index, 'A', sku)))
  expect(learnt.neighbours.get('A')).toHaveLength(NEIGHBOURS)
  expect(learnt.neighbours.get('A')?.[0]?.sku).toBe('N59')
})

test('law 6: the order of orders changes nothing', () => {
  const basket = fc.array(fc.constantFrom('A', 'B', 'C', 'D', 'E'), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(fc.array(basket, { maxLength: 20 }), (baskets) => {
      const orders = baskets.map((skus) => ({ skus }))
      expect(boughtTogether(learntOf([...orders].reverse()), ['A'])).toEqual(boughtTogether(learntOf(orders), ['A']))
    }),
  )
})
