import { describe, expect, test } from 'vitest'
import { areaUnderCurve, type Ranked } from './area.ts'

/** Every pair of fraud and honest, one after the other. */
function naive(ranked: readonly Ranked[]): number {
  const of = (fraud: boolean) => ranked.filter((each) => each.fraud === fraud).map(({ score }) => score)
  const wins = of(true).flatMap((bad) => of(false).map((good) => (bad > good ? 1 : bad === good ? 0.5 : 0)))
  return wins.reduce((sum: number, each) => sum + each, 0) / wins.length
}

describe('the area under the curve', () => {
  test.each([1, 2, 7])('is the share of pairs that are in order, ties by half (of %i scores)', (scores) => {
    const ranked = Array.from({ length: 200 }, (_, index) => ({
      score: ((index * 37) % 101) % scores,
      fraud: (index * index) % 7 === 1,
    }))
    expect(areaUnderCurve(ranked)).toBeCloseTo(naive(ranked), 12)
  })

  test('is 1 where all fraud has more points, and 0 where it has fewer', () => {
    const ranked = [-5, 0, 10, 100].map((score) => ({ score, fraud: score > 5 }))
    expect(areaUnderCurve(ranked)).toBe(1)
    expect(areaUnderCurve(ranked.map(({ score, fraud }) => ({ score, fraud: !fraud })))).toBe(0)
  })

  test('is not known where there is fraud alone, or none', () => {
    expect(areaUnderCurve([{ score: 1, fraud: true }])).toBeNull()
    expect(areaUnderCurve([{ score: 1, fraud: false }])).toBeNull()
  })
})
