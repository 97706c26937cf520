import { expect, test } from 'vitest'
import { allowedMethods } from './method-not-allowed.ts'

const routes = new Map([
  ['/orders', new Set(['POST', 'GET'])],
  ['/orders/:orderId', new Set(['GET'])],
  ['/orders/special', new Set(['PUT'])],
])

test.each([
  ['/orders', ['GET', 'POST']],
  ['/orders/x', ['GET']],
  ['/orders/special', ['GET', 'PUT']],
  ['/orders/', []],
  ['/orders/x/y', []],
  ['/', []],
])('%s knows %j', (path, expected) => {
  expect(allowedMethods(routes, path)).toEqual(expected)
})
