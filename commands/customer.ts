/** What may be asked of customers. */
import { Type } from 'typebox'
import { ADDRESS_MOST, ADDRESS_PATTERN } from '../domain/address.ts'
import type { RegisterCustomer } from '../domain/customer.ts'
import { request, type Wanted } from './request.ts'
import { id, named, oneOf, ref, text } from './shape.ts'
import type { ShopSettings } from './shop-settings.ts'

export const TIERS = ['standard', 'vip'] as const

const RegisterCustomerShape = named(
  'RegisterCustomer',
  {
    customerId: Type.Optional(
      id('Chosen by the client, it makes the request safe to repeat. If absent, the shop creates one.'),
    ),
    name: text(1, 200, 'Personal data.'),
    email: Type.Optional(
      Type.String({
        maxLength: ADDRESS_MOST,
        pattern: ADDRESS_PATTERN,
        description: 'Personal data. One mailbox: no quotes, commas or brackets before the @.',
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

export const registerCustomerRequest = request(ref(RegisterCustomerShape))
export type WantedCustomer = Wanted<typeof registerCustomerRequest>

export function registerCustomerCommand(
  wanted: WantedCustomer,
  { newId }: Pick<ShopSettings, 'newId'>,
): RegisterCustomer {
  const { customerId, name, email = null, phone = null, region, tier = 'standard', language = 'en' } = wanted
  return {
    customerId: customerId ?? newId(),
    named: customerId !== undefined,
    name,
    email,
    phone,
    region,
    tier,
    language,
  }
}
