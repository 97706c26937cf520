import { expect, test } from 'vitest'
import { atLeast, atMost, stated } from './figure.ts'
import { judge, median } from './verdict.ts'

test('the median is the middle sample, or the mean of the middle two', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([1, 10, 2, 4])).toBe(3)
})

test('a number that may not be smaller is reached at its bound and missed below it', () => {
  const target = atLeast('ratio', 'x', { must: 0.25, goal: 0.5 })
  expect(judge(target, [0.25])).toMatchObject({ verdict: 'reached', goalReached: false })
  expect(judge(target, [0.2, 0.24, 0.9])).toMatchObject({ verdict: 'missed', min: 0.2, max: 0.9 })
  expect(judge(target, [0.5])).toMatchObject({ verdict: 'reached', goalReached: true })
})

test('a number that may not be larger is reached at its bound and missed above it', () => {
  const target = atMost('p99', 'ms', { must: 50, goal: 15 })
  expect(judge(target, [50])).toMatchObject({ verdict: 'reached', goalReached: false })
  expect(judge(target, [51])).toMatchObject({ verdict: 'missed' })
  expect(judge(target, [15])).toMatchObject({ verdict: 'reached', goalReached: true })
})

test('a number without bounds is stated and never missed', () => {
  expect(judge(stated('orders', '/s'), [0])).toMatchObject({ verdict: 'stated', goalReached: null })
})

test('nothing is judged without samples, or with one that is no number', () => {
  expect(() => judge(stated('orders', '/s'), [])).toThrow('no usable samples')
  expect(() => judge(stated('orders', '/s'), [1, Number.NaN])).toThrow('no usable samples')
})
