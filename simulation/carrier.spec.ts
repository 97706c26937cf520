import { expect, test } from 'vitest'
import { simulatedCarrier } from './carrier.ts'

const orders = Array.from({ length: 10_000 }, (_, index) => `order-${String(index)}`)

test('the same seed treats an order alike, and another seed otherwise', () => {
  const drawn = (seed: number) => {
    const carrier = simulatedCarrier(seed)
    return orders
      .slice(0, 100)
      .map((id) => [carrier.fetchedAfter(id, 1), carrier.underWay(id, 1), carrier.failure(id, 1)])
  }
  expect(drawn(7)).toEqual(drawn(7))
  expect(drawn(8)).not.toEqual(drawn(7))
})

test('each step takes 1 to 5 s, all of it', () => {
  const { fetchedAfter, underWay } = simulatedCarrier(1)
  for (const step of [fetchedAfter, underWay]) {
    const times = orders.map((id) => step(id, 1))
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1_000)
    expect(Math.min(...times)).toBeLessThan(1_010)
    expect(Math.max(...times)).toBeLessThanOrEqual(5_000)
    expect(Math.max(...times)).toBeGreaterThan(4_990)
  }
})

test('three parcels of a hundred fail, and none that was dispatched once more', () => {
  const { failure } = simulatedCarrier(1)
  const failed = orders.filter((id) => failure(id, 1) !== null)
  expect(failed.length).toBeGreaterThan(250)
  expect(failed.length).toBeLessThan(350)
  expect(failed.map((id) => failure(id, 2)).filter((reason) => reason !== null)).toEqual([])
})
