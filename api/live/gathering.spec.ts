import { expect, test } from 'vitest'
import { Gathering } from './gathering.ts'

test('frames go out more seldom the more changes, and the more frames, there are', () => {
  const gathering = new Gathering()
  expect(gathering.every(1, 0)).toBe(5)
  gathering.count(301, 0)
  expect(gathering.every(1, 500)).toBe(20)
  expect(gathering.every(1, 1_000)).toBe(5)
  expect(gathering.every(1_000, 1_000)).toBe(50)
})

test('too much is more than 2,000 items within the last second', () => {
  const gathering = new Gathering()
  gathering.count(1_500, 0)
  gathering.count(501, 999)
  expect(gathering.isTooMuch(999)).toBe(true)
  expect(gathering.isTooMuch(1_000)).toBe(false)
})
