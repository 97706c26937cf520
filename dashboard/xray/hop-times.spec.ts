import { describe, expect, test } from 'vitest'
import { preciseMillis, seenAt, stepsOf, type EventHops } from './hop-times.ts'

const BASE = Date.parse('2026-12-01T10:00:00.000Z')
const about = { position: 1, stream: 'order-o1', type: 'OrderPlaced', recordedAt: '2026-12-01T10:00:00.000Z' }
const hops: EventHops = {
  ...{ ...about, published: null, projected: '2026-12-01T10:00:00.004500Z', pushed: '2026-12-01T10:00:00.005250Z' },
  ...{ decided: '2026-12-01T10:00:00.000250Z', committed: '2026-12-01T10:00:00.001250Z' },
}
const none = { decided: null, committed: null, published: null, projected: null, pushed: null }

test('times are read to the microsecond', () => {
  expect(preciseMillis('2026-12-01T10:00:00.001250Z')).toBeCloseTo(BASE + 1.25, 2)
  expect(preciseMillis('2026-12-01T10:00:00.001Z')).toBe(BASE + 1)
})

describe('the steps of an event', () => {
  test('are told from the first that was measured on; others are unknown', () => {
    const steps = stepsOf(hops, BASE + 7.25).map(({ hop, after }) => [hop, after === null ? null : Math.round(after)])
    expect(steps).toEqual([
      ...[
        ['decided', 0],
        ['committed', 1],
        ['published', null],
        ['projected', 4],
        ['pushed', 5],
        ['seen', 7],
      ],
    ])
    expect(stepsOf({ ...about, ...none }, null).every(({ after }) => after === null)).toBe(true)
  })

  test('end with the first frame that came once it was pushed, never before that', () => {
    expect(seenAt(hops, [BASE - 100, BASE + 9, BASE + 500])).toBe(BASE + 9)
    expect(seenAt(hops, [BASE + 5])).toBeCloseTo(BASE + 5.25, 2)
    expect(seenAt(hops, [BASE - 100])).toBeNull()
    expect(seenAt({ ...about, ...none }, [BASE + 9])).toBeNull()
  })
})
