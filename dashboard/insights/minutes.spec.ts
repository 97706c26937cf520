import { expect, test } from 'vitest'
import { everyMinute } from './minutes.ts'

test('minutes without events are zeros, up to the minute of the newest event', () => {
  const known = [
    { minute: '2026-12-01T10:30:00.000Z', events: 7 },
    { minute: '2026-12-01T10:28:00Z', events: 2 },
    { minute: '2026-12-01T09:30:00Z', events: 99 },
  ]
  const minutes = everyMinute(known, '2026-12-01T10:30:59.999Z')
  expect(minutes).toHaveLength(60)
  expect(minutes[0]).toEqual({ minute: '2026-12-01T09:31:00.000Z', events: 0 })
  expect(minutes.slice(-3).map(({ events }) => events)).toEqual([2, 0, 7])
})
