import { describe, expect, test } from 'vitest'
import { NOON } from '../../domain/test-events.ts'
import type { Numbered } from '../../domain/payments/payment.ts'
import {
  afterCharge,
  chargeStep,
  lookedNow,
  nextLookMs,
  type ChargeMemory,
  type ChargeSituation,
} from './charge-step.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'

const SECOND = 1_000
const MINUTE = 60_000
const DAY = 86_400_000

function situation(change: Partial<Omit<ChargeSituation, 'attempt'>> & { attempt?: Partial<Numbered> } = {}) {
  const { attempt = {}, ...rest } = change
  const asked: Numbered = {
    ...{ number: 1, status: 'open', customerId: 'c1', method: 'card' },
    ...{ confirms: false, declined: null, reference: null, hold: null },
    ...{ amount: { amount: 1_000, currency: 'EUR' }, requestedAt: NOON, payer: { ...NO_KEYS, region: 'FR' } },
    ...attempt,
  }
  return {
    order: 'placed',
    at: NOON,
    transferDays: 0,
    onlyRead: false,
    endedAt: null,
    toldAt: null,
    attempt: asked,
    ...rest,
  } as const
}

const NEW: ChargeMemory = { attempt: 1, liveMs: 0, looked: null, pending: false }

describe('an attempt', () => {
  test('is charged while its order waits for it, in the first ten minutes', () => {
    expect(chargeStep(situation())).toBe('charge')
    expect(chargeStep(situation({ at: NOON + 10 * MINUTE }))).toBe('charge')
    expect(chargeStep(situation({ at: NOON + 10 * MINUTE + 1 }))).toBe('read')
  })

  const hold = { alertId: 'a1', at: NOON, releasedAt: null }
  const released = { ...hold, releasedAt: NOON + 60 * MINUTE }

  test('on hold is neither charged nor read', () => {
    expect(chargeStep(situation({ attempt: { hold } }))).toBe('nothing')
    expect(chargeStep(situation({ attempt: { hold }, at: NOON + 2 * DAY }))).toBe('nothing')
  })

  test('that was on hold has all its times from its release on', () => {
    const at = (afterRelease: number) => ({ at: NOON + 60 * MINUTE + afterRelease, attempt: { hold: released } })
    expect(chargeStep(situation(at(10 * MINUTE)))).toBe('charge')
    expect(chargeStep(situation(at(10 * MINUTE + 1)))).toBe('read')
    const ended = { hold: released, status: 'declined', declined: 'no-answer' } as const
    expect(chargeStep(situation({ at: NOON + 60 * MINUTE + DAY, attempt: ended }))).toBe('read')
    expect(chargeStep(situation({ at: NOON + 60 * MINUTE + DAY + 1, attempt: ended }))).toBe('nothing')
    const transfer = situation({ ...at(DAY), transferDays: 1, attempt: { hold: released, method: 'bank-transfer' } })
    const seen = { ...NEW, pending: true, liveMs: DAY, attempts: 3 }
    expect(afterCharge(transfer, seen, { status: 'pending' })).toMatchObject({ then: 'wait' })
  })

  test.each(['fraud', 'cancelled'])('that ended on hold as %s has its key read for a day', (declined) => {
    const attempt = { hold, status: 'declined', declined } as const
    const endedAt = NOON + 60 * MINUTE
    expect(chargeStep(situation({ order: 'cancelled', attempt, endedAt, at: endedAt + DAY }))).toBe('read')
    expect(chargeStep(situation({ order: 'cancelled', attempt, endedAt, at: endedAt + DAY + 1 }))).toBe('nothing')
  })

  test.each(['cancelled', 'expired', 'confirmed', 'completed'] as const)(
    'of an order that is %s is not charged: its key is read',
    (order) => {
      expect(chargeStep(situation({ order }))).toBe('read')
    },
  )

  test('that was declined is read for a day, for a capture that comes late', () => {
    const attempt = { status: 'declined' } as const
    expect(chargeStep(situation({ attempt, at: NOON + DAY }))).toBe('read')
    expect(chargeStep(situation({ attempt, at: NOON + DAY + 1 }))).toBe('nothing')
  })

  test('that is open is read however old it is, so that its order can end', () => {
    expect(chargeStep(situation({ at: NOON + 9 * DAY }))).toBe('read')
  })

  test('of which the gateway took another amount is read however old it is, as a person may have it looked at again', () => {
    const attempt = { status: 'declined', declined: 'wrong-amount' } as const
    expect(chargeStep(situation({ attempt, at: NOON + 9 * DAY }))).toBe('read')
  })

  test('of which the provider says that there is more to learn is read for a day from then on, however old it is', () => {
    const late = { attempt: { status: 'declined', declined: 'no-answer' }, toldAt: NOON + 9 * DAY } as const
    expect(chargeStep(situation({ ...late, at: NOON + 10 * DAY }))).toBe('read')
    expect(chargeStep(situation({ ...late, at: NOON + 10 * DAY + 1 }))).toBe('nothing')
  })

  test('that was requested in another log is read, and never charged', () => {
    expect(chargeStep(situation({ onlyRead: true }))).toBe('read')
  })

  test('by transfer is read for as many days more as a transfer may be pending', () => {
    const late = { attempt: { method: 'bank-transfer', status: 'declined' }, at: NOON + 4 * DAY } as const
    expect(chargeStep(situation(late))).toBe('nothing')
    expect(chargeStep(situation({ ...late, transferDays: 3 }))).toBe('read')
  })

  test('that was captured is left alone', () => {
    expect(chargeStep(situation({ attempt: { status: 'captured' } }))).toBe('nothing')
  })
})

test('a gateway that is down for a minute is asked again until it is back, and ends no attempt', () => {
  let memory = NEW
  for (let attempts = 0, at = NOON, back = false; !back; attempts++) {
    back = at > NOON + MINUTE
    const now = situation({ at })
    expect([at - NOON, chargeStep(now)]).toEqual([at - NOON, 'charge'])
    memory = lookedNow(memory, at)
    const answer = back ? ({ status: 'captured', reference: 'ch_1' } as const) : 'none'
    const verdict = afterCharge(now, { ...memory, attempts }, answer)
    expect(verdict.then).toBe(back ? 'capture' : 'wait')
    if (verdict.then !== 'wait') continue
    memory = { ...memory, looked: { at, inMs: verdict.inMs } }
    at += verdict.inMs
  }
  expect(memory.liveMs).toBeGreaterThan(MINUTE)
})

describe('an answer', () => {
  const after = (answer: Parameters<typeof afterCharge>[2], memory: Partial<ChargeMemory> = {}, now = situation()) =>
    afterCharge(now, { ...NEW, attempts: 0, ...memory }, answer)

  test('that the money was taken is recorded, with the amount where it is said', () => {
    expect(after({ status: 'captured', reference: 'ch_1' })).toEqual({
      ...{ then: 'capture', reference: 'ch_1', amount: null },
    })
    const amount = { amount: 999, currency: 'EUR' }
    expect(after({ status: 'captured', reference: 'ch_1', amount })).toMatchObject({ amount })
  })

  test('that it was declined ends the attempt; one that had ended stays as it is', () => {
    const declined = { status: 'declined', reason: 'insufficient-funds' } as const
    expect(after(declined)).toEqual({ then: 'decline', reason: 'insufficient-funds', readOn: false })
    expect(after(declined, {}, situation({ attempt: { status: 'declined' } }))).toEqual({ then: 'nothing' })
  })

  test('that the key was never seen ends the attempt, and it is read on: a request may still be on its way', () => {
    expect(after(null)).toEqual({ then: 'decline', reason: 'no-answer', readOn: true })
    for (const order of ['placed', 'cancelled', 'expired'] as const) {
      const ended = situation({ order, attempt: { status: 'declined', declined: 'no-answer' } })
      expect(after(null, {}, ended)).toEqual({ then: 'wait', inMs: SECOND })
    }
  })

  test('that does not come is waited for, for two minutes in which it could be asked, and read on after', () => {
    expect(after('none')).toEqual({ then: 'wait', inMs: SECOND })
    expect(after('none', { liveMs: 2 * MINUTE - 1 })).toEqual({ then: 'wait', inMs: SECOND })
    expect(after('none', { liveMs: 2 * MINUTE })).toEqual({ then: 'decline', reason: 'no-answer', readOn: true })
    expect(after({ status: 'pending' }, { liveMs: 2 * MINUTE })).toMatchObject({ then: 'decline', readOn: true })
    expect(after('none', {}, situation({ attempt: { status: 'declined' } }))).toMatchObject({ then: 'wait' })
  })

  test('that a transfer is pending keeps it open for days, also while the gateway is away', () => {
    const transfer = situation({ attempt: { method: 'bank-transfer' }, transferDays: 3, at: NOON + 2 * DAY })
    const pending = { liveMs: DAY, pending: true }
    expect(after({ status: 'pending' }, pending, transfer)).toMatchObject({ then: 'wait' })
    expect(after('none', pending, transfer)).toMatchObject({ then: 'wait' })
    expect(after('none', { liveMs: DAY }, transfer)).toMatchObject({ then: 'decline' })
    expect(after({ status: 'pending' }, pending, { ...transfer, at: NOON + 3 * DAY + 1 })).toMatchObject({
      then: 'decline',
    })
  })
})

test('time in which no reactor ran does not count', () => {
  const looked = { at: NOON, inMs: 4 * SECOND }
  expect(lookedNow({ ...NEW, looked }, NOON + 3 * SECOND).liveMs).toBe(3 * SECOND)
  expect(lookedNow({ ...NEW, looked }, NOON + 3 * DAY).liveMs).toBe(5 * SECOND)
  expect(lookedNow(NEW, NOON + DAY).liveMs).toBe(0)
  expect(lookedNow({ ...NEW, looked }, NOON - DAY).liveMs).toBe(0)
})

test('looks come after 1, 2, 4 ... 60 s, then half as often each time, to one an hour', () => {
  expect([0, 1, 2, 5, 6, 7, 8, 11, 12, 40].map((attempts) => nextLookMs(attempts) / SECOND)).toEqual([
    ...[1, 2, 4, 32, 60, 120, 240, 1_920, 3_600, 3_600],
  ])
})

test('a reason of the gateway that is one of ours is recorded as the gateway’s', () => {
  const verdict = (reason: string) => afterCharge(situation(), { ...NEW, attempts: 0 }, { status: 'declined', reason })
  expect(verdict('fraud')).toMatchObject({ then: 'decline', reason: 'gateway-fraud' })
  expect(verdict('no-answer')).toMatchObject({ reason: 'gateway-no-answer' })
  expect(verdict('do-not-honour')).toMatchObject({ reason: 'do-not-honour' })
})
