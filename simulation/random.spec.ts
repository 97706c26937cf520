import { expect, test } from 'vitest'
import { createRandom, weightsOf } from './random.ts'

function numbers(seed: number, purpose: string, count = 1_000): readonly number[] {
  const random = createRandom(seed, purpose)
  return Array.from({ length: count }, () => random.unit())
}

test('the same seed and purpose give the same numbers', () => {
  expect(numbers(7, 'orders')).toEqual(numbers(7, 'orders'))
})

test('numbers stay the same from release to release, so that a seed written down still means something', () => {
  const random = createRandom(1, 'orders')
  expect([random.int(0, 999_999), random.int(0, 999_999), random.int(0, 999_999)]).toEqual([387_798, 266_754, 480_709])
})

test.each([
  ['another seed', numbers(8, 'orders')],
  ['a seed that differs above 32 bits only', numbers(7 + 2 ** 32, 'orders')],
  ['another purpose', numbers(7, 'day')],
])('%s gives other numbers', (_, others) => {
  const these = new Set(numbers(7, 'orders'))
  expect(others.filter((number) => these.has(number)).length).toBeLessThan(5)
})

test('units fill [0, 1) evenly', () => {
  const tenths = new Array<number>(10).fill(0)
  const drawn = numbers(3, 'even', 100_000)
  expect(drawn.filter((number) => !(number >= 0 && number < 1))).toEqual([])
  for (const number of drawn) {
    const tenth = Math.floor(number * 10)
    tenths[tenth] = (tenths[tenth] ?? 0) + 1
  }
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500)
})

test('whole numbers reach both ends and nothing beyond', () => {
  const random = createRandom(3, 'ends')
  const seen = new Set(Array.from({ length: 1_000 }, () => random.int(2, 5)))
  expect([...seen].sort()).toEqual([2, 3, 4, 5])
})

test('an index is drawn as often as its weight says, and never with weight 0', () => {
  const random = createRandom(3, 'weights')
  const weights = weightsOf([1, 0, 3])
  const counts = [0, 0, 0]
  for (let i = 0; i < 40_000; i++) {
    const index = random.weighted(weights)
    counts[index] = (counts[index] ?? 0) + 1
  }
  expect(counts[1]).toBe(0)
  expect((counts[2] ?? 0) / (counts[0] ?? 1)).toBeCloseTo(3, 0)
})

test('choosing from nothing is an error of the caller', () => {
  const random = createRandom(3, 'nothing')
  expect(() => random.pick([])).toThrow(RangeError)
  expect(() => random.weighted(weightsOf([0, 0]))).toThrow(RangeError)
})
