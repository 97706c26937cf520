import { describe, expect, test } from 'vitest'
import { csvOf, decimal } from './csv.ts'

const columns = [
  { title: 'Name', csv: ({ name }: { readonly name: string }) => name },
  { title: 'Length', csv: ({ name }: { readonly name: string }) => name.length },
]

test('a file begins with its mark and the titles, and each line ends as RFC 4180 has it', () => {
  expect(csvOf(columns, [{ name: 'north' }])).toBe('\uFEFFName,Length\r\nnorth,5\r\n')
})

test.each([
  ['a comma', 'a,b', '"a,b"'],
  ['quotes', 'say "hi"', '"say ""hi"""'],
  ['a line', 'a\nb', '"a\nb"'],
  ['a formula', '=1+1', "'=1+1"],
  ['a formula in quotes', '@SUM(A1,B1)', `"'@SUM(A1,B1)"`],
  ['a dash', '-north', "'-north"],
  ['a negative number', '-12.50', '-12.50'],
])('%s is kept as text', (_, name, cell) => {
  expect(csvOf(columns.slice(0, 1), [{ name }])).toBe(`\uFEFFName\r\n${cell}\r\n`)
})

describe('an amount', () => {
  test.each([
    [123_456, 2, '1234.56'],
    [-5, 2, '-0.05'],
    [0, 2, '0.00'],
    [1_500, 0, '1500'],
    [1_234_567, 3, '1234.567'],
    ['90071992547409920', 2, '900719925474099.20'],
  ])('%s with %i digits is %s', (amount, digits, text) => {
    expect(decimal({ amount, currency: 'EUR' }, digits)).toBe(text)
  })
})
