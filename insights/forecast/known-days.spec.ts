import { expect, test } from 'vitest'
import type { ProductDay, ShopDay } from '../../projections/insights/demand-queries.ts'
import { productSeries, shopHistory } from './known-days.ts'

const TODAY = 100
const none = { placed: 0, released: 0, lost: 0, change: 0, imported: null }
const shopDay = (day: number, numbers: Partial<ShopDay>): ShopDay => ({
  ...{ day, placed: 0, released: 0, imported: 0, importedProducts: 0 },
  ...numbers,
})
const day = (at: number, numbers: Partial<ProductDay>): ProductDay => ({ day: at, ...none, ...numbers })
const product = (days: readonly ProductDay[], onHand = 10) => ({ days, onHand, reserved: 0 })
const pairs = ({ days, units }: { readonly days: readonly number[]; readonly units: readonly number[] }) =>
  days.map((at, index) => [at, units[index]])

test('the shop is known from its first order on, without what was taken back, and up to yesterday', () => {
  const rows = [shopDay(96, { placed: 5, released: 2 }), shopDay(98, { placed: 4 }), shopDay(100, { placed: 9 })]
  const { firstOwn, series } = shopHistory(rows, TODAY)
  expect(firstOwn).toBe(96)
  expect(pairs(series)).toEqual([
    [96, 3],
    [97, 0],
    [98, 4],
    [99, 0],
  ])
})

test('before its first order it is known where something was recorded; own days beat recorded ones', () => {
  const rows = [
    shopDay(93, { imported: 7, importedProducts: 2 }),
    shopDay(95, { imported: 0, importedProducts: 1 }),
    shopDay(97, { placed: 3, imported: 50, importedProducts: 1 }),
    shopDay(98, { imported: 50, importedProducts: 1 }),
  ]
  expect(pairs(shopHistory(rows, TODAY).series)).toEqual([
    [93, 7],
    [95, 0],
    [97, 3],
    [98, 0],
    [99, 0],
  ])
})

test('a day on which stock alone moved is no first order', () => {
  expect(shopHistory([shopDay(97, {})], TODAY)).toEqual({ firstOwn: null, series: { days: [], units: [] } })
})

test('demand of a product is what was placed and not taken back, and what was refused for want of it', () => {
  const rows = [day(97, { placed: 5, released: 1, change: -4 }), day(99, { lost: 3, placed: 1, change: -1 })]
  expect(pairs(productSeries(product(rows), { firstOwn: 97, today: TODAY }))).toEqual([
    [97, 4],
    [98, 0],
    [99, 4],
  ])
})

test('a day on which nothing could be bought and nobody asked is not known; a refusal makes it known', () => {
  // Sold out on day 96, refused on 97, nothing on 98, received on 99.
  const rows = [
    day(95, { change: 5 }),
    day(96, { placed: 5, change: -5 }),
    day(97, { lost: 2 }),
    day(99, { change: 8 }),
  ]
  expect(pairs(productSeries(product(rows, 8), { firstOwn: 90, today: TODAY }))).toEqual([
    [95, 0],
    [96, 5],
    [97, 2],
    [99, 0],
  ])
})

test('what moved today says what there was at the end of yesterday', () => {
  const rows = [day(100, { change: 10 })]
  expect(pairs(productSeries(product(rows, 10), { firstOwn: 98, today: TODAY }))).toEqual([])
})

test('recorded days of before the first order are known, whatever was in stock; later ones do not count', () => {
  const rows = [day(90, { imported: 6 }), day(92, { imported: 0 }), day(98, { imported: 70 }), day(99, { placed: 2 })]
  expect(pairs(productSeries(product(rows), { firstOwn: 98, today: TODAY }))).toEqual([
    [90, 6],
    [92, 0],
    [98, 0],
    [99, 2],
  ])
})
