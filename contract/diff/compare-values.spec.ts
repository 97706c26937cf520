import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareValues, sameValue, type ValueDifference } from './compare-values.ts'

function differences(was: unknown, is: unknown): readonly ValueDifference[] {
  const found: ValueDifference[] = []
  compareValues(was, is, (difference) => found.push(difference))
  return found
}

const value = fc.jsonValue({ maxDepth: 4 })

test('a value is the same as its copy, and there is nothing to tell', () => {
  fc.assert(
    fc.property(value, (one) => {
      const copy: unknown = structuredClone(one)
      expect(sameValue(one, copy)).toBe(true)
      expect(differences(one, copy)).toEqual([])
    }),
  )
})

test('two values are the same exactly when there is no difference to tell', () => {
  fc.assert(fc.property(value, value, (one, other) => sameValue(one, other) === (differences(one, other).length === 0)))
})

test('a difference names its place, the entries of a list as one', () => {
  const was = { sku: 'A', lines: [{ quantity: 1 }, { quantity: 2 }], total: { amount: 5 }, note: null }
  const is = { sku: 'A', lines: [{ quantity: 1 }, { quantity: 3 }], total: { amount: 5, tax: 1 } }
  expect(differences(was, is)).toEqual([
    { path: 'lines[].quantity', kind: 'changed', was: 2, is: 3 },
    { path: 'total.tax', kind: 'new', was: undefined, is: 1 },
    { path: 'note', kind: 'gone', was: null, is: undefined },
  ])
})

test('lists of other lengths, bytes and kinds of value differ', () => {
  expect(sameValue([1], [1, 2])).toBe(false)
  expect(sameValue(Buffer.from('a'), Buffer.from('a'))).toBe(true)
  expect(sameValue(Buffer.from('a'), Buffer.from('b'))).toBe(false)
  expect(sameValue([], {})).toBe(false)
  expect(sameValue(null, {})).toBe(false)
})
