import { expect, test } from 'vitest'
import { changeText } from './change-text.ts'

test.each([
  [150, 100, '+50 % against the hour before'],
  [50, 100, '-50 % against the hour before'],
  [100, 100, '0 % against the hour before'],
  [0, 3, '-100 % against the hour before'],
  [12_345, 1, '+1,234,400 % against the hour before'],
  [5, 0, 'nothing in the hour before'],
  [5, -7, '7 less in the hour before'],
])('%i after %i is "%s"', (now, before, text) => {
  expect(changeText({ now, before, beforeText: '7 less' })).toBe(text)
})
