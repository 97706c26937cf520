import { describe, expect, test } from 'vitest'
import { breaches, compatibilityLevels, type CompatibilityLevel } from './levels.ts'
import { parseSchema } from './parse-schema.ts'

const [int, long, string] = ['int', 'long', 'string'].map((type) => parseSchema(`"${type}"`))
if (!int || !long || !string) throw new Error('unreachable')

describe('the levels', () => {
  test('everything may be the first', () => {
    expect(compatibilityLevels.flatMap((level) => breaches(level, int, []))).toEqual([])
  })

  test.each<[CompatibilityLevel, readonly string[]]>([
    ['NONE', []],
    ['BACKWARD', []],
    ['BACKWARD_TRANSITIVE', ['1 backward']],
    ['FORWARD', ['2 forward']],
    ['FORWARD_TRANSITIVE', ['1 forward', '2 forward']],
    ['FULL', ['2 forward']],
    ['FULL_TRANSITIVE', ['1 backward', '1 forward', '2 forward']],
  ])('%s after a string and an int, refuses a long for: %j', (level, expected) => {
    const found = breaches(level, long, [string, int])
    expect(found.map(({ version, direction }) => `${version} ${direction}`)).toEqual(expected)
  })

  test('a breach says what cannot be read, and where', () => {
    expect(breaches('FORWARD', long, [int])).toEqual([
      {
        version: 1,
        direction: 'forward',
        type: 'TYPE_MISMATCH',
        path: '/',
        message: 'reader type: INT not compatible with writer type: LONG',
      },
    ])
  })
})
