import { expect, test } from 'vitest'
import { counted, duration, inWords, money, oneDecimal, shortId } from './format.ts'

test('money has as many decimals as its currency', () => {
  expect(money({ amount: 123_456_789, currency: 'EUR' })).toBe('€1,234,567.89')
  expect(money({ amount: 1_234, currency: 'JPY' })).toBe('JP¥1,234')
  expect(money({ amount: 1_234, currency: 'KWD' })).toMatch(/^KWD\s1\.234$/)
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
