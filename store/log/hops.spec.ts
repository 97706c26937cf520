import { describe, expect, test } from 'vitest'
import { Hops } from './hops.ts'

const NONE = { decided: null, committed: null, published: null, projected: null, pushed: null }

describe('hops', () => {
  test('are told where they were measured, and null where not', () => {
    const hops = new Hops()
    hops.mark('decided', { after: 2, to: 4 }, 1.25)
    hops.mark('committed', { after: 3, to: 4 }, 2.5)
    expect([2, 3, 4, 5].map((position) => hops.of(position))).toEqual([
      NONE,
      { ...NONE, decided: 1.25 },
      { ...NONE, decided: 1.25, committed: 2.5 },
      NONE,
    ])
  })

  test('of other threads are seen through the one buffer', () => {
    const hops = new Hops()
    new Hops(hops.buffer).markOne('published', 7, 3)
    expect(hops.of(7)).toEqual({ ...NONE, published: 3 })
  })

  test('of the newest 100,000 positions are kept, however many are marked at once', () => {
    const hops = new Hops()
    hops.markOne('pushed', 1, 1)
    hops.mark('projected', { after: 0, to: 250_000 }, 2)
    expect(hops.of(1)).toEqual({ ...NONE, pushed: 1 })
    expect(hops.of(150_000)).toEqual(NONE)
    expect(hops.of(150_001)).toEqual({ ...NONE, projected: 2 })
    expect(hops.of(250_000)).toEqual({ ...NONE, projected: 2 })
    hops.markOne('pushed', 100_001, 3)
    expect([hops.of(1), hops.of(100_001)]).toEqual([NONE, { ...NONE, pushed: 3 }])
  })
})
