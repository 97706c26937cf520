import { expect, test } from 'vitest'
import { hasEmptyPart, originForm } from './target.ts'

test.each([
  ['/orders', '/orders'],
  ['/orders/', '/orders'],
  ['/orders?limit=5', '/orders?limit=5'],
  ['/orders/?limit=5', '/orders?limit=5'],
  ['/orders?', '/orders?'],
  ['/%6frders/%41', '/orders/A'],
  ['/orders#part', '/orders'],
  ['/orders/#part?no=query', '/orders'],
  ['http://localhost:3000/orders/', '/orders'],
  ['HTTP://localhost/orders?a=/', '/orders?a=/'],
  ['http://localhost', '/'],
  ['http://localhost?a=b', '/?a=b'],
  ['/', '/'],
  ['/dashboard/', '/dashboard/'],
  ['/docs/', '/docs/'],
  ['/registry/config/', '/registry/config'],
  ['/registry/subjects/a%2F', '/registry/subjects/a%2F'],
  ['/registry/subjects/a%2fb/versions/', '/registry/subjects/a%2fb/versions'],
  ['/orders//', '/orders//'],
  ['/orders/%zz', '/orders/%zz'],
  ['/orders/%00%20%25', '/orders/%00%20%25'],
  ['*', '*'],
])('%s asks for %s', (target, local) => {
  expect(originForm(target)).toBe(local)
})

test('an empty part is one of the path alone', () => {
  expect(['/orders//', '//', '/a//b?x', '/a?x=//', '/a/b', '/'].map(hasEmptyPart)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ])
})
