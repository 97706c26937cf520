import { describe, expect, test } from 'vitest'
import { isAddress } from './address.ts'

describe('an address', () => {
  test.each([
    'ada@example.com',
    'a@b',
    'ada.lovelace+shop@mail.example.co.uk',
    "o'brien@example.com",
    'user_7@example.com',
    'ada@müller.example',
    'ada@उदाहरण.example',
    `${'a'.repeat(64)}@example.com`,
  ])('%s names one mailbox', (text) => {
    expect(isAddress(text)).toBe(true)
  })

  test.each([
    ['two', 'a@example.com,b@example.com'],
    ['two, with a semicolon', 'a@example.com;b@example.com'],
    ['a comma in the local part', 'a,b@example.com'],
    ['quotes', '"a b"@example.com'],
    ['quotes around another address', '"victim@elsewhere.test x"@example.com'],
    ['brackets', 'Ada <ada@example.com>'],
    ['a comment', 'ada(lovelace)@example.com'],
    ['a group', 'all:ada@example.com;'],
    ['two signs', 'ada@home@example.com'],
    ['a literal', 'ada@[127.0.0.1]'],
    ['a blank', 'ada @example.com'],
    ['a line', 'ada@example.com\r\nBcc: b@example.com'],
    ['a line at its end', 'ada@example.com\n'],
    ['a dot at an end', 'ada.@example.com'],
    ['no local part', '@example.com'],
    ['no domain', 'ada@'],
    ['a domain with a gap', 'ada@example..com'],
    ['a dash at an end', 'ada@-example.com'],
    ['letters beyond ASCII before the sign', 'adé@example.com'],
    ['a local part too long', `${'a'.repeat(65)}@example.com`],
    ['too long', `a@${'b.'.repeat(127)}com`],
  ])('is not %s', (_, text) => {
    expect(isAddress(text)).toBe(false)
  })
})
