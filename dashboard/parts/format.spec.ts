import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  counted,
  currencyDigits,
  duration,
  inWords,
  minorUnits,
  money,
  oneDecimal,
  shortId,
  signed,
  sumOfMoney,
} from './format.ts'

test.each([
  [2, 'EUR', 123_456_789, '€1,234,567.89'],
  [0, 'JPY', 1_234, 'JP¥1,234'],
  [3, 'KWD', 1_234, 'KWD\u00a01.234'],
  // A browser by itself shows none of its digits.
  [2, 'HUF', 1_234_50, 'HUF\u00a01,234.50'],
])('money has the %i digits that the service names for %s', (digits, currency, amount, text) => {
  currencyDigits.value = digits
  expect(money({ amount, currency })).toBe(text)
})

test.each([
  [20, '+20'],
  [-1_000, '-1,000'],
  [0, '0'],
])('points of %i are added or taken away: %s', (points, text) => expect(signed(points)).toBe(text))

test.each([
  ['19.99', 2, 1_999],
  ['19,9', 2, 1_990],
  [' 20 ', 2, 2_000],
  ['20', 0, 20],
  ['1.234', 3, 1_234],
  ['9007199254740.99', 2, 900_719_925_474_099],
  ['20.001', 2, null],
  ['20.5', 0, null],
  ['-1', 2, null],
  ['1e3', 2, null],
  ['', 2, null],
  ['9999999999999.999', 3, null],
])('%j with %i digits is %s in minor units', (text, digits, minor) => {
  expect(minorUnits(text, digits)).toBe(minor)
})

test.each([
  [2, 'EUR', '10000000000000000', '€100,000,000,000,000.00'],
  [2, 'EUR', '9232379236109516800', '€92,323,792,361,095,168.00'],
  [2, 'EUR', 9_007_199_254_740_991, '€90,071,992,547,409.91'],
  [3, 'KWD', '-10000000000000001', '-KWD\u00a010,000,000,000,000.001'],
  [0, 'JPY', '9007199254740993', 'JP¥9,007,199,254,740,993'],
  [2, 'EUR', 5, '€0.05'],
  [2, 'EUR', -5, '-€0.05'],
  [4, 'CLF', 12, 'CLF\u00a00.0012'],
])('with %i digits in %s, %s is shown whole', (digits, currency, amount, text) => {
  currencyDigits.value = digits
  expect(money({ amount, currency })).toBe(text)
})

test('a sum of sums is exact', () => {
  const sums = [
    { amount: '9007199254740993', currency: 'EUR' },
    { amount: 9_007_199_254_740_991, currency: 'EUR' },
  ]
  expect(sumOfMoney(sums)).toBe('18014398509481984')
})

test('money waits for the digits of its currency', () => {
  currencyDigits.value = null
  expect(money({ amount: 1, currency: 'EUR' })).toBe('…')
})

test('numbers are grouped, and one is not many', () => {
  expect([counted(1, 'order'), counted(12_345, 'order'), counted(0, 'unit')]).toEqual([
    '1 order',
    '12,345 orders',
    '0 units',
  ])
  expect(oneDecimal(0.25)).toBe('0.3')
})

test('a duration has the units that matter', () => {
  expect([0, 12.4, 59.6, 185, 7_800].map(duration)).toEqual(['0 s', '12 s', '1 min 0 s', '3 min 5 s', '2 h 10 min'])
})

test('a long id is known by its ends, a short one is whole', () => {
  expect(shortId('01a1ffa5-6673-75b5-8900-73e3ff22ba55')).toBe('01a1ffa5…22ba55')
  expect(shortId('demo-0001')).toBe('demo-0001')
})

test('names of events and codes become words', () => {
  expect(['OrderPlaced', 'out-of-stock', 'live'].map(inWords)).toEqual(['Order placed', 'Out of stock', 'Live'])
})

describe('times in the zone of the reader', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  /** `many` times, `minutes` minutes apart, from a time on. */
  async function shown(zone: string, from: string, minutes: number, many: number): Promise<readonly string[]> {
    vi.stubEnv('TZ', zone)
    vi.resetModules()
    const { minuteOf } = await import('./format.ts')
    const at = (index: number) => new Date(Date.parse(from) + index * minutes * 60_000).toISOString()
    return Array.from({ length: many }, (_, index) => minuteOf(at(index)))
  }

  test.each([
    ['Europe/Berlin', '2026-10-24T23:00:00Z', 60, ['01:00', '02:00 CEST', '02:00 CET', '03:00']],
    ['Europe/Berlin', '2026-03-28T23:00:00Z', 60, ['00:00', '01:00', '03:00', '04:00']],
    ['America/New_York', '2026-11-01T04:00:00Z', 60, ['00:00', '01:00 GMT-4', '01:00 GMT-5', '02:00']],
    // Its clocks are put back by half an hour.
    ['Australia/Lord_Howe', '2026-04-04T14:15:00Z', 30, ['01:15', '01:45 GMT+11', '01:45 GMT+10:30', '02:15']],
    ['America/St_Johns', '2026-11-01T02:30:00Z', 60, ['00:00', '01:00 GMT-2:30', '01:00 GMT-3:30', '02:00']],
    ['Australia/Adelaide', '2026-04-04T15:30:00Z', 60, ['02:00 GMT+10:30', '02:00 GMT+9:30', '03:00', '04:00']],
    // Clocks of Troll are put back by two hours.
    ['Antarctica/Troll', '2026-10-25T00:00:00Z', 60, ['02:00 GMT+2', '01:00 GMT', '02:00 GMT', '03:00']],
    ['Asia/Kolkata', '2026-10-24T23:00:00Z', 60, ['04:30', '05:30', '06:30', '07:30']],
    ['Asia/Kathmandu', '2026-10-24T23:00:00Z', 60, ['04:45', '05:45', '06:45', '07:45']],
  ])('%s from %s', async (zone, from, minutes, texts) => {
    expect(await shown(zone, from, minutes, texts.length)).toEqual(texts)
  })

  test('no two minutes of a year have one text', async () => {
    for (const zone of [
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'America/St_Johns',
      'Africa/Casablanca',
    ]) {
      vi.stubEnv('TZ', zone)
      vi.resetModules()
      const { dateTime } = await import('./format.ts')
      const seen = new Set<string>()
      const start = Date.UTC(2026, 0, 1)
      for (let quarter = 0; quarter < 366 * 96; quarter++)
        seen.add(dateTime(new Date(start + quarter * 900_000).toISOString()))
      expect([zone, seen.size]).toEqual([zone, 366 * 96])
    }
  })
})
