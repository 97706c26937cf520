import { describe, expect, test } from 'vitest'
import { fitLogistic, type Pattern } from './logistic.ts'

const row = (features: readonly number[], fraud: number, honest: number): Pattern => ({ features, fraud, honest })

describe('a fit', () => {
  test('of one feature in many rows gives the log odds that were counted', () => {
    const { intercept, coefficients } = fitLogistic([row([], 10_000, 1_000_000), row([0], 80_000, 100_000)], 1)
    expect(intercept).toBeCloseTo(Math.log(0.01), 2)
    expect(coefficients[0]).toBeCloseTo(Math.log(80), 2)
  })

  test('parts what two features say, where they come together', () => {
    // Odds 1:100, times 10 with the first, times 3 with the second.
    const { coefficients } = fitLogistic(
      [row([], 1e4, 1e6), row([0], 1e5, 1e6), row([1], 3e4, 1e6), row([0, 1], 3e5, 1e6)],
      2,
    )
    expect(coefficients[0]).toBeCloseTo(Math.log(10), 3)
    expect(coefficients[1]).toBeCloseTo(Math.log(3), 3)
  })

  test('of what occurs with fraud alone is finite, and nothing is said of what never occurs', () => {
    const { coefficients } = fitLogistic([row([], 5, 1_000), row([0], 50, 0)], 2)
    expect(coefficients[0]).toBeGreaterThan(3)
    expect(coefficients[0]).toBeLessThan(20)
    expect(coefficients[1]).toBe(0)
  })

  test('is where the loss is least: the slopes are none', () => {
    const patterns = [row([], 7, 900), row([0], 9, 30), row([1], 4, 60), row([0, 1], 30, 2), row([2], 1, 0)]
    const { intercept, coefficients } = fitLogistic(patterns, 3)
    const errors = patterns.map(({ features, fraud, honest }) => {
      const odds = features.reduce((sum, feature) => sum + (coefficients[feature] ?? 0), intercept)
      return { features, error: (fraud + honest) / (1 + Math.exp(-odds)) - fraud }
    })
    const slope = (feature: number | null) =>
      errors.reduce(
        (sum, { features, error }) => (feature === null || features.includes(feature) ? sum + error : sum),
        0,
      )
    expect(slope(null)).toBeCloseTo(0, 6)
    for (const [feature, coefficient] of coefficients.entries()) expect(slope(feature) + coefficient).toBeCloseTo(0, 6)
  })
})
