import { describe, expect, test } from 'vitest'
import { losing } from './relay-losses.ts'

describe('a relay that is made to lie', () => {
  test.each([0, 0.1, 0.5, 1])('does so about the share %d of all positions', (share) => {
    const loses = losing(share)
    const lost = Array.from({ length: 10_000 }, (_, index) => loses(index + 1)).filter(Boolean).length
    expect(lost / 10_000).toBeCloseTo(share, 2)
  })
})
