import { expect, test } from 'vitest'
import { canonicalJson } from './idempotency-key.ts'

test('the order of properties does not count, the order of a list does', () => {
  const one = { b: [{ y: 1, x: 2 }], a: null }
  const same = { a: null, b: [{ x: 2, y: 1 }] }
  expect(canonicalJson(one)).toBe(canonicalJson(same))
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]))
})

test('different values stay different', () => {
  const values = [null, {}, [], '', '{}', { a: 1 }, { a: '1' }, { a: { b: 1 } }, { 'a.b': 1 }]
  expect(new Set(values.map(canonicalJson)).size).toBe(values.length)
})

test('no body is like no other', () => {
  expect(canonicalJson(undefined)).toBe('')
})
