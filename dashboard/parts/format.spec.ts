import { expect, test } from 'vitest'
import { counted, currencyDigits, duration, inWords, money, oneDecimal, shortId, sumOfMoney } from './format.ts'

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
