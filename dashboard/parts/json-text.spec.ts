import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readJson } from './json-text.ts'

test('JSON is read', () => {
  expect(readJson('{"a": [1, null]}')).toEqual({ ok: true, value: { a: [1, null] } })
})

test.each<[string, string]>([
  ['{\n  "a": 1,\n  "b" 2\n}', 'line 3, column 7: "2" is not allowed here'],
  ['{\n  "a": 1,\n', 'line 3, column 1: the text ends too early'],
  ['', 'line 1, column 1: the text ends too early'],
  ['x', 'line 1, column 1: "x" is not allowed here'],
  ['[1, 2,]', 'line 1, column 7: "]" is not allowed here'],
  ['{"a": 1,}', 'line 1, column 9: "}" is not allowed here'],
  ["{'a': 1}", 'line 1, column 2: "\'" is not allowed here'],
  ['{"a": 01}', 'line 1, column 7: "0" is not allowed here'],
  ['{"a": "b\nc"}', 'line 1, column 7: "\\"" is not allowed here'],
  ['[true] 🦊', 'line 1, column 8: "🦊" is not allowed here'],
  ['[1}', 'line 1, column 3: "}" is not allowed here'],
])('what is not valid has a place: %j', (text, fault) => {
  expect(readJson(text)).toEqual({ ok: false, fault })
})

test('a fault is never placed behind the first character that does not belong', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, at) => {
      const place = at % (json.length + 1)
      const text = `${json.slice(0, place)}\u0001${json.slice(place)}`
      const read = readJson(text)
      const before = text.slice(0, place).split('\n')
      const [, line, column] = /^line (\d+), column (\d+)/.exec(read.ok ? '' : read.fault) ?? []
      expect(Number(line)).toBeLessThanOrEqual(before.length)
      if (Number(line) === before.length) expect(Number(column)).toBeLessThanOrEqual((before.at(-1) ?? '').length + 1)
    }),
  )
})
