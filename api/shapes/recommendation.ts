import { Type } from 'typebox'
import { closed, named, nullable, oneOf } from '../../commands/shape.ts'
import { count, Position, time } from './shape.ts'

export const RULES = ['boughtTogether', 'viewedTogether', 'popular'] as const

export const Recommendations = named(
  'Recommendations',
  {
    items: Type.Array(
      closed({
        sku: Type.String({ description: 'Product to offer: it is in stock, and not in the basket.' }),
        score: Type.Number({
          description: 'How strongly it goes with the basket, summed over the products in it; 0 if it is only popular.',
        }),
        why: closed({
          rule: oneOf(RULES, { description: 'Why it is offered.' }),
          sku: Type.String({
            description: 'The product of the basket that it goes with most; for a popular one, itself.',
          }),
          together: count('Orders, or sessions, with both.'),
          of: count('Orders, or sessions, with `sku` among their first 20 products.'),
        }),
      }),
      { description: 'At most 10: bought together first, then viewed together, then popular.' },
    ),
    position: Position,
    behaviourAsOf: nullable(time('Newest event of behaviour that this rests on; null: on none.')),
  },
  {
    description: 'What to offer. It does not predict how many customers will buy it.',
    examples: [
      {
        items: [
          {
            sku: 'CASE-17',
            score: 0.41,
            why: { rule: 'boughtTogether', sku: 'IPHONE-17', together: 60, of: 96 },
          },
        ],
        position: 4711,
        behaviourAsOf: null,
      },
    ],
  },
)
