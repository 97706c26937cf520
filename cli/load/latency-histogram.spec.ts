import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LatencyHistogram } from './latency-histogram.ts'

function histogramOf(millis: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram()
  for (const duration of millis) histogram.record(duration)
  return histogram
}

// Up to 1,000 s in whole microseconds, short ones as likely as long ones.
const durations = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 9 }), fc.nat(999)).map(([size, value]) => (value * 4 ** size) / 1_000),
  { minLength: 1, maxLength: 300 },
)

test('a percentile is never below the exact one, and at most 1/128 above it', () => {
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 100, noNaN: true }), (millis, percent) => {
      const sorted = millis.toSorted((a, b) => a - b)
      const exact = sorted[Math.max(Math.ceil((percent / 100) * sorted.length), 1) - 1] ?? 0
      const told = histogramOf(millis).percentile(percent)
      expect(told).toBeGreaterThanOrEqual(exact)
      expect(told).toBeLessThanOrEqual(exact * (1 + 1 / 128) + 1e-9)
    }),
  )
})

test('count, mean and maximum are exact', () => {
  const histogram = histogramOf([1, 2, 3, 1_000.5])
  expect(histogram.count).toBe(4)
  expect(histogram.max).toBe(1_000.5)
  expect(histogram.mean).toBeCloseTo(251.625, 9)
  expect(histogram.percentile(100)).toBe(1_000.5)
})

test('the sum of two histograms is the histogram of all their durations', () => {
  fc.assert(
    fc.property(durations, durations, (some, others) => {
      const sum = histogramOf(some)
      sum.add(histogramOf(others))
      const all = histogramOf([...some, ...others])
      expect([sum.count, sum.max, sum.percentile(50), sum.percentile(99)]).toEqual([
        all.count,
        all.max,
        all.percentile(50),
        all.percentile(99),
      ])
    }),
  )
})

test('without any duration every figure is 0', () => {
  const histogram = new LatencyHistogram()
  expect([histogram.count, histogram.mean, histogram.max, histogram.percentile(99)]).toEqual([0, 0, 0, 0])
})

test('durations beyond the bounds are counted at the bounds', () => {
  const histogram = histogramOf([-5, 10 ** 12])
  expect(histogram.percentile(1)).toBe(0)
  expect(histogram.max).toBe((2 ** 31 - 1) / 1_000)
})
