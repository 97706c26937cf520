/** What the formulas of a forecast do, on series whose answer is known. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accuracyOf, dispersionOf, judge, spreadOf, weeklySpread, type Method } from './accuracy.ts'
import { classOf, productLevel, profileOf, shopLevel, total } from './level.ts'
import { pathsOf, runOut } from './run-out.ts'
import { countBefore, percentile, sum, weekdayOf, type Series } from './series.ts'

/** Monday, 1 December 2025. */
const MONDAY = Date.UTC(2025, 11, 1) / 86_400_000
const FLAT = [1, 1, 1, 1, 1, 1, 1]

function series(units: readonly number[], from = MONDAY): Series {
  return { days: units.map((_, index) => from + index), units }
}

const repeated = (count: number, ...units: readonly number[]) => Array.from({ length: count }, () => units).flat()
const shopMethod: Method = (before) => ({ profile: profileOf(before), level: shopLevel(before, profileOf(before)) })

describe('days', () => {
  test('a week begins with Monday', () => {
    expect([0, 1, 6, 7].map((ahead) => weekdayOf(MONDAY + ahead))).toEqual([0, 1, 6, 0])
    expect(weekdayOf(0)).toBe(3)
    expect(weekdayOf(-4)).toBe(6)
  })

  test('a percentile lies between the values around it', () => {
    expect(percentile([4, 1, 3, 2], 0.5)).toBe(2.5)
    expect(percentile([7], 0.9)).toBe(7)
    expect(percentile([0, 10], 0.1)).toBeCloseTo(1, 12)
  })

  test('known days before a day are counted, also where some are missing', () => {
    const days = { days: [3, 4, 9], units: [1, 1, 1] }
    expect([3, 4, 5, 9, 10].map((day) => countBefore(days, day))).toEqual([0, 1, 2, 2, 3])
  })
})

describe('levels', () => {
  test('a shop that sells the same each week is forecast as it was, its closed day included', () => {
    const shop = series(repeated(10, 10, 20, 30, 40, 50, 0, 60))
    const { level, profile } = shopMethod(shop)
    const next = Array.from({ length: 7 }, (_, index) => MONDAY + 70 + index)
    expect(total(level, profile, next)).toBeCloseTo(210, 6)
    expect(profile[5]).toBe(0)
    expect(profile[6]).toBeCloseTo(2, 12)
  })

  test('a weekday that nobody knows sells as the average day', () => {
    expect(profileOf(series([4, 4, 4]))).toEqual(FLAT)
    expect(profileOf(series([]))).toEqual(FLAT)
  })

  test('classes are by how often it sold on the last 56 days', () => {
    expect(classOf(series(repeated(28, 1, 0)))).toBe('A')
    expect(classOf(series(repeated(14, 1, 0, 0, 0)))).toBe('B')
    expect(classOf(series(repeated(8, 1, 0, 0, 0, 0, 0, 0)))).toBe('C')
    expect(classOf(series([...repeated(100, 5), ...repeated(56, 0)]))).toBe('C')
  })

  test('one large order does not lift a product, and does lift the shop', () => {
    const steady = repeated(60, 10)
    const withOne = series([...steady.slice(0, -1), 1_000])
    expect(productLevel(withOne, FLAT)).toBeCloseTo(10, 0)
    expect(shopLevel(withOne, FLAT)).toBeGreaterThan(100)
  })

  test('what sells seldom has a small level from its first days on', () => {
    const seldom = series(repeated(12, 0, 0, 0, 0, 0, 0, 7))
    expect(productLevel(seldom, FLAT)).toBeGreaterThan(0.6)
    expect(productLevel(seldom, FLAT)).toBeLessThan(1.4)
    expect(productLevel(series(repeated(20, 8)), FLAT)).toBeCloseTo(8, 12)
  })
})

test('no product is forecast below nothing, or above its largest day, however seldom it sells', () => {
  const seldom = fc.array(fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(50)), {
    minLength: 1,
    maxLength: 90,
  })
  fc.assert(
    fc.property(seldom, (units) => {
      const level = productLevel(series(units), FLAT)
      expect(level).toBeGreaterThanOrEqual(0)
      expect(level).toBeLessThanOrEqual(Math.max(...units) + 1e-9)
    }),
  )
})

describe('how far forecasts are off', () => {
  test('nothing is judged that has not 56 days before it', () => {
    const days = series(repeated(83, 5))
    expect(judge(days, shopMethod, { ago: 28, horizon: 28 })).toBe(null)
    expect(judge(series(repeated(84, 5)), shopMethod, { ago: 28, horizon: 28 })).toMatchObject({ actual: 140 })
  })

  test('accuracy is of the totals of four weeks, beside the last week four times', () => {
    const days = series([...repeated(84, 10), ...repeated(28, 20)])
    const accuracy = accuracyOf(days, shopMethod)
    expect(accuracy).toEqual({ days: 28, origins: 2, percent: 66.7, seasonalNaive: 66.7 })
  })

  test('the last week alone is repeated', () => {
    const days = series([...repeated(77, 10), ...repeated(7, 12), ...repeated(28, 20)])
    // Of 560 units 336 were said, of 294 before that 280.
    expect(accuracyOf(days, shopMethod).seasonalNaive).toBe(72.1)
  })

  test('it is null under two origins, and where nothing was sold', () => {
    expect(accuracyOf(series(repeated(84, 5)), shopMethod)).toMatchObject({ origins: 1, percent: null })
    expect(accuracyOf(series(repeated(200, 0)), shopMethod)).toMatchObject({ origins: 4, percent: null })
  })

  test('it may be negative', () => {
    const days = series([...repeated(84, 100), ...repeated(28, 1)])
    expect(accuracyOf(series([...repeated(56, 100), ...repeated(56, 1)]), shopMethod).percent).toBeLessThan(0)
    expect(accuracyOf(days, shopMethod).origins).toBe(2)
  })

  test('fewer than ten earlier forecasts give no interval', () => {
    const judged = { forecast: 100, actual: 90, seasonalNaive: 0 }
    expect(spreadOf(Array.from({ length: 9 }, () => judged))).toBe(null)
    expect(spreadOf([...Array.from({ length: 10 }, () => judged), null])).toEqual({ low: 0.9, high: 0.9 })
    expect(spreadOf(Array.from({ length: 20 }, () => ({ ...judged, forecast: 0 })))).toBe(null)
    expect(weeklySpread(series(repeated(146, 5)), shopMethod, 28)).toBe(null)
    expect(weeklySpread(series(repeated(147, 5)), shopMethod, 28)).toMatchObject({ low: 1, high: 1 })
  })

  test('the dispersion is of whole known weeks, at least 1, and null under four of them', () => {
    const end = MONDAY + 28
    expect(dispersionOf(series(repeated(27, 3)), MONDAY + 27)).toBe(null)
    expect(dispersionOf(series(repeated(28, 3)), end)).toBe(1)
    const weeks = series([...repeated(7, 0), ...repeated(7, 10), ...repeated(7, 0), ...repeated(7, 10)])
    expect(dispersionOf(weeks, end)).toBeCloseTo(1_633.3333 / 35, 3)
    const gap = { days: weeks.days.filter((_, index) => index !== 3), units: weeks.units.slice(1) }
    expect(dispersionOf(gap, end)).toBe(null)
  })
})

describe('run-out', () => {
  test('of what sells the same each day is one day', () => {
    const paths = pathsOf(repeated(84, 10), 10)
    expect(runOut(paths, 95)).toEqual({ expected: 9, earliest: 9, latest: 9 })
    expect(runOut(paths, 100)).toEqual({ expected: 9, earliest: 9, latest: 9 })
    expect(runOut(paths, 281)).toEqual({ expected: null, earliest: null, latest: null })
  })

  test('of nothing is today, and without demand it is never', () => {
    expect(runOut(pathsOf([], 0), 0)).toEqual({ expected: 0, earliest: 0, latest: 0 })
    expect(runOut(pathsOf(repeated(84, 0), 0), 5)).toEqual({ expected: null, earliest: null, latest: null })
  })

  test('paths are scaled to what is forecast', () => {
    expect(pathsOf([5, 15], 20).units).toEqual([10, 30])
  })

  test('the earlier day never lies behind the later one, and more stock lasts no shorter', () => {
    const units = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 120 })
    fc.assert(
      fc.property(units, fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 100 }), (demand, stock, more) => {
        const paths = pathsOf(demand, sum(demand) / demand.length)
        const days = ({ earliest, expected, latest }: ReturnType<typeof runOut>) =>
          [earliest, expected, latest].map((day) => day ?? Infinity)
        const [earliest = 0, expected = 0, latest = 0] = days(runOut(paths, stock))
        expect(earliest).toBeLessThanOrEqual(expected)
        expect(expected).toBeLessThanOrEqual(latest)
        for (const [index, day] of days(runOut(paths, stock + more)).entries()) {
          expect(day).toBeGreaterThanOrEqual([earliest, expected, latest][index] ?? 0)
        }
      }),
    )
  })
})
