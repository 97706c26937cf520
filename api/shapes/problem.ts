import { Type } from 'typebox'
import { named, oneOf, ref, text } from '../../commands/shape.ts'

/** What is wrong with one part of a request. */
export const Fault = named(
  'Fault',
  {
    in: oneOf(['body', 'query', 'path', 'header'], { description: 'Part of the request.' }),
    pointer: Type.String({ description: 'JSON pointer (RFC 6901) to the value in that part.' }),
    message: text(1, 500, 'What is wrong with it.'),
  },
  { description: 'What is wrong with one part of a request.' },
)

/** RFC 9457. Some problems carry more properties, so it is open. */
export const Problem = Object.assign(
  Type.Object(
    {
      type: Type.String({ format: 'uri-reference', description: 'Documentation of this kind of problem.' }),
      title: Type.String({ description: 'The kind of problem in a few words.' }),
      status: Type.Integer({ description: 'The status code of the answer.' }),
      detail: Type.String({ description: 'What happened this time.' }),
      instance: Type.String({ format: 'uri-reference', description: 'The path that was asked for.' }),
      code: Type.String({ description: 'The kind of problem, for programs.' }),
      requestId: Type.String({ description: 'Names the request in the logs.' }),
      errors: Type.Optional(Type.Array(ref(Fault))),
    },
    {
      description: 'An error (RFC 9457). What each code means: GET /problems/{code}.',
      additionalProperties: true,
      examples: [
        {
          type: '/problems/out-of-stock',
          title: 'Out of stock',
          status: 422,
          detail: 'IPHONE-17: 2 wanted, 1 available',
          instance: '/orders',
          code: 'out-of-stock',
          requestId: '019337a0-0000-7000-8000-000000000000',
          orderId: 'web-1002',
          shortages: [{ sku: 'IPHONE-17', wanted: 2, available: 1 }],
        },
      ],
    },
  ),
  { $id: 'Problem' },
)
