import { Type } from 'typebox'
import { closed, named, nullable, oneOf } from '../../commands/shape.ts'

export const Liveness = named(
  'Liveness',
  { status: oneOf(['alive'], { description: 'Always.' }) },
  { description: 'The process answers.' },
)

export const Readiness = named(
  'Readiness',
  {
    status: oneOf(['ready', 'degraded'], {
      description:
        'ready: every check passed. degraded: orders are taken, but a check that is not `ok` needs an operator.',
    }),
    checks: Type.Array(
      closed({
        name: Type.String(),
        ok: Type.Boolean(),
        ageSeconds: Type.Number({ description: 'Age of this result in seconds.' }),
        detail: nullable(Type.String({ description: 'What is wrong.' })),
      }),
    ),
  },
  { description: 'The service takes requests.' },
)

export const Version = named(
  'Version',
  {
    name: Type.String(),
    version: Type.String(),
    node: Type.String(),
    currency: Type.String({ description: 'Of the shop (ISO 4217).' }),
    digits: Type.Integer({
      description: 'Of an amount in minor units, those behind the point: with 2, 1999 EUR are 19.99 euros.',
    }),
  },
  {
    description: 'The running release, and the currency of the shop.',
    examples: [{ name: 'orderledger', version: '0.1.0', node: '20.20.2', currency: 'EUR', digits: 2 }],
  },
)
