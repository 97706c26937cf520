import { Type, type Static } from 'typebox'
import { named, whole } from './shape.ts'

export const Money = named(
  'Money',
  {
    amount: Type.Integer({ description: 'In minor units (cents for EUR).' }),
    currency: Type.String({ description: 'ISO 4217 code.' }),
  },
  { description: 'An amount of money.', examples: [{ amount: 1999, currency: 'EUR' }] },
)

/** A price as a client may state it. */
export const Price = named(
  'Price',
  {
    amount: whole(0, Number.MAX_SAFE_INTEGER, 'In minor units (cents for EUR).'),
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: "ISO 4217 code; it must be the shop's." }),
  },
  { description: 'The price of one unit.', examples: [{ amount: 1999, currency: 'EUR' }] },
)
export type Price = Static<typeof Price>
