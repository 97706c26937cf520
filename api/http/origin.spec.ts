import { expect, test } from 'vitest'
import { isOriginOf } from './origin.ts'

test.each([
  ['http://localhost:3000', 'localhost:3000'],
  ['http://LOCALHOST:3000', 'localhost:3000'],
  ['http://[::1]:3000', '[::1]:3000'],
  ['http://shop.example', 'shop.example'],
  ['http://shop.example', 'shop.example:80'],
  ['https://shop.example', 'shop.example'],
  ['https://shop.example', 'shop.example:443'],
])('%s is the origin of %s', (origin, host) => {
  expect(isOriginOf(origin, host)).toBe(true)
})

test.each([
  ['null', 'localhost:3000'],
  ['', 'localhost:3000'],
  ['http://localhost:3001', 'localhost:3000'],
  ['http://127.0.0.1:3000', 'localhost:3000'],
  ['https://shop.example', 'shop.example:80'],
  ['http://shop.example', 'shop.example:443'],
  ['http://localhost:3000, http://localhost:3000', 'localhost:3000'],
  ['http://localhost:3000/', 'localhost:3000'],
  ['http://evil@localhost:3000', 'localhost:3000'],
  ['ftp://localhost:3000', 'localhost:3000'],
  ['file://', ''],
  ['http://localhost:3000', ''],
])('%j is not the origin of %j', (origin, host) => {
  expect(isOriginOf(origin, host)).toBe(false)
})
