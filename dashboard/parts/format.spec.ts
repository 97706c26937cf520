import { expect, test } from 'vitest'
import { counted, currencyDigits, duration, inWords, money, oneDecimal, shortId } from './format.ts'

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
