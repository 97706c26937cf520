import { expect, test } from 'vitest'
import { clientShapes } from './client-shapes.ts'

const number = { type: 'integer' }

test('a shape becomes an interface with its words, its nulls and what may be left out', () => {
  const source = clientShapes({
    Order: {
      description: 'An order.',
      type: 'object',
      required: ['status', 'total', 'lines'],
      properties: {
        status: { type: 'string', enum: ['placed', 'rejected'], description: 'Status of the order.' },
        total: { anyOf: [{ $ref: '#/components/schemas/Money' }, { type: 'null' }] },
        lines: { type: 'array', items: { anyOf: [number, { type: 'null' }] } },
        note: { type: 'object', additionalProperties: true },
      },
    },
  })
  expect(source).toContain(`/** An order. */
export interface Order {
  /** Status of the order. */
  readonly status: 'placed' | 'rejected'
  readonly total: Money | null
  readonly lines: readonly (number | null)[]
  readonly note?: {
    readonly [more: string]: unknown
  }
}
`)
})

test('a description cannot end its comment', () => {
  expect(clientShapes({ A: { type: 'object', description: 'a */ b' } })).toContain('/** a * / b */')
})

test('a shape that has no type is an error', () => {
  expect(() => clientShapes({ A: { type: 'object', properties: { b: {} } } })).toThrow('no type for the shape {}')
})
