import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineDiff } from './line-diff.ts'

function drawn(before: string, after: string): readonly string[] {
  return lineDiff(before, after).map(
    ({ kind, before: left, after: right }) =>
      `${kind === 'same' ? ' ' : '*'}${left?.text ?? '-'}|${right?.text ?? '-'}`,
  )
}

test('lines that were added, removed and changed stand beside what they were', () => {
  expect(drawn('a\nb\nc\n', 'a\nb\nc\n')).toEqual([' a|a', ' b|b', ' c|c'])
  expect(drawn('a\nc\n', 'a\nb\nc\n')).toEqual([' a|a', '*-|b', ' c|c'])
  expect(drawn('a\nb\nc\n', 'c\n')).toEqual(['*a|-', '*b|-', ' c|c'])
  expect(drawn('a\nb\nc\n', 'a\nx\ny\nc\n')).toEqual([' a|a', '*b|x', '*-|y', ' c|c'])
  expect(drawn('a', 'b')).toEqual(['*a|b'])
})

test('both texts are there whole and in order, and what is called the same is the same', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '{', '}'), { minLength: 1 }).map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const rows = lineDiff(before, after)
      for (const [side, whole] of [
        ['before', before],
        ['after', after],
      ] as const) {
        const lines = rows.flatMap((row) => row[side] ?? [])
        expect(lines.map((line) => line.text).join('\n')).toBe(whole)
        expect(lines.map((line) => line.number)).toEqual(lines.map((_, index) => index + 1))
      }
      for (const { kind, before: left, after: right } of rows) expect(left?.text === right?.text).toBe(kind === 'same')
    }),
  )
})
