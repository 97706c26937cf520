import { afterEach, expect, test, vi } from 'vitest'
import { mendIntl } from './plain-intl.ts'

afterEach(() => vi.unstubAllGlobals())

const NOON = Date.UTC(2026, 11, 1, 12, 5, 7)
const broken = function () {
  throw new RangeError('Unsupported time zone specified undefined')
}

/** What a page writes with, in a browser that has these parts of Intl. */
function written(parts: object | undefined) {
  vi.stubGlobal('Intl', parts)
  mendIntl()
  const time = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', options).format(NOON)
  const number = (value: number | `${number}`, options: Intl.NumberFormatOptions = {}) =>
    new Intl.NumberFormat('en-GB', options).format(value)
  return { time, number }
}

test.each([
  ['has no Intl', undefined],
  ['has nothing in it', {}],
  ['has no data', { NumberFormat: broken, DateTimeFormat: broken, PluralRules: broken }],
])('a browser that %s writes plainly', (_, parts) => {
  const { time, number } = written(parts)
  expect(time({ hour: '2-digit', minute: '2-digit' })).toBe('12:05')
  expect(time({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' })).toBe(
    '2026-12-01 12:05:07',
  )
  expect(time({ hour: '2-digit', timeZoneName: 'short' })).toBe('12:05 UTC')
  expect(time({ day: 'numeric', month: 'short' })).toBe('2026-12-01')
  expect(Intl.DateTimeFormat().resolvedOptions().timeZone).toBe('UTC')
  expect([number(1234567), number(0.5), number(0.25, { minimumFractionDigits: 1, maximumFractionDigits: 1 })]).toEqual([
    '1234567',
    '0.5',
    '0.3',
  ])
  const euros = { style: 'currency', currency: 'EUR', minimumFractionDigits: 2, maximumFractionDigits: 2 } as const
  expect(number('92323792361095168.00', euros)).toBe('92323792361095168.00 EUR')
  const plural = new Intl.PluralRules('en-GB')
  expect([plural.select(1), plural.select(2)]).toEqual(['one', 'other'])
})

test('a browser that has lost its time zone alone keeps its words, in UTC', () => {
  const { DateTimeFormat, NumberFormat, PluralRules } = Intl
  const zoneless = function (locale: string, options?: Intl.DateTimeFormatOptions) {
    if (options?.timeZone === undefined) throw new RangeError('Unsupported time zone specified undefined')
    return new DateTimeFormat(locale, options)
  }
  const { time, number } = written({ DateTimeFormat: zoneless, NumberFormat, PluralRules })
  expect(time({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })).toBe('1 Dec, 12:05')
  expect(number(1234567)).toBe('1,234,567')
})

test('a sound browser keeps what it has', () => {
  const { DateTimeFormat, NumberFormat, PluralRules } = Intl
  const parts = { DateTimeFormat, NumberFormat, PluralRules }
  written(parts)
  expect(parts).toEqual({ DateTimeFormat, NumberFormat, PluralRules })
})
