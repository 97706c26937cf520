import { describe, expect, test } from 'vitest'
import { contentTag, matchesNone, parseIfMatch, versionsTag, versionTag } from './etag.ts'
import { ProblemError } from './problem-document.ts'

test('equal content has an equal weak tag, other content another', () => {
  expect(contentTag({ items: [1] })).toBe(contentTag({ items: [1] }))
  expect(contentTag({ items: [1] })).not.toBe(contentTag({ items: [2] }))
  expect(contentTag({})).toMatch(/^W\/"[A-Za-z0-9_-]{22}"$/)
})

test.each([
  [[3, 0, 0], '"3"'],
  [[3, 1, 0], '"3-1"'],
  [[3, 1, 2], '"3-1-2"'],
])('the versions %j of several streams have the tag %s, a demand on the first', (versions, tag) => {
  expect(versionsTag(versions)).toBe(tag)
  expect(parseIfMatch(tag)?.(3)).toBe(true)
})

test.each([
  ['"3"', true],
  ['W/"3"', true],
  ['"1", "3"', true],
  ['*', true],
  ['"33"', false],
  ['3', false],
  [undefined, false],
])('If-None-Match %j names "3": %s', (header, expected) => {
  expect(matchesNone(header, versionTag(3))).toBe(expected)
})

describe('If-Match', () => {
  test.each([
    ['"3"', true],
    ['"3-1-2"', true],
    ['"1", "3"', true],
    ['*', true],
    ['"4"', false],
    ['"33"', false],
    ['W/"3"', false],
    ['"abc"', false],
  ])('%j fits version 3: %s', (header, expected) => {
    expect(parseIfMatch(header)?.(3)).toBe(expected)
  })

  test('demands nothing when it is absent', () => {
    expect(parseIfMatch(undefined)).toBeNull()
  })

  test.each(['3', '"3', '', '"3";"4"', 'W/3'])('%j is malformed', (header) => {
    expect(() => parseIfMatch(header)).toThrow(ProblemError)
  })
})
