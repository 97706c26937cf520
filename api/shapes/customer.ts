import { Type } from 'typebox'
import { Money } from './money.ts'
import { count, id, named, nullable, oneOf, Position, ref, text } from './shape.ts'

const TIERS = ['standard', 'vip'] as const

export const RegisterCustomer = named(
  'RegisterCustomer',
  {
    customerId: Type.Optional(
      id('Named by the client, it makes the request safe to repeat. Made by the shop if absent.'),
    ),
    name: text(1, 200, 'Personal data.'),
    email: Type.Optional(
      Type.String({
        maxLength: 254,
        pattern: '^[^\\s\\p{Cc}\\p{Cs}@]+@[^\\s\\p{Cc}\\p{Cs}@]+$',
        description: 'Personal data.',
      }),
    ),
    phone: Type.Optional(Type.String({ pattern: '^[+0-9][0-9 ().-]{2,31}$', description: 'Personal data.' })),
    region: text(1, 64, 'Where the customer is served from; groups the figures of sales.'),
    tier: Type.Optional(oneOf(TIERS, { description: 'Rank; standard if absent.' })),
    language: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$',
        description: 'BCP 47 tag of the language to write in; en if absent.',
      }),
    ),
  },
  {
    description: 'A customer to register.',
    examples: [{ customerId: 'c-0001', name: 'Ada Lovelace', region: 'north', tier: 'vip' }],
  },
)

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
    orders: Type.Optional(count('Accepted orders, whatever became of them. Reads only.')),
    spent: Type.Optional(ref(Money)),
    version: count('Of the customer: it grows with each change.'),
    position: Position,
  },
  {
    description: 'A customer.',
    examples: [
      {
        customerId: 'c-0001',
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
