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
    status: oneOf(['ready'], { description: 'Every check passed.' }),
    checks: Type.Array(
      closed({
        name: Type.String(),
        ok: Type.Boolean(),
        ageSeconds: Type.Number({ description: 'How long ago it was found so.' }),
        detail: nullable(Type.String({ description: 'What is wrong.' })),
      }),
    ),
  },
  { description: 'The service can do its work.' },
)

export const Version = named(
  'Version',
  { name: Type.String(), version: Type.String(), node: Type.String() },
  { description: 'What runs here.', examples: [{ name: 'orderledger', version: '0.1.0', node: '20.20.2' }] },
)
