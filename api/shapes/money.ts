import { Type } from 'typebox'
import { named } from '../../commands/shape.ts'

/** Sums have no upper bound; JSON readers round numbers past 2^53. */
export const MoneySum = named(
  'MoneySum',
  {
    amount: Type.Union(
      [
        Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
        Type.String({ pattern: '^-?[1-9][0-9]{15,}$' }),
      ],
      {
        description:
          'In minor units (cents for EUR). An integer, or beyond 2^53 - 1 (9007199254740991) either way a string of its digits.',
      },
    ),
    currency: Type.String({ description: 'ISO 4217 code.' }),
  },
  {
    description: 'A sum of money.',
    examples: [
      { amount: 12345600, currency: 'EUR' },
      { amount: '10000000000000000', currency: 'EUR' },
    ],
  },
)

export const Money = named(
  'Money',
  {
    amount: Type.Integer({ description: 'In minor units (cents for EUR).' }),
    currency: Type.String({ description: 'ISO 4217 code.' }),
  },
  { description: 'An amount of money.', examples: [{ amount: 1999, currency: 'EUR' }] },
)
