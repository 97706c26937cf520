import { describe, expect, test } from 'vitest'
import { edits, misspelledVariables } from './misspelled.ts'
import { knownNames } from './variables.ts'

describe('a name that is not ours', () => {
  test.each([
    ['DATABASE_URI', 'DATABASE_URL'],
    ['DATABASEURL', 'DATABASE_URL'],
    ['DATABASE_URL_FLE', 'DATABASE_URL_FILE'],
    ['API_TOKEN', 'API_TOKENS'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['ROLE', 'ROLES'],
    ['PROT', 'PORT'],
    ['DEMO_ORDRES', 'DEMO_ORDERS'],
  ])('%s is taken for %s', (name, meant) => {
    expect(misspelledVariables([name], knownNames)).toEqual([{ name, meant }])
  })

  test.each(['HOSTNAME', 'HOME', 'PATH', 'PORTS', 'HOSTS', 'LOGNAME', 'npm_config_port', 'port', 'NODE_OPTIONS'])(
    '%s is left alone',
    (name) => {
      expect(misspelledVariables([name], knownNames)).toEqual([])
    },
  )

  test('known names are never misspelled, though some are near each other', () => {
    expect(misspelledVariables(knownNames, knownNames)).toEqual([])
  })
})

test.each([
  ['', '', 0],
  ['PORT', 'PORT', 0],
  ['PORT', 'PORTS', 1],
  ['PORT', 'PROT', 1],
  ['HOST', 'PORT', 2],
  ['PORT', '', 4],
  ['CURRENCY', 'CURENCY', 1],
  ['METRICS', 'MATRIX', 3],
])('from "%s" to "%s" it takes %i edits', (from, to, count) => {
  expect(edits(from, to)).toBe(count)
  expect(edits(to, from)).toBe(count)
})
