import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCursor, rfc3339, toCursor, toPage } from './shown.ts'

test('a cursor leads back to its position', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (position) => {
      expect(parseCursor(toCursor(position))).toBe(position)
    }),
  )
})

test('a text that no page gave is no cursor', () => {
  const forged = (text: string) => Buffer.from(text).toString('base64url')
  for (const text of [
    '',
    'x',
    '12',
    '%00',
    forged('0'),
    forged('-1'),
    forged('1e3'),
    forged('01'),
    forged(' 1'),
    `${toCursor(7)}=`,
  ]) {
    expect(parseCursor(text)).toBeNull()
  }
})

test('a page tells where the next one begins only when there is one', () => {
  const shown = { position: 9, asOf: null }
  const of = { item: (row: number) => row, position: (row: number) => row }
  expect(toPage({ shown, rows: [5, 4, 3] }, 2, of)).toEqual({ items: [5, 4], next: toCursor(4), ...shown })
  expect(toPage({ shown, rows: [5, 4] }, 2, of)).toEqual({ items: [5, 4], next: null, ...shown })
})

test('times are RFC 3339 in UTC', () => {
  expect(rfc3339(1_700_000_000_123)).toBe('2023-11-14T22:13:20.123Z')
})
