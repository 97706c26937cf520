/**
 * Buying a cart in one step: its order is placed and the first attempt to pay it begun, for a customer who may be new. One
 * append, so that nobody has a customer without the order, or an order that nobody was asked to pay.
 */
import type { Money, OrderLine, ProductListed } from '../../schemas/events.ts'
import { customer, registerCustomer, type Registration } from '../customer.ts'
import { accept, refuse, to, type Addressed, type Decision, type Read } from '../decision.ts'
import { inventory } from '../inventory.ts'
import { acceptedOrder, order, productsOf } from '../order.ts'
import {
  placedOrder,
  placement,
  rejectedOrder,
  shortagesOf,
  type Buyer,
  type OrderTooLarge,
  type OutOfStock,
  type WrongCurrency,
} from '../place-order.ts'
import { money, totalOf, type CustomerId, type OrderId, type Sku, type Timestamp } from '../values.ts'
import { NO_KEYS } from './payer-keys.ts'
import { payment } from './payment.ts'
import { attemptToPay } from './request-payment.ts'

export interface CheckOut {
  /** Made just now. */
  readonly orderId: OrderId
  readonly customerId: CustomerId
  /** Of a customer whom the shop does not know yet; a known one keeps its own. */
  readonly registration: Registration
  /** At least one; a product may stand on several. */
  readonly lines: readonly CartLine[]
  /** The shop's. */
  readonly currency: string
  /** 0 = no limit. */
  readonly reservationMinutes: number
  readonly at: Timestamp
}

export interface CartLine {
  readonly name: string
  /** The products that had this name when it was looked up: none, one or more. */
  readonly skus: readonly Sku[]
  /** Of a unit, as the customer knows it, in minor units of the shop's currency. The catalogue's is what is paid. */
  readonly price: number
  readonly quantity: number
}

export interface UnknownNames {
  readonly reason: 'unknown-product'
  readonly names: readonly string[]
}

/** Several products have the name: which one is meant, nobody can tell. */
export interface AmbiguousNames {
  readonly reason: 'ambiguous-product'
  readonly names: readonly string[]
}

export interface PriceChange {
  readonly name: string
  readonly price: Money
  readonly cataloguePrice: Money
}

export interface PricesChanged {
  readonly reason: 'price-changed'
  readonly prices: readonly PriceChange[]
}

export type CheckOutRefusal = UnknownNames | AmbiguousNames | WrongCurrency | PricesChanged | OrderTooLarge | OutOfStock

/** Leaves no trace when it refuses, except for a lack of stock: that is lost demand, and recorded as such. */
export function checkOut(command: CheckOut, read: Read): Decision<CheckOutRefusal> {
  const { orderId, currency, at } = command
  read.creating(order, orderId)
  const { buyer, registered } = buyerOf(command, read)

  const found = command.lines.map((line) => ({ ...line, products: listedAs(line, read) }))
  const unknown = namesWhere(found, (count) => count === 0)
  if (unknown.length > 0) return refuse({ reason: 'unknown-product', names: unknown })
  const ambiguous = namesWhere(found, (count) => count > 1)
  if (ambiguous.length > 0) return refuse({ reason: 'ambiguous-product', names: ambiguous })

  const lines: readonly OrderLine[] = found.flatMap(({ products, quantity }) =>
    products.map(({ sku, name, category, price: unitPrice }) => ({ sku, name, category, quantity, unitPrice })),
  )
  if (lines.some(({ unitPrice }) => unitPrice.currency !== currency)) return refuse({ reason: 'wrong-currency' })
  const prices = found.flatMap(({ name, price, products }) =>
    products
      .filter((product) => product.price.amount !== price)
      .map((product) => ({ name, price: money(price, currency), cataloguePrice: product.price })),
  )
  if (prices.length > 0) return refuse({ reason: 'price-changed', prices })

  const total = totalOf(lines)
  if (total === null) return refuse({ reason: 'order-too-large' })
  const products = productsOf(lines, read)
  const shortages = shortagesOf(products)
  if (shortages.length > 0) {
    const refusal = { reason: 'out-of-stock', shortages } as const
    return refuse(refusal, ...registered, to(order, orderId, rejectedOrder({ command, buyer, lines, total, refusal })))
  }

  read.creating(payment, orderId)
  const placed = placedOrder({ command: { ...command, keys: NO_KEYS }, buyer, lines, total })
  return accept(
    ...registered,
    ...placement(placed, products),
    ...attemptToPay(
      acceptedOrder('placed', placed, { reservedUntil: placed.reservedUntil, keys: NO_KEYS }),
      { orderId, number: 1, method: 'card', keys: NO_KEYS, at },
      read,
    ),
  )
}

/** The customer, and what registers one who is new. */
function buyerOf(
  { customerId, registration }: CheckOut,
  read: Read,
): { readonly buyer: Buyer; readonly registered: readonly Addressed[] } {
  const existing = read(customer, customerId)
  if (existing.status === 'registered') {
    return { buyer: { tier: existing.tier, region: existing.registration.region }, registered: [] }
  }
  const { tier, region } = registration
  const { events } = registerCustomer({ ...registration, customerId, named: true }, read)
  return { buyer: { tier, region }, registered: events }
}

/** Of the products that had the name, those that have it. */
function listedAs(
  { name, skus }: CartLine,
  read: Read,
): readonly Pick<ProductListed, 'sku' | 'name' | 'category' | 'price'>[] {
  return read.all(inventory, skus).flatMap(({ listed }, index) => {
    const sku = skus[index]
    return sku !== undefined && listed?.name === name ? [{ sku, ...listed }] : []
  })
}

function namesWhere(
  found: readonly { readonly name: string; readonly products: readonly unknown[] }[],
  matches: (count: number) => boolean,
): readonly string[] {
  return [...new Set(found.filter(({ products }) => matches(products.length)).map(({ name }) => name))]
}
