import { describe, expect, test } from 'vitest'
import { cleanReason, cleanReference } from './foreign-text.ts'

/** The test number of every provider's documentation. */
const CARD = '4111111111111111'

describe('a reason', () => {
  test.each([
    ['insufficient-funds', 'insufficient-funds'],
    ['Do not honour (05)', 'Do not honour (05)'],
    ['limit of 1500 exceeded', 'limit of 1500 exceeded'],
    ['  two\nlines\tand\u0000 a NUL\u2028 ', 'two lines and a NUL'],
    [`card ${CARD} was refused`, 'card [hidden] was refused'],
    ['card 4111 1111 1111 1111 was refused', 'card [hidden] was refused'],
    ['card 4111-1111-1111-1111', 'card [hidden]'],
    ['card 4111\u200b1111\u200b1111\u200b1111', 'card [hidden]'],
    [
      'card \uff14\uff11\uff11\uff11 \uff11\uff11\uff11\uff11 \uff11\uff11\uff11\uff11 \uff11\uff11\uff11\uff11',
      'card [hidden]',
    ],
    ['card \u0664\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661', 'card [hidden]'],
    ['call +49 (0)30 123-4567 now', 'call [hidden] now'],
    ['account DE89 3704 0044 0532 0130 00 is closed', 'account [hidden] is closed'],
    ['ask ann.lee@mail.example, please', 'ask [hidden] please'],
    ['<ann@mail.example>', '[hidden]'],
    ['ann\uff20mail.example', '[hidden]'],
    ['half a character \ud83d here', 'half a character here'],
  ])('%j is kept as %j', (text, kept) => {
    expect(cleanReason(text)).toBe(kept)
  })

  test('has at most 100 characters, and none that is cut in half', () => {
    expect(cleanReason('x'.repeat(65_000))).toBe('x'.repeat(100))
    expect(cleanReason('\u{1f4b3}'.repeat(200))).toBe('\u{1f4b3}'.repeat(100))
    // What comes after a long text that is hidden is not cut before it is looked at.
    expect(cleanReason(`${'a'.repeat(2_000)}@mail.example ${CARD}`)).toBe('[hidden] [hidden]')
  })

  test('of nothing is none', () => {
    for (const text of ['', ' \n\t', '\u0000\u200b']) expect(cleanReason(text)).toBeNull()
  })
})

describe('a reference', () => {
  test.each([
    'ch_3NabcDEF',
    '8ac7a4a1845f7e19018461a00b366a74',
    '8515131751004933',
    '20240115103055',
    'a:b/c+d=e~f',
    'x'.repeat(100),
  ])('%s is kept as it came', (text) => {
    expect(cleanReference(text)).toBe(text)
  })

  test.each([CARD, '4111-1111-1111-1111', `charge-${CARD}`, 'ann@mail.example', `x ${CARD} y`])(
    'of %s shows none of it',
    (text) => {
      const kept = cleanReference(text) ?? ''
      expect(kept).toMatch(/\[hidden\].*~[0-9a-f]{16}$/)
      expect(kept).not.toMatch(/@|\d{4}-?1111/)
    },
  )

  test('that is changed or cut is printable, bounded, the same each time, and another one for another text', () => {
    const texts = ['a b', 'a\u0000b', 'a\u00e9b', 'x'.repeat(101), `${'x'.repeat(101)}y`, 'x'.repeat(65_000)]
    const kept = texts.map((text) => cleanReference(text) ?? '')
    expect(kept).toEqual(texts.map((text) => cleanReference(text)))
    for (const text of kept) expect(text).toMatch(/^[\x21-\x7e]{1,83}~[0-9a-f]{16}$/)
    expect(new Set([...kept].slice(2)).size).toBe(4)
  })

  test('of nothing is none', () => {
    expect(cleanReference('')).toBeNull()
    expect(cleanReference('  ')).toBeNull()
  })
})

test('the longest answer is cleaned at once, whatever it is made of', () => {
  // A pattern that tries again from each character would be at it for minutes.
  for (const piece of ['a', '@', '1', '1 ', 'DE12 ', 'a@', '1-', '[hidden]', '\u0300']) {
    const text = piece.repeat(65_536 / piece.length)
    expect((cleanReason(text) ?? '').length).toBeLessThanOrEqual(200)
    expect((cleanReference(text) ?? '').length).toBeLessThanOrEqual(100)
  }
})
