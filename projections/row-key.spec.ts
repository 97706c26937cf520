import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyOfRow, keyText, keyValues, toKey, toNamed, type TableKey } from './row-key.ts'

const one = { name: 'days', key: { name: 'day', type: 'bigint' } } as const
const three = {
  name: 'pairs',
  key: [
    { name: 'epoch', type: 'bigint' },
    { name: 'low', type: 'text' },
    { name: 'high', type: 'text' },
  ],
} as const

test('what a projection names a row by comes back from its key, value by value', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'))
  fc.assert(
    fc.property(fc.maxSafeInteger(), text, text, (epoch, low, high) => {
      expect(keyValues(three, toKey([epoch, low, high]))).toEqual([epoch, low, high])
      expect(toNamed(three, toKey([epoch, low, high]))).toEqual([epoch, low, high])
      expect(toNamed(one, toKey(epoch))).toBe(epoch)
    }),
  )
})

test('different values are different keys', () => {
  expect(toKey([1, 'ab', 'c'])).not.toBe(toKey([1, 'a', 'bc']))
  expect(keyText(toKey([1, 'ab', 'c']))).toBe('1 ab c')
})

test('a row of the driver has the key that was written', () => {
  expect(keyOfRow(one, { day: '20000' })).toBe(20_000)
  expect(keyOfRow(three, { epoch: '7', low: 'A', high: 'B', baskets: '1' })).toBe(toKey([7, 'A', 'B']))
})

test.each([[null], [undefined], [[7, null, 'B']], [[7, 'A', undefined]]] as const)('%j is no key', (named) => {
  expect(() => toKey(named)).toThrow('a key is missing')
})

test.each<[TableKey, string]>([
  [three.key, 'A\0B'],
  [three.key, '1\0A\0B\0C'],
])('a key of %j with other parts than its columns is refused', (key, text) => {
  expect(() => keyValues({ name: 'pairs', key }, text)).toThrow('holds a NUL')
})
