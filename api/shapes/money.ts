import { Type } from 'typebox'
import { named } from '../../commands/shape.ts'

export const Money = named(
  'Money',
  {
    amount: Type.Integer({ description: 'In minor units (cents for EUR).' }),
    currency: Type.String({ description: 'ISO 4217 code.' }),
  },
  { description: 'An amount of money.', examples: [{ amount: 1999, currency: 'EUR' }] },
)
