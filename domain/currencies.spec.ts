import { expect, test } from 'vitest'
import { currencyDigits, isCurrency, majorUnits, minorUnits } from './currencies.ts'

test.each<readonly [string, number]>([
  ['EUR', 2],
  ['JPY', 0],
  ['KWD', 3],
  ['CLF', 4],
  // Those that Intl shows with fewer digits than ISO 4217 gives them.
  ...['HUF', 'IDR', 'COP', 'PKR', 'IRR', 'LBP', 'MMK', 'TZS', 'UZS'].map((code) => [code, 2] as const),
  ['IQD', 3],
])('%s has the digits of ISO 4217, %i', (code, digits) => {
  expect(currencyDigits(code)).toBe(digits)
})

test.each(['ABC', 'XAU', 'XXX', 'DEM', 'eur', ''])('"%s" is the code of no currency in use', (code) => {
  expect(isCurrency(code)).toBe(false)
  expect(() => currencyDigits(code)).toThrow(RangeError)
})

test.each([
  [1_999, 'EUR', '19.99'],
  [5, 'EUR', '0.05'],
  [-5, 'EUR', '-0.05'],
  ['-12345678901234567890', 'EUR', '-123456789012345678.90'],
  [1_999, 'JPY', '1999'],
  [1, 'KWD', '0.001'],
])('%s minor units of %s are %s', (amount, code, major) => expect(majorUnits(amount, code)).toBe(major))

test.each(['', '-1', '1.', '.5', '1e21', 'NaN', 'Infinity', '1.001', '90071992547409.92'])(
  '%j is no amount in EUR',
  (text) => expect(minorUnits(text, 'EUR')).toBeNull(),
)

test('what is written in major units is read as it was', () => {
  for (const code of ['JPY', 'EUR', 'KWD', 'CLF'])
    for (const amount of [0, 7, 1_999, Number.MAX_SAFE_INTEGER]) {
      expect(minorUnits(majorUnits(amount, code), code)).toBe(amount)
    }
})

test('each of 10,000 prices of a float is the cents that it was written with', () => {
  const wrong = Array.from({ length: 10_000 }, (_, index) => index + 1).filter(
    (cents) => minorUnits(String(cents / 100), 'EUR') !== cents,
  )
  expect(wrong).toEqual([])
})
