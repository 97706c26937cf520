import { describe, expect, test } from 'vitest'
import { isLoopbackHost, principals, requireRole } from './access.ts'
import { ROLES, TOKEN_ROLES, type TokenRole } from './roles.ts'
import { ProblemError } from './problem-document.ts'

describe('tokens', () => {
  const find = principals([
    { name: 'reader', role: 'read', secret: 'one' },
    { name: 'boss', role: 'admin', secret: 'two' },
  ])

  test('name their holder, with the scheme in any case', () => {
    expect(find('Bearer one')).toEqual({ name: 'reader', role: 'read' })
    expect(find('bearer  two')).toEqual({ name: 'boss', role: 'admin' })
  })

  test.each([undefined, '', 'one', 'Bearer', 'Bearer ', 'Bearer on', 'Bearer onee', 'Bearer one two', 'Basic one'])(
    '%j is nobody’s',
    (authorization) => {
      expect(find(authorization)).toBeNull()
    },
  )
})

describe('roles', () => {
  test('include those before them', () => {
    for (const [index, role] of ROLES.entries()) {
      for (const [needed, name] of ROLES.entries()) {
        const check = () => requireRole({ name: 'x', role }, name)
        if (index >= needed) check()
        else expect(check).toThrow(`needs the role ${name}`)
      }
    }
  })

  test('for user events alone give nothing else, and whoever may order may send them', () => {
    const may = (role: TokenRole, needed: TokenRole) => {
      try {
        requireRole({ name: 'x', role }, needed)
        return true
      } catch {
        return false
      }
    }
    expect(TOKEN_ROLES.filter((role) => may(role, 'collect'))).toEqual(['order', 'operate', 'admin', 'collect'])
    expect(TOKEN_ROLES.filter((needed) => may('collect', needed))).toEqual(['collect'])
  })

  test('are nobody’s without a token', () => {
    expect(() => requireRole(null, 'read')).toThrow(ProblemError)
  })
})

test.each([
  ['localhost', true],
  ['LocalHost:3000', true],
  ['127.0.0.1:1', true],
  ['[::1]', true],
  ['localhost.', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['evil.example', false],
  ['[::2]', false],
  ['', false],
])('%j is a loopback name: %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected)
})
