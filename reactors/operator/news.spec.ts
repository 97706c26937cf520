import { describe, expect, test } from 'vitest'
import { newsOf, wordsOf, type Told, type Untold } from './news.ts'
import { troublesOf, type Troubled } from './troubles.ts'

const NOW = 1_000_000_000
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const fine: Troubled = { name: 'payments', failure: null, outage: null, parkedCount: 0, firstParked: null }

function news(changed: Partial<Troubled>, told: Told = {}, untold: Untold | null = null, now = NOW) {
  return newsOf({ ...fine, ...changed }, untold, told, now)
}

describe('a reactor that stopped', () => {
  const failure = { code: 'undecodable-event', message: 'no', position: 17 }

  test('is news at once, and once for each event', () => {
    const told = news({ failure })
    expect(told).toEqual({ failed: { position: 17, at: NOW } })
    expect(news({ failure }, told ?? {}, null, NOW + 30 * HOUR)).toBeNull()
    expect(news({ failure: { ...failure, position: 18 } }, told ?? {})).toEqual({ failed: { position: 18, at: NOW } })
  })
})

describe('an outage', () => {
  const outage = (since: number) => ({ outage: { since, reason: 'unreachable' } })

  test('is news once it has lasted a minute, and no second time however long it lasts', () => {
    expect(news(outage(NOW - MINUTE + 1))).toBeNull()
    const told = news(outage(NOW - MINUTE))
    expect(told).toEqual({ outage: { since: NOW - MINUTE, at: NOW } })
    expect(news(outage(NOW - MINUTE), told ?? {}, null, NOW + 30 * HOUR)).toBeNull()
  })

  test('that comes and goes is news once an hour', () => {
    const told = { outage: { since: NOW - 2 * HOUR, at: NOW - HOUR + 1 } }
    expect(news(outage(NOW - 2 * MINUTE), told)).toBeNull()
    expect(news(outage(NOW - 2 * MINUTE), told, null, NOW + 1)).toEqual({
      outage: { since: NOW - 2 * MINUTE, at: NOW + 1 },
    })
  })
})

describe('what is parked', () => {
  const untold = (oldest: number, newest = oldest) => ({ oldest, newest })

  test('is news ten seconds after the first, together with what came in between', () => {
    expect(news({ parkedCount: 9 }, {}, untold(NOW - 9_999))).toBeNull()
    expect(news({ parkedCount: 9 }, {}, untold(NOW - 10_000, NOW - 1))).toEqual({ parked: { to: NOW - 1, at: NOW } })
  })

  test('after that is news an hour later', () => {
    const told = { parked: { to: NOW - HOUR, at: NOW - HOUR + 5_000 } }
    expect(news({ parkedCount: 9 }, told, untold(NOW - 50 * MINUTE))).toBeNull()
    expect(news({ parkedCount: 9 }, told, untold(NOW - 50 * MINUTE), NOW + 5_000)).not.toBeNull()
    expect(news({ parkedCount: 9 }, told, null, NOW + 9 * HOUR)).toBeNull()
  })

  test('keeps what else was told', () => {
    const told = { failed: { position: 3, at: 1 } }
    expect(news({ parkedCount: 1 }, told, untold(NOW - MINUTE))).toMatchObject({ ...told, parked: { at: NOW } })
  })
})

test('a reactor without trouble is no news, and one in several says all of them and what to do, the worst first', () => {
  expect(news({})).toBeNull()
  const failure = { code: 'defect', message: 'no', position: 17 }
  const outage = { since: 1, reason: 'unreachable' }
  const words = wordsOf(troublesOf({ ...fine, failure, outage, parkedCount: 3, firstParked: 'no such thing' }))
  expect(words.what).toBe('stopped at position 17, waiting, 3 parked')
  expect(words.saw).toBe('stopped at position 17: no; waiting: unreachable; 3 parked: no such thing')
  expect(words.fix).toContain('fix that, then run orderledger reactors retry payments')
})
