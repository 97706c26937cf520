import { expect, test } from 'vitest'
import { cut, cutList } from './cut.ts'

test.each([
  ['short', 'short'],
  ['x'.repeat(10), 'x'.repeat(10)],
  ['x'.repeat(11), `${'x'.repeat(10)}…`],
])('%s is quoted as %s', (text, quoted) => {
  expect(cut(text, 10)).toBe(quoted)
})

test.each<readonly [readonly string[], string]>([
  [[], ''],
  [['A', 'B'], 'A, B'],
  [['AAAA', 'BBBB', 'CCCC', 'D'], 'AAAA, BBBB, … and 2 more'],
  [['x'.repeat(11), 'B'], `${'x'.repeat(10)}…, … and 1 more`],
  [['x'.repeat(11)], `${'x'.repeat(10)}…`],
])('%j is listed as %s', (texts, listed) => {
  expect(cutList(texts, 10)).toBe(listed)
})
