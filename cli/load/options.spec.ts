import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { positiveNumber, wholeNumber } from './options.ts'

test('a whole number within its bounds is read', () => {
  expect(['1', '007', '100'].map(wholeNumber(1, 100))).toEqual([1, 7, 100])
})

test.each(['0', '101', '-1', '1.5', '1e2', '0x10', '', ' 1', 'many'])(
  '"%s" is not a whole number from 1 to 100',
  (text) => {
    expect(() => wholeNumber(1, 100)(text)).toThrow(InvalidArgumentError)
  },
)

test('a positive number may have decimals', () => {
  expect(['0.5', '1440'].map(positiveNumber(2_000))).toEqual([0.5, 1_440])
})

test.each(['0', '0.0', '2000.1', '-1', 'Infinity', '1e2', ''])('"%s" is not a number above 0, up to 2000', (text) => {
  expect(() => positiveNumber(2_000)(text)).toThrow(InvalidArgumentError)
})
