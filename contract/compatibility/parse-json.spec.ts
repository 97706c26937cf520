import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isNumber, parseJson, plainJson } from './parse-json.ts'

describe('reading JSON', () => {
  test('gives what JSON.parse gives, for any value', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(plainJson(parseJson(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  test('refuses what JSON.parse refuses, and nothing else', () => {
    const pieces = fc.constantFrom(
      ...'{}[],:"\\'.split(''),
      'null',
      '1',
      '-0.5e2',
      '01',
      '"a"',
      '"\\u00e4"',
      '"\\x"',
      ' ',
      'nul',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('')
        expect(outcome(() => plainJson(parseJson(text)))).toEqual(outcome(() => JSON.parse(text)))
      }),
      { numRuns: 5000 },
    )
  })

  test('keeps a number as it is written', () => {
    const value = parseJson('1.0')
    expect(isNumber(value) && value.literal).toBe('1.0')
  })

  test('takes __proto__ for a key like any other', () => {
    expect(plainJson(parseJson('{"__proto__":{"a":1}}'))).toEqual(JSON.parse('{"__proto__":{"a":1}}'))
  })

  test.each([
    ['{"a":1,}', 'a key in double quotes is missing (line 1, column 8)'],
    ['[1\n,\n2', 'a comma or a closing bracket is missing (line 3, column 2)'],
    ['"a\nb"', 'a string contains a control character (line 1, column 3)'],
    ['"a', 'it ends inside a string (line 1, column 3)'],
    ['', 'it ends too early (line 1, column 1)'],
    ['// a comment\n1', 'no value starts here (line 1, column 1)'],
    ['1 1', 'text follows its end (line 1, column 3)'],
  ])('says what is wrong with %j, and where', (text, message) => {
    expect(() => parseJson(text)).toThrow(`at /: the JSON cannot be read: ${message}`)
  })

  test.each([
    ['a million open brackets', '['.repeat(1_000_000), 'nested deeper than 400 levels'],
    ['a million open braces', '{"a":'.repeat(200_000), 'nested deeper than 400 levels'],
    ['half a million numbers', `[${'1,'.repeat(499_998)}1]`, 'more than 50000 values'],
    ['a number of half a million digits', '1'.repeat(500_000), 'a number has more than 1000 digits'],
    ['half a million escapes and no end', `"${'\\n'.repeat(499_999)}`, 'ends inside a string'],
  ])('refuses %s without reading on', (_, text, message) => {
    expect(() => parseJson(text)).toThrow(message)
  })
})

function outcome(read: () => unknown): unknown {
  try {
    return { value: read() }
  } catch {
    return 'refused'
  }
}
