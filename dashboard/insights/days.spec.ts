import { describe, expect, test } from 'vitest'
import { betweenDays, utcDate } from './days.ts'

describe('when something runs out', () => {
  test.each([
    ['2026-12-03', '2026-12-18', 'between 3 and 18 December (80 %)'],
    ['2026-11-28', '2026-12-02', 'between 28 November and 2 December (80 %)'],
    ['2026-12-03', '2026-12-03', 'on 3 December (80 %)'],
    ['2026-12-03', null, 'from 3 December on, or not within 28 days (80 %)'],
    [null, null, 'not within 28 days'],
  ])('from %s to %s is said as an interval', (earliest, latest, words) => {
    expect(betweenDays(earliest, latest)).toBe(words)
  })
})

test('a day is that of UTC', () => {
  expect(utcDate('2026-01-01')).toBe('1 Jan 2026')
})
