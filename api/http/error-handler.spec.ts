import { expect, test } from 'vitest'
import { StoreFailure } from '../../store/commit/command.ts'
import { occurrenceOf } from './error-handler.ts'
import { problemText, ProblemError } from './problem-document.ts'

function withCode(code: string, more: object = {}): Error {
  return Object.assign(new Error('secret'), { code, ...more })
}

const postgres = (state: string) => withCode(state, { severity: 'ERROR' })

test.each([
  [new ProblemError({ code: 'key-reused', detail: 'x' }), 'key-reused'],
  [new StoreFailure('stopping', 'x'), 'stopping'],
  [new StoreFailure('outcome-unknown', 'x'), 'outcome-unknown'],
  [withCode('FST_ERR_CTP_BODY_TOO_LARGE'), 'body-too-large'],
  [withCode('FST_ERR_CTP_INVALID_MEDIA_TYPE'), 'unsupported-media-type'],
  [withCode('FST_ERR_BAD_URL'), 'malformed-request'],
  [withCode('FST_ERR_MAX_PARAM_LENGTH'), 'path-too-long'],
  [withCode('ECONNREFUSED'), 'store-unavailable'],
  [postgres('57014'), 'store-unavailable'],
  [postgres('57P01'), 'store-unavailable'],
  [postgres('53300'), 'store-unavailable'],
  [new Error('Connection terminated unexpectedly'), 'store-unavailable'],
  [postgres('42P01'), 'internal-error'],
  [new TypeError('x is not a function'), 'internal-error'],
  ['not even an error', 'internal-error'],
])('%s is %s', (error, code) => {
  expect(occurrenceOf(error).code).toBe(code)
})

test('the message of an error that is none of ours is not told', () => {
  for (const error of [withCode('ECONNREFUSED'), postgres('42P01'), new Error('secret'), withCode('FST_ERR_BAD_URL')]) {
    expect(JSON.stringify(occurrenceOf(error))).not.toContain('secret')
  }
})

test('a pointer to a client’s own property name is escaped, cut and printable', () => {
  const name = `a/b~c\u0007${'x'.repeat(300)}`
  const validation = [
    { keyword: 'additionalProperties', instancePath: '/lines/0', params: { additionalProperty: name } },
  ]
  const { errors } = occurrenceOf(withCode('FST_ERR_VALIDATION', { validation, validationContext: 'body' }))
  expect(errors).toHaveLength(1)
  expect(errors?.[0]).toMatchObject({ in: 'body', message: 'is unknown' })
  expect(errors?.[0]?.pointer).toMatch(/^\/lines\/0\/a~1b~0c\uFFFDx+$/)
  expect(errors?.[0]?.pointer.length).toBe(200)
})

test('instance is the path alone, as a URI may have it', () => {
  const instance = (url: string) =>
    (JSON.parse(problemText({ code: 'not-found', detail: 'x' }, { url, requestId: 'r' })) as { instance: string })
      .instance
  expect(instance('/orders/a%20b?limit=1')).toBe('/orders/a%20b')
  expect(instance('/orders/%zz')).toBe('/orders/%25zz')
  expect(instance('/<script>"')).toBe('/%3cscript%3e%22')
})
