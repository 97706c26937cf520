import { describe, expect, test } from 'vitest'
import { money, parseCustomerId, parseOrderId, parseSku, totalOf } from './values.ts'
import { eur } from './test-events.ts'

describe('an id', () => {
  const longest = 'a'.repeat(64)
  const parsers = [parseOrderId, parseCustomerId, parseSku]

  test.each(['A1', '0', 'iphone-15_pro.max', longest])('%s is one', (text) => {
    for (const parse of parsers) expect(parse(text)).toBe(text)
  })

  test.each(['', '-A1', '.A1', '_A1', 'a b', 'a/b', 'é', 'A1\n', `${longest}a`])('%j is none', (text) => {
    for (const parse of parsers) expect(parse(text)).toBeNull()
  })
})

describe('money', () => {
  test('is a whole number of minor units', () => {
    expect(money(1999, 'EUR')).toEqual({ amount: 1999, currency: 'EUR' })
    expect(() => money(19.99, 'EUR')).toThrow(RangeError)
    expect(() => money(2 ** 53, 'EUR')).toThrow(RangeError)
  })
})

describe('a total', () => {
  test('sums quantity times unit price', () => {
    const lines = [
      { quantity: 2, unitPrice: eur(999) },
      { quantity: 3, unitPrice: eur(1) },
    ]
    expect(totalOf(lines)).toEqual(eur(2001))
  })

  test('reaches 2^53 - 1 and not one unit more', () => {
    const most = { quantity: 1, unitPrice: eur(Number.MAX_SAFE_INTEGER) }
    expect(totalOf([most])).toEqual(eur(Number.MAX_SAFE_INTEGER))
    expect(totalOf([most, { quantity: 1, unitPrice: eur(1) }])).toBeNull()
  })

  test('is none when one line alone is past 2^53 - 1', () => {
    expect(totalOf([{ quantity: 10_000, unitPrice: eur(Number.MAX_SAFE_INTEGER) }])).toBeNull()
  })

  test('is none over two currencies or no lines', () => {
    const dollars = { quantity: 1, unitPrice: money(1, 'USD') }
    expect(totalOf([{ quantity: 1, unitPrice: eur(1) }, dollars])).toBeNull()
    expect(totalOf([])).toBeNull()
  })
})
