import { expect, test } from 'vitest'
import { FULL_ORDERS, parseOptions } from './options.ts'

const known = ['P1', 'P4']

test('without arguments all figures are measured at full size', () => {
  expect(parseOptions([], known)).toEqual({
    mode: 'measure',
    options: { figures: [], rounds: 5, seconds: 5, orders: FULL_ORDERS, jsonFile: null, markdown: false, from: null },
  })
})

test('figures are named in any case, and options are read', () => {
  const args = ['p1', 'P4', '--rounds', '3', '--seconds=2', '--json', 'out.json', '--markdown']
  expect(parseOptions(args, known)).toMatchObject({
    options: { figures: ['P1', 'P4'], rounds: 3, seconds: 2, jsonFile: 'out.json', markdown: true },
  })
})

test('an unknown figure is refused with those there are', () => {
  expect(parseOptions(['P1', 'P7'], known)).toEqual({
    mode: 'wrong',
    reason: 'there is no figure P7; there are P1, P4',
  })
})

test.each([['--rounds', '0'], ['--seconds', '1.5'], ['--orders', 'many'], ['--nonsense']])(
  '%s %s is refused',
  (...args) => {
    expect(parseOptions(args, known)).toMatchObject({ mode: 'wrong' })
  },
)
