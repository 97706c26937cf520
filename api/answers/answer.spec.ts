import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAnswer, refusedAnswer, shownAnswer } from './answer.ts'
import { codesOf } from '../http/problem-document.ts'

const asked = { url: '/orders?x=1', requestId: 'r1' }

describe('an answer', () => {
  test('is read as it was written, whatever its body says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 299 }), fc.string({ unit: 'binary' }), (status, name) => {
        const body = JSON.stringify({ name })
        expect(readAnswer(shownAnswer(status, body, { etag: '"3"', location: '/orders/o:1' }))).toEqual({
          status,
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'cache-control': 'no-store',
            etag: '"3"',
            location: '/orders/o:1',
          },
          body,
        })
      }),
    )
  })

  test('that refuses has the type of a problem, and the headers of this one', () => {
    const [code] = codesOf(412)
    if (code === undefined) throw new Error('no code has 412')
    const { status, headers, body } = readAnswer(
      refusedAnswer({ code, detail: 'line one\nline two', headers: { etag: '"4"' } }, asked),
    )
    expect([status, headers]).toEqual([
      412,
      { 'content-type': 'application/problem+json', 'cache-control': 'no-store', etag: '"4"' },
    ])
    expect(JSON.parse(body)).toMatchObject({ code, detail: 'line one\nline two', requestId: 'r1' })
  })

  test('without headers of its own has those of all', () => {
    expect(readAnswer(refusedAnswer({ code: 'order-exists', detail: '' }, asked)).headers).toEqual({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    })
  })
})
