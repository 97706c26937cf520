/** What may be asked of orders. */
import { Type } from 'typebox'
import type { CancelOrder } from '../domain/end-order.ts'
import type { PlaceOrder } from '../domain/place-order.ts'
import type { ReturnOrder } from '../domain/return-order.ts'
import { payerKeys, payerKeyShapes, withoutCardNumber } from './payer-keys.ts'
import { request, type Wanted } from './request.ts'
import { closed, id, named, nullable, ref, text, whole } from './shape.ts'
import type { ShopSettings } from './shop-settings.ts'

const PlaceOrderShape = named(
  'PlaceOrder',
  {
    orderId: Type.Optional(
      id('Chosen by the client, it makes the request safe to repeat. If absent, the shop creates one.'),
    ),
    customerId: id('The customer who orders.'),
    lines: Type.Array(closed({ sku: id('A product of the catalogue.'), quantity: whole(1, 10_000, 'Units.') }), {
      minItems: 1,
      maxItems: 100,
      description: 'A product can be on several lines. Prices come from the catalogue.',
    }),
    ...payerKeyShapes,
  },
  {
    description: 'An order to place.',
    examples: [{ orderId: 'web-1001', customerId: 'customer-00001', lines: [{ sku: 'IPHONE-17', quantity: 1 }] }],
  },
)

export const placeOrderRequest = request(ref(PlaceOrderShape), withoutCardNumber)
export type WantedOrder = Wanted<typeof placeOrderRequest>

export function placeOrderCommand(wanted: WantedOrder, shop: ShopSettings): PlaceOrder {
  const { orderId, customerId, lines } = wanted
  const { currency, reservationMinutes, clock, newId } = shop
  return {
    orderId: orderId ?? newId(),
    named: orderId !== undefined,
    customerId,
    lines,
    currency,
    reservationMinutes,
    keys: payerKeys(wanted, shop),
    at: clock(),
  }
}

const CancelOrderShape = named(
  'CancelOrder',
  {
    reason: Type.Optional(text(1, 200, 'In the words of the person who cancels.')),
    sellable: Type.Optional(
      Type.Boolean({
        description: 'Of units that a failed delivery brings back: whether to sell them again; true if absent.',
      }),
    ),
  },
  { description: 'Why an order is cancelled.', examples: [{ reason: 'changed my mind' }] },
)

/** Null: without a reason. */
export const cancelOrderRequest = request(nullable(ref(CancelOrderShape)))
export type WantedCancellation = Wanted<typeof cancelOrderRequest>

export function cancelOrderCommand(orderId: string, wanted: WantedCancellation): CancelOrder {
  return { orderId, reason: wanted?.reason ?? null, sellable: wanted?.sellable ?? true }
}

const ReturnOrderShape = named(
  'ReturnOrder',
  {
    lines: Type.Optional(
      Type.Array(closed({ sku: id('A product of the order.'), quantity: whole(1, 1_000_000, 'Units.') }), {
        minItems: 1,
        maxItems: 100,
        description: 'What comes back; all that has not come back yet if absent.',
      }),
    ),
    reason: text(1, 200, 'In the words of the person who takes it back.'),
    sellable: Type.Optional(
      Type.Boolean({
        description: 'Whether the units can be sold again; true if absent. If not, they are written off.',
      }),
    ),
  },
  {
    description: 'What comes back of a completed order. Its value is refunded, at most what is left of the payment.',
    examples: [{ lines: [{ sku: 'IPHONE-17', quantity: 1 }], reason: 'too small', sellable: true }],
  },
)

export const returnOrderRequest = request(ref(ReturnOrderShape))
export type WantedReturn = Wanted<typeof returnOrderRequest>

export function returnOrderCommand(orderId: string, wanted: WantedReturn): ReturnOrder {
  const { lines = null, reason, sellable = true } = wanted
  return { orderId, lines, cause: reason, sellable }
}
