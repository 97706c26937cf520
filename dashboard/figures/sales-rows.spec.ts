import { expect, test } from 'vitest'
import { hoursOf, methodsOf, totalsOf } from './sales-rows.ts'

const eur = (amount: number) => ({ amount, currency: 'EUR' })
const hour = (at: string, orders: number) => ({
  by: 'hour',
  hour: `2026-12-01T${at}:00:00.000Z`,
  orders,
  units: orders,
  gmv: eur(1),
})

test('the totals are the row of all', () => {
  expect(totalsOf([hour('10', 1)])).toBeNull()
  expect(totalsOf([hour('10', 1), { by: 'total' }])).toEqual({ by: 'total' })
})

test('hours in which nothing happened stand between those told of, whatever their order, up to the one that runs', () => {
  const hours = hoursOf([hour('22', 3), { by: 'total' }, hour('20', 2)], '2026-12-01T23:59:00Z')
  expect(hours).toHaveLength(12)
  expect(hours.slice(-4).map(({ orders }) => orders)).toEqual([2, 0, 3, 0])
  expect(hours.at(-1)).toMatchObject({ hour: '2026-12-01T23:00:00.000Z', gmv: eur(0) })
})

test('they end with the last of them where that was days ago, and are at most 48', () => {
  const [first, last] = [hour('00', 1), { ...hour('10', 2), hour: '2026-12-04T10:00:00Z' }]
  expect(hoursOf([first, last], '2026-12-31T00:00:00Z')).toHaveLength(48)
  expect(hoursOf([first, last], '2026-12-31T00:00:00Z').at(-1)?.orders).toBe(2)
  expect(hoursOf([], null)).toEqual([])
})

test('methods stand by name, whichever was told of last', () => {
  const method = (name: string) => ({ by: 'method', method: name, captured: 1, declined: 0, amount: eur(1) })
  expect(methodsOf([method('paypal'), { by: 'total' }, method('card')]).map((one) => one.method)).toEqual([
    'card',
    'paypal',
  ])
})
