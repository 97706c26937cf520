import { describe, expect, test } from 'vitest'
import { TABLE } from './table.ts'
import { fill, languageOf } from './text.ts'

const rows: readonly (readonly [string, readonly [string, string]])[] = Object.entries(TABLE)

describe('the language of the page', () => {
  test.each([
    [['fr-CA', 'en'], 'fr'],
    [['de', 'fr', 'en'], 'fr'],
    [['de-AT', 'nl'], 'en'],
    [['en-US@posix', 'fr'], 'en'],
    [['fr_FR.UTF-8'], 'fr'],
    [['*', 'fr'], 'fr'],
    [['fry'], 'en'],
    [[], 'en'],
  ] as const)('of %j is %s', (tags, language) => {
    expect(languageOf(tags)).toBe(language)
  })
})

describe('a text', () => {
  test('has its values, and the form for their number', () => {
    const text = ['{n} order of {who} | {n} orders of {who}', '{n} commande | {n} commandes'] as const
    expect(fill(text, { n: 1, who: 'A' }, 'en')).toBe('1 order of A')
    expect(fill(text, { n: 1234, who: 'A' }, 'en')).toBe('1,234 orders of A')
    expect(fill(text, { n: 2 }, 'fr')).toBe('2 commandes')
  })

  test('takes a value as it is, whatever stands in it', () => {
    expect(fill(['of {who}', ''], { who: '$& {n} | x' }, 'en')).toBe('of $& {n} | x')
  })
})

describe('the table', () => {
  test.each(rows)('has %s in both languages, with the same values', (_key, [en, fr]) => {
    const values = (text: string) => [...new Set(text.match(/\{\w+\}/g))].toSorted()
    expect([en, fr].filter((text) => text.trim() === '' || text.trim() !== text)).toEqual([])
    expect(values(fr)).toEqual(values(en))
  })
})
