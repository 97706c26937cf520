import { Type } from 'typebox'
import { MoneySum } from './money.ts'
import { TIERS } from '../../commands/customer.ts'
import { named, nullable, oneOf, ref } from '../../commands/shape.ts'
import { listOf } from './list.ts'
import { count, First, Position } from './shape.ts'

export const Customer = named(
  'Customer',
  {
    customerId: Type.String({ description: 'The customer.' }),
    name: Type.String({ description: 'Personal data.' }),
    email: nullable(Type.String({ description: 'Personal data.' })),
    phone: nullable(Type.String({ description: 'Personal data.' })),
    region: Type.String({ description: 'Where the customer is served from.' }),
    tier: oneOf(TIERS, { description: 'Rank.' }),
    language: Type.String({ description: 'BCP 47 tag of the language to write in.' }),
    orders: Type.Optional(count('Accepted orders, including later cancelled ones. Only in reads.')),
    spent: Type.Optional(ref(MoneySum)),
    version: count('Version of the customer; it grows with each change.'),
    position: Position,
  },
  {
    description: 'A customer.',
    examples: [
      {
        customerId: 'customer-00001',
        name: 'Ada Lovelace',
        email: null,
        phone: null,
        region: 'north',
        tier: 'vip',
        language: 'en',
        version: 1,
        position: 4711,
      },
    ],
  },
)

const MaskedCustomer = named(
  'MaskedCustomer',
  {
    customerId: Type.String({ description: 'The customer.' }),
    name: Type.String({ description: 'Its first letter: `W…`.' }),
    email: nullable(Type.String({ description: 'Its first letter: `w…@…`.' })),
    phone: nullable(Type.String({ description: 'Its last two digits: `…42`.' })),
    region: Type.String({ description: 'Where the customer is served from.' }),
    tier: oneOf(TIERS, { description: 'Rank.' }),
    orders: count('Accepted orders, including later cancelled ones.'),
    spent: ref(MoneySum),
    first: First,
    position: Position,
  },
  { description: 'A customer without personal data.' },
)

export const CustomerList = listOf(MaskedCustomer)
