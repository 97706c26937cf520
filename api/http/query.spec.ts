import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { convertIntegers } from './query.ts'

const shape = Type.Object({ limit: Type.Optional(Type.Integer()), name: Type.Optional(Type.String()) })

async function converted(query: unknown): Promise<unknown> {
  const request = { query } as FastifyRequest
  await convertIntegers(shape)?.(request)
  return request.query
}

test.each(['0', '5', '200', '9007199254740991'])('%s is a number', async (text) => {
  expect(await converted({ limit: text })).toEqual({ limit: Number(text) })
})

test.each(['', '05', '1e1', '0x5', '+5', '-1', ' 5', '5 ', '1.0', '12345678901234567', '٣', ['5', '6']])(
  '%j stays as it is',
  async (value) => {
    expect(await converted({ limit: value })).toEqual({ limit: value })
  },
)

test('text stays text', async () => {
  expect(await converted({ name: '5' })).toEqual({ name: '5' })
})

test('a shape without integers needs no conversion', () => {
  expect(convertIntegers(Type.Object({ name: Type.String() }))).toBeNull()
})
