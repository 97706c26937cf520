import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { USER_EVENT_TYPES } from '../schemas/behaviour/user-event.ts'
import { request } from './request.ts'
import { ref } from './shape.ts'
import {
  asSent,
  isNobody,
  isPlainlySound,
  judgeUserEvent,
  skewOf,
  UserEventShape,
  withoutKeys,
  type Receipt,
} from './user-event.ts'

const NOW = Date.UTC(2026, 11, 1, 12)
const MINUTE_MS = 60_000
const receipt: Receipt = { receivedAt: NOW, skew: 0, pseudonym: () => '0102030405060708' }
const sent = {
  eventId: '0192f3b0-7c1e-7d3a-9a41-5f0c6b1d2e3f',
  type: 'product_view',
  at: '2026-12-01T11:59:00.000Z',
  subject: 'visitor-1',
}

function judge(change: object, bytes = 200, more: Partial<Receipt> = {}) {
  return judgeUserEvent({ ...sent, ...change }, bytes, { ...receipt, ...more })
}

describe('an event', () => {
  test('is taken with what it leaves out, its keys as pseudonyms', () => {
    const judged = judge({ card: 'tok_1', device: null })
    expect(judged).toMatchObject({
      verdict: 'taken',
      moved: false,
      event: {
        at: NOW - MINUTE_MS,
        subject: 'visitor-1',
        customerId: null,
        quantity: 0,
        channel: 'unknown',
        device: null,
      },
    })
    expect(judged.verdict === 'taken' && judged.event.card).toEqual(Buffer.from('0102030405060708', 'hex'))
    expect(judged.verdict === 'taken' && judged.event.eventId).toEqual(
      Buffer.from('0192f3b07c1e7d3a9a415f0c6b1d2e3f', 'hex'),
    )
  })

  test('loses its keys where there is no secret', () => {
    const judged = judge({ card: 'tok_1' }, 200, { pseudonym: () => null })
    expect(judged).toMatchObject({ verdict: 'taken', event: { card: null } })
  })

  test('is of its customer where it names no subject', () => {
    expect(judge({ subject: undefined, customerId: 'c-1' })).toMatchObject({ event: { subject: 'c-1' } })
  })

  test.each([
    ['invalid', { type: 'unknown' }, '/type'],
    ['invalid', { type: 'logged_in' }, '/type'],
    ['invalid', { email: 'a@example.org' }, '/email'],
    ['invalid', { quantity: '3' }, '/quantity'],
    ['invalid', { at: '2026-12-01T11:59:00+01:00' }, '/at'],
    ['invalid', { at: '2026-02-31T25:00:00Z' }, '/at'],
    ['invalid', { reason: 'Card declined' }, '/reason'],
    ['no-subject', { subject: 'NULL', customerId: 'c-1' }, '/subject'],
    ['no-subject', { subject: undefined }, '/subject'],
    ['too-old', { at: '2026-11-24T11:59:59.999Z' }, '/at'],
    ['from-the-future', { at: '2026-12-01T12:05:00.001Z' }, '/at'],
    ['card-number', { card: '4111 1111 1111 1111' }, '/card'],
  ])('is parked as %s for %j', (code, change, pointer) => {
    expect(judge(change)).toMatchObject({ verdict: 'parked', code, fault: { pointer } })
  })

  test.each([[null], [7], ['text'], [[sent]]])('is parked as invalid where it is no object: %j', (value) => {
    expect(judgeUserEvent(value, 10, receipt)).toMatchObject({ verdict: 'parked', code: 'invalid' })
  })

  test('is parked beyond 2 KiB, and taken with exactly so many', () => {
    expect(judge({}, 2_049)).toMatchObject({ code: 'too-large' })
    expect(judge({}, 2_048)).toMatchObject({ verdict: 'taken' })
  })

  test('counts at its receipt where it is up to 5 minutes ahead, and says so', () => {
    expect(judge({ at: '2026-12-01T12:05:00Z' })).toMatchObject({ moved: true, event: { at: NOW } })
  })

  test('moves with the clock of the device that sends it', () => {
    const skew = skewOf('2026-12-01T13:00:00Z', NOW)
    expect(judge({ at: '2026-12-01T12:59:00Z' }, 200, { skew })).toMatchObject({
      moved: true,
      event: { at: NOW - MINUTE_MS },
    })
  })
})

test('the clock of a device counts where it is off by over a minute', () => {
  const off = (millis: number) => skewOf(new Date(NOW + millis).toISOString(), NOW)
  expect([off(MINUTE_MS), off(-MINUTE_MS), off(MINUTE_MS + 1), off(-5 * MINUTE_MS)]).toEqual([
    0,
    0,
    -MINUTE_MS - 1,
    5 * MINUTE_MS,
  ])
  // "5" is a day of 2001 to JavaScript, and a time without a zone is the server's.
  for (const time of [undefined, 'soon', '5', '2026-12-01T16:00', '2026-12-01T16:00:00'])
    expect(skewOf(time, NOW)).toBe(0)
})

test.each(['undefined', 'Null', 'NaN', 'None', '0', 'ANONYMOUS', '"null"', "'anonymous'", '', 0, null, undefined])(
  '%j names nobody',
  (subject) => expect(isNobody(subject)).toBe(true),
)

test.each(['anonymous-7', 'c-0', 'nullpointer', 7])('%j names somebody', (subject) =>
  expect(isNobody(subject)).toBe(false),
)

test('what is kept of a parked event has none of its keys, and the rest as it came', () => {
  const kept = withoutKeys({ ...sent, card: '4111111111111111', device: 7, address: null })
  expect(kept).toEqual({ ...sent, card: 'removed', device: 'removed', address: null })
  expect([withoutKeys(7), withoutKeys(sent)]).toEqual([7, sent])
})

test('nor has what was refused as a whole, however deep its keys lie, nor a card that is called otherwise', () => {
  const inner = { ...sent, card: 'tok_1', Device: ['d'], network: { at: '203.0.113.7' } }
  const without = { ...sent, card: 'removed', Device: 'removed', network: 'removed' }
  expect(withoutKeys({ events: inner })).toEqual({ events: without })
  expect(withoutKeys([[inner], { more: [inner] }])).toEqual([[without], { more: [without] }])
  const cards = { cardNumber: '4111 1111 1111 1111', note: 'paid by 4111-1111-1111-1111.', of: 4111111111111111 }
  expect(withoutKeys(cards)).toEqual({ cardNumber: 'removed', note: 'paid by removed.', of: 'removed' })
  const ids = { eventId: '11111111-1111-4111-8111-111111111111', at: 1764547200000, phone: '4111111111111112' }
  expect(withoutKeys(ids)).toEqual(ids)
  const deep = JSON.parse(`${'['.repeat(50_000)}{"card":"tok_1"}${']'.repeat(50_000)}`) as unknown
  expect(JSON.stringify(withoutKeys(deep))).not.toContain('tok_1')
})

test('what is plainly sound in Avro is what the shape takes', () => {
  const text = fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom('A1', 'visitor-1', 'x'.repeat(64)) },
    fc.constantFrom('', '-a', 'a b', 'x'.repeat(65), 'é'),
    fc.string(),
  )
  const event = fc.record({
    eventId: fc.constant(Buffer.alloc(16)),
    type: fc.constantFrom('unknown' as const, ...USER_EVENT_TYPES),
    at: fc.constant(0),
    subject: text,
    ...{ customerId: fc.option(text), sku: fc.option(text), orderId: fc.option(text) },
    quantity: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 2 }) },
      fc.constantFrom(-1, 0, 10_000, 10_001),
    ),
    amount: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 2 }) },
      fc.maxSafeInteger(),
      fc.constant(2 ** 60),
    ),
    currency: fc.constantFrom('', 'EUR', 'EUR', 'EUR', 'eur', 'EURO'),
    channel: fc.constantFrom('unknown' as const, 'web' as const),
    ...{ region: fc.constantFrom('', '', '', 'north'), cardRegion: fc.constantFrom('', '', '', 'FR', 'FRA') },
    reason: fc.option(fc.constantFrom('card-declined', 'No'), { freq: 1 }),
    ...{ device: fc.constant(null), card: fc.constant(null), address: fc.constant(null), network: fc.constant(null) },
  })
  let sound = 0
  fc.assert(
    fc.property(event, (given) => {
      if (!isPlainlySound(given, given.subject)) return
      sound += 1
      expect(request(ref(UserEventShape)).check(asSent(given, given.subject))).toHaveProperty('wanted')
    }),
    { numRuns: 5_000 },
  )
  expect(sound).toBeGreaterThan(50)
})
