import { expect, test } from 'vitest'
import { currencyDigits, isCurrency } from './currencies.ts'

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
