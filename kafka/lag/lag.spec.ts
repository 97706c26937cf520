import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge, secondsBehind, withSample, worse, VERDICTS, WINDOW_MS, type Sample } from './lag.ts'

/** One sample a second of a reader that has `position(second)` of `end(second)`. */
function watched(seconds: number, position: (second: number) => number, end: (second: number) => number) {
  return Array.from({ length: seconds + 1 }, (_, second): Sample => ({
    at: second * 1_000,
    position: position(second),
    end: end(second),
  }))
}

const verdict = (samples: readonly Sample[], served = true) => judge(samples, served).verdict

describe('the verdict on a reader', () => {
  test('is OK when it has read everything, though nobody is there any more', () => {
    const samples = watched(
      30,
      () => 500,
      () => 500,
    )
    expect(judge(samples, false)).toMatchObject({ verdict: 'OK', settled: true, behind: 0, etaSeconds: 0 })
  })

  test('is OK while it holds its distance, however far behind and in whatever steps it commits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1e6 }), fc.nat(1e4), (step, lag, rate) => {
        // It commits every `step` seconds what it has read until then.
        const committed = (second: number) => rate * (second - (second % step))
        const samples = watched(60, committed, (second) => lag + rate * second)
        if (rate > 0) expect(verdict(samples)).toBe('OK')
      }),
    )
  })

  test('is OK while it catches up, and says when it will have', () => {
    const samples = watched(
      20,
      (second) => 300 * second,
      (second) => 10_000 + 100 * second,
    )
    expect(judge(samples, true)).toMatchObject({
      verdict: 'OK',
      settled: true,
      trend: 'falling',
      behind: 6_000,
      inRate: 100,
      outRate: 300,
      etaSeconds: 30,
    })
  })

  test('is WARN when it moves and falls behind all the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1_000 }), (step, rate) => {
        const committed = (second: number) => rate * (second - (second % step))
        const samples = watched(60, committed, (second) => 3 * rate * (second + 1))
        expect(judge(samples, true)).toMatchObject({
          verdict: 'WARN',
          settled: true,
          trend: 'rising',
          etaSeconds: null,
        })
      }),
    )
  })

  test('is STALLED when nothing is read though somebody is there, whether or not more comes in', () => {
    expect(
      verdict(
        watched(
          10,
          () => 7,
          () => 8,
        ),
      ),
    ).toBe('STALLED')
    expect(
      verdict(
        watched(
          30,
          () => 7,
          (second) => 8 + second,
        ),
      ),
    ).toBe('STALLED')
    // It had read everything, and then stood still.
    expect(
      verdict(
        watched(
          30,
          (second) => Math.min(second, 15),
          (second) => second,
        ),
      ),
    ).toBe('STALLED')
  })

  test('is not WARN for one that has not moved yet, however fast what is unread grows', () => {
    const samples = watched(
      9,
      () => 7,
      (second) => 8 + 10 * second,
    )
    expect(judge(samples, true)).toMatchObject({ verdict: 'OK', settled: false, trend: 'rising' })
  })

  test('is not settled before a reader was watched for as long as it may stand still between two commits', () => {
    expect(
      judge(
        watched(
          9,
          () => 7,
          () => 8,
        ),
        true,
      ),
    ).toMatchObject({ verdict: 'OK', settled: false })
    expect(
      judge(
        watched(
          0,
          () => 7,
          () => 8,
        ),
        true,
      ),
    ).toMatchObject({ verdict: 'OK', settled: false, outRate: 0 })
    expect(
      judge(
        watched(
          10,
          () => 7,
          () => 8,
        ),
        true,
      ).settled,
    ).toBe(true)
  })

  test('is STOPPED at once when nobody is there and something is unread', () => {
    expect(
      judge(
        watched(
          0,
          () => 7,
          () => 8,
        ),
        false,
      ),
    ).toMatchObject({ verdict: 'STOPPED', settled: true })
    expect(
      verdict(
        watched(
          30,
          (second) => second,
          (second) => 2 * second,
        ),
        false,
      ),
    ).toBe('STOPPED')
  })

  test('never says anything bad of a reader that has read everything at the last look', () => {
    const moves = fc.array(fc.tuple(fc.nat(100), fc.nat(100)), { minLength: 1, maxLength: 90 })
    fc.assert(
      fc.property(moves, fc.boolean(), (steps, served) => {
        const samples = walked(steps)
        const end = samples.at(-1)?.end ?? 0
        const caughtUp = [...samples, { at: samples.length * 1_000, position: end, end }]
        expect(judge(caughtUp, served)).toMatchObject({ verdict: 'OK', settled: true, behind: 0 })
      }),
    )
  })

  test('is only ever one that the facts allow', () => {
    const moves = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 1, maxLength: 90 })
    fc.assert(
      fc.property(moves, fc.boolean(), (steps, served) => {
        const samples = walked(steps)
        const { verdict: given, behind, etaSeconds } = judge(samples, served)
        expect(given === 'STOPPED').toBe(behind > 0 && !served)
        if (given === 'STALLED') expect(new Set(samples.slice(-10).map(({ position }) => position)).size).toBe(1)
        if (given !== 'OK') expect(behind).toBeGreaterThan(0)
        if (etaSeconds !== null) expect(etaSeconds).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

describe('the seconds behind', () => {
  test('are the time since the oldest unread record came, as exact as the samples are close', () => {
    const rates = fc.record({ rate: fc.integer({ min: 1, max: 50_000 }), gap: fc.integer({ min: 200, max: 5_000 }) })
    fc.assert(
      fc.property(rates, fc.double({ min: 0.05, max: 0.95, noNaN: true }), ({ rate, gap }, share) => {
        // Records come evenly; the reader stands at a share of all that came.
        const total = Math.floor((rate * 20 * gap) / 1_000)
        const position = Math.floor(total * share)
        const samples = Array.from({ length: 21 }, (_, index): Sample => {
          return { at: index * gap, position, end: Math.floor((rate * index * gap) / 1_000) }
        })
        const now = 20 * gap
        const came = ((position + 1) / rate) * 1_000
        const found = secondsBehind(samples, now)
        if (total > position)
          expect(Math.abs((found ?? 0) * 1_000 - (now - came))).toBeLessThanOrEqual(gap + 1_000 / rate)
      }),
    )
  })

  test('are 0 when nothing is unread, and not known when it came before the first sample', () => {
    expect(
      secondsBehind(
        watched(
          5,
          () => 9,
          () => 9,
        ),
        6_000,
      ),
    ).toBe(0)
    expect(secondsBehind([], 0)).toBe(0)
    expect(
      secondsBehind(
        watched(
          5,
          () => 7,
          () => 9,
        ),
        6_000,
      ),
    ).toBeNull()
  })

  test('go on while nothing moves', () => {
    const samples = watched(
      5,
      () => 1,
      (second) => Math.min(second, 2),
    )
    expect(secondsBehind(samples, 5_000)).toBeCloseTo(4)
    expect(secondsBehind(samples, 65_000)).toBeCloseTo(64)
  })
})

describe('the window of samples', () => {
  test('holds what is young enough', () => {
    let samples: readonly Sample[] = []
    for (const sample of watched(
      200,
      (second) => second,
      (second) => second,
    ))
      samples = withSample(samples, sample)
    expect(samples[0]?.at).toBe(200_000 - WINDOW_MS)
    expect(samples.at(-1)?.at).toBe(200_000)
  })

  test('begins anew with offsets that were set back and with topics that were made again', () => {
    const samples = watched(
      5,
      () => 7,
      () => 9,
    )
    expect(withSample(samples, { at: 6_000, position: 3, end: 9 })).toHaveLength(1)
    expect(withSample(samples, { at: 6_000, position: 7, end: 8 })).toHaveLength(1)
    expect(withSample(samples, { at: 6_000, position: 8, end: 9 })).toHaveLength(7)
  })
})

test('of two verdicts the worse one counts', () => {
  for (const [index, one] of VERDICTS.entries())
    for (const [also, other] of VERDICTS.entries()) expect(worse(one, other)).toBe(VERDICTS[Math.max(index, also)])
})

/** Each step adds a number of records to read, and reads a number of them. */
function walked(steps: readonly (readonly [number, number])[]): readonly Sample[] {
  let [position, end] = [0, 0]
  return steps.map(([came, read], index) => {
    end += came
    position = Math.min(end, position + read)
    return { at: index * 1_000, position, end }
  })
}
