import { describe, expect, test } from 'vitest'
import { RateMeter } from './rate-meter.ts'

describe('a rate', () => {
  test('is that of the last seconds, and none when nothing happened in them', () => {
    let now = 0
    const meter = new RateMeter({ now: () => now, windowMs: 5_000, from: 0 })
    expect(meter.perSecond()).toBe(0)
    now = 1_000
    meter.count(500)
    expect(meter.perSecond()).toBe(500)
    for (now = 2_000; now <= 10_000; now += 1_000) meter.count(now)
    now = 10_000
    expect(meter.perSecond()).toBeCloseTo(1_000, -2)
    now = 60_000
    expect(meter.perSecond()).toBe(0)
  })
})
