import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { type Phase, sqlState, type Verdict, verdictOf } from './sqlstate.ts'

function fromServer(code: string): Error {
  const error = new pg.DatabaseError('as the server said', 0, 'error')
  error.severity = 'ERROR'
  error.code = code
  return error
}

function fromSocket(code: string): Error {
  return Object.assign(new Error('the connection failed'), { code })
}

/** State, what it is, verdict while appending, verdict while reading. */
const TABLE: readonly (readonly [string, string, Verdict, Verdict])[] = [
  ['55P03', 'lock time-out', 'nothing-written', 'nothing-written'],
  ['57014', 'statement time-out', 'nothing-written', 'nothing-written'],
  ['40P01', 'deadlock', 'nothing-written', 'nothing-written'],
  ['40001', 'serialization failure', 'nothing-written', 'nothing-written'],
  ['53100', 'disk full', 'nothing-written', 'nothing-written'],
  ['53200', 'out of memory', 'nothing-written', 'nothing-written'],
  ['53300', 'too many connections', 'nothing-written', 'nothing-written'],
  ['57P03', 'cannot connect now', 'nothing-written', 'nothing-written'],
  ['58030', 'I/O error', 'nothing-written', 'nothing-written'],
  ['25006', 'read-only transaction', 'nothing-written', 'nothing-written'],
  ['57P01', 'terminated by an administrator', 'unknown', 'nothing-written'],
  ['57P02', 'crash of another backend', 'unknown', 'nothing-written'],
  ['57P05', 'idle session time-out', 'unknown', 'nothing-written'],
  ['25P03', 'idle in transaction time-out', 'unknown', 'nothing-written'],
  ['25P04', 'transaction time-out', 'unknown', 'nothing-written'],
  ['08006', 'connection failure', 'unknown', 'nothing-written'],
  ['08P01', 'protocol violation', 'unknown', 'nothing-written'],
  ['22021', 'character not in repertoire', 'refused', 'refused'],
  ['22P03', 'bad binary representation', 'refused', 'refused'],
  ['23505', 'unique violation', 'refused', 'refused'],
  ['23514', 'check violation', 'refused', 'refused'],
  ['42P01', 'undefined table', 'defect', 'defect'],
  ['42501', 'insufficient privilege', 'defect', 'defect'],
  ['28P01', 'invalid password', 'nothing-written', 'nothing-written'],
  ['3D000', 'no such database', 'nothing-written', 'nothing-written'],
  ['OL001', 'refused by the trigger', 'defect', 'defect'],
  ['XX000', 'internal error', 'defect', 'defect'],
]

describe.each(TABLE)('SQLSTATE %s (%s)', (state, _, appending, reading) => {
  test.each<[Phase, Verdict]>([
    ['appending', appending],
    ['reading', reading],
  ])('while %s means %s', (phase, verdict) => {
    expect(verdictOf(fromServer(state), phase)).toBe(verdict)
  })
})

describe('without a SQLSTATE', () => {
  test.each([
    fromSocket('ECONNRESET'),
    fromSocket('ECONNREFUSED'),
    fromSocket('EPIPE'), // five capital letters, and no SQLSTATE
    new Error('Connection terminated unexpectedly'),
    new Error('Query read timeout'),
  ])('a lost connection (%s) leaves an append unknown and a reading harmless', (error) => {
    expect(sqlState(error)).toBeNull()
    expect(verdictOf(error, 'appending')).toBe('unknown')
    expect(verdictOf(error, 'reading')).toBe('nothing-written')
  })

  test.each([new TypeError('not a function'), new RangeError('out of range'), new ReferenceError('not defined')])(
    'a fault of the program (%s) is searched for before anything is sent, and nothing is concluded from it after',
    (error) => {
      expect(verdictOf(error, 'reading')).toBe('refused')
      expect(verdictOf(error, 'appending')).toBe('unknown')
    },
  )

  test('what is no error at all is a lost connection too', () => {
    expect(verdictOf('gone', 'appending')).toBe('unknown')
  })
})
