import { expect, test } from 'vitest'
import { bodyAt } from './command.ts'

test('the position becomes the last property of a body', () => {
  expect(bodyAt('{"orderId":"o1","total":null}', 7)).toBe('{"orderId":"o1","total":null,"position":7}')
})

test('the position becomes the only property of an empty body', () => {
  expect(bodyAt('{}', 7)).toBe('{"position":7}')
})
