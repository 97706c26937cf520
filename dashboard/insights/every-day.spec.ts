import { expect, test } from 'vitest'
import { everyDay, type BusinessDay } from './every-day.ts'

const of = (day: string, orders: number): BusinessDay => {
  const money = { amount: orders * 100, currency: 'EUR' }
  return { day, orders, gmv: money, net: money, averageOrder: money, refused: 0, refunds: 0 }
}

test('days without anything are zeros in the currency of the shop, oldest first', () => {
  const days = everyDay([of('2026-12-02', 3), of('2026-11-24', 1)])
  expect(days.map(({ day, orders }) => [day, orders])).toEqual([
    ['2026-11-24', 1],
    ...[25, 26, 27, 28, 29, 30].map((date) => [`2026-11-${String(date)}`, 0]),
    ['2026-12-01', 0],
    ['2026-12-02', 3],
  ])
  expect(days[1]?.net).toEqual({ amount: 0, currency: 'EUR' })
})

test('one day is drawn with the six before it, none is drawn as nothing', () => {
  expect(everyDay([of('2026-12-02', 3)]).map(({ day }) => day)).toHaveLength(7)
  expect(everyDay([])).toEqual([])
})
