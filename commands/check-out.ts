/** What may be asked of a cart: to be ordered and paid in one call. */
import { Type } from 'typebox'
import { isAddress } from '../domain/address.ts'
import { minorUnits } from '../domain/currencies.ts'
import type { CheckOut } from '../domain/payments/check-out.ts'
import { ID_PATTERN, type Sku } from '../domain/values.ts'
import type { Fault } from './faults.ts'
import { request, type Checked, type Wanted } from './request.ts'
import { named, ref, text, whole } from './shape.ts'
import type { ShopSettings } from './shop-settings.ts'

export const CartItemShape = named(
  'CartItem',
  {
    name: text(1, 200, 'Name of a product, exactly as the catalogue has it.'),
    price: Type.Number({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Of one unit, in major units (19.99); it must be the price in the catalogue.',
    }),
    quantity: whole(1, 10_000, 'Units.'),
  },
  { description: 'A line of a cart.', examples: [{ name: 'iPhone 17', price: 999, quantity: 1 }] },
)

export const UserIdShape = Type.Union(
  [Type.String({ pattern: ID_PATTERN }), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })],
  { description: 'The customer; one whom the shop does not know is registered.' },
)

const CheckOutShape = named(
  'CheckOut',
  {
    user_id: UserIdShape,
    cart: Type.Array(ref(CartItemShape), {
      minItems: 1,
      maxItems: 100,
      description: 'A product can be on several lines.',
    }),
  },
  {
    description: 'A cart to order and to pay by card.',
    examples: [{ user_id: 42, cart: [{ name: 'iPhone 17', price: 999, quantity: 1 }] }],
  },
)

export const checkOutRequest = request(ref(CheckOutShape))
export type WantedCheckOut = Wanted<typeof checkOutRequest>

/** A cart whose prices the shop's currency can have. */
export interface Cart {
  readonly customerId: string
  readonly items: readonly { readonly name: string; readonly price: number; readonly quantity: number }[]
}

/** Prices in minor units. A number has no digits of its own, so they are judged as it is written shortest: 19.990 is 19.99. */
export function cartOf({ user_id: userId, cart }: WantedCheckOut, currency: string): Checked<Cart> {
  const faults: Fault[] = []
  const items = cart.map(({ name, price: major, quantity }, index) => {
    const price = minorUnits(String(major), currency)
    if (price === null) {
      faults.push({ pointer: ['', 'cart', index, 'price'].join('/'), message: `is no price in ${currency}` })
    }
    return { name, price: price ?? 0, quantity }
  })
  return faults.length > 0 ? { faults } : { wanted: { customerId: String(userId), items } }
}

/** `skus`: those of the products with each name. */
export function checkOutCommand(
  { customerId, items }: Cart,
  skus: ReadonlyMap<string, readonly Sku[]>,
  { currency, reservationMinutes, clock, newId }: ShopSettings,
): CheckOut {
  const email = `user_${customerId}@example.com`
  return {
    orderId: newId(),
    customerId,
    registration: {
      name: `User ${customerId}`,
      email: isAddress(email) ? email : null,
      phone: null,
      region: 'online',
      tier: 'standard',
      language: 'en',
    },
    lines: items.map((item) => ({ ...item, skus: skus.get(item.name) ?? [] })),
    currency,
    reservationMinutes,
    at: clock(),
  }
}
