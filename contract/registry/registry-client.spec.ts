import { describe, expect, test } from 'vitest'
import { addressOf, answerOf } from './registry-client.ts'
import { RegistryFailure } from './schema-registry.ts'

function outcome(status: number, text: string): unknown {
  try {
    return answerOf({ status, text, asked: 'GET http://registry/subjects' })
  } catch (error) {
    return error instanceof RegistryFailure ? `${error.kind} ${error.code}` : error
  }
}

describe('an answer means', () => {
  const error = (code: number) => JSON.stringify({ error_code: code, message: 'said' })

  test.each<readonly [string, number, string, unknown]>([
    ['what it says', 200, '{"id":1}', { id: 1 }],
    ['nothing, for a 404 of the registry', 404, error(40401), null],
    ['an unreadable one, for a 404 of something else', 404, '<html>', 'infrastructure registry-answer-unreadable'],
    [
      'an unreadable one, for a 404 in JSON of something else',
      404,
      '{"error":"no route"}',
      'infrastructure registry-answer-unreadable',
    ],
    ['an unreadable one, for a 200 without JSON', 200, 'OK', 'infrastructure registry-answer-unreadable'],
    ['an unreadable one, for an empty 200', 200, '', 'infrastructure registry-answer-unreadable'],
    ['an unreadable one, for a redirect', 302, '', 'infrastructure registry-answer-unreadable'],
    ['an incompatible schema', 409, error(409), 'schema schema-incompatible'],
    ['an incompatible schema, as newer ones say it', 409, error(40901), 'schema schema-incompatible'],
    ['a refusal, for a wrong password', 401, '', 'schema registry-refused'],
    ['a refusal, for missing rights', 403, '', 'schema registry-refused'],
    ['a refusal, for an invalid schema', 422, error(42201), 'schema registry-refused'],
    ['a refusal, for a bad request', 400, error(400), 'schema registry-refused'],
    ['a registry to wait for, when it is busy', 429, '', 'infrastructure registry-unreachable'],
    ['a registry to wait for, when its store is away', 500, error(50001), 'infrastructure registry-unreachable'],
    ['a registry to wait for, when a proxy stands alone', 502, '<html>', 'infrastructure registry-unreachable'],
  ])('%s (%i)', (_, status, text, expected) => {
    expect(outcome(status, text)).toEqual(expected)
  })

  test('a failure carries the words of the registry', () => {
    expect(() => answerOf({ status: 422, text: error(42201), asked: 'POST http://registry/x' })).toThrow(
      'POST http://registry/x: 422 said',
    )
  })
})

describe('a URL', () => {
  test.each([
    ['http://registry:8081', 'http://registry:8081', null],
    ['http://registry:8081/', 'http://registry:8081', null],
    ['https://proxy/apis/ccompat/v7/', 'https://proxy/apis/ccompat/v7', null],
    ['http://shop:p%40ss@registry:8081/path', 'http://registry:8081/path', 'Basic c2hvcDpwQHNz'],
  ])('%s is asked at %s', (url, base, authorization) => {
    expect(addressOf(url)).toEqual({ base, authorization })
  })
})
