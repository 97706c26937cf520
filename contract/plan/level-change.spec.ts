import { describe, expect, test } from 'vitest'
import { compatibilityLevels } from '../compatibility/levels.ts'
import { levelChange } from './level-change.ts'

describe('the level of a subject', () => {
  test.each([
    ['is tightened after', 'BACKWARD', 'FULL_TRANSITIVE', null, 'FULL_TRANSITIVE'],
    ['is tightened after', 'NONE', 'BACKWARD', null, 'BACKWARD'],
    ['is loosened before', 'FULL_TRANSITIVE', 'BACKWARD', 'BACKWARD', null],
    ['is loosened before', 'FORWARD', 'NONE', 'NONE', null],
    ['goes by what both include', 'BACKWARD_TRANSITIVE', 'FULL', 'BACKWARD', 'FULL'],
    [
      'goes by nothing where they share nothing',
      'FORWARD_TRANSITIVE',
      'BACKWARD_TRANSITIVE',
      'NONE',
      'BACKWARD_TRANSITIVE',
    ],
    ['stays', 'FULL', 'FULL', null, null],
  ] as const)('%s: %s to %s', (_, own, wanted, before, after) => {
    expect(levelChange({ own, inherited: 'NONE' }, wanted)).toEqual({ before, after })
  })

  test('becomes its own where it only followed the others', () => {
    expect(levelChange({ own: null, inherited: 'FULL' }, 'FULL')).toEqual({ before: null, after: 'FULL' })
    expect(levelChange({ own: null, inherited: 'BACKWARD' }, 'FULL')).toEqual({ before: null, after: 'FULL' })
    expect(levelChange({ own: null, inherited: 'FULL' }, 'NONE')).toEqual({ before: 'NONE', after: null })
  })

  test('ends as it is wanted, whatever it was', () => {
    for (const own of [null, ...compatibilityLevels]) {
      for (const inherited of compatibilityLevels) {
        for (const wanted of compatibilityLevels) {
          const { before, after } = levelChange({ own, inherited }, wanted)
          expect(after ?? before ?? own).toBe(wanted)
        }
      }
    }
  })
})
