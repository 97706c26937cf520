import { describe, expect, test } from 'vitest'
import { RateMeter } from './rate-meter.ts'
import { losing } from '../../kafka/relay/relay-losses.ts'

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

describe('a relay that is made to lie', () => {
  test.each([0, 0.1, 0.5, 1])('does so about the share %d of all positions', (share) => {
    const loses = losing(share)
    const lost = Array.from({ length: 10_000 }, (_, index) => loses(index + 1)).filter(Boolean).length
    expect(lost / 10_000).toBeCloseTo(share, 2)
  })
})
