/** Events of a small shop for specs: each has what a spec is about as parameters, and the rest made up. */
import type {
  CustomerRegistered,
  CustomerTierChanged,
  InventoryEvent,
  OrderCancelled,
  OrderCompleted,
  OrderConfirmed,
  OrderExpired,
  OrderLine,
  OrderPlaced,
  OrderRejected,
  ProductListed,
  Tier,
} from '../schemas/events.ts'
import { money, totalOf } from './values.ts'

/** When the shop of the specs accepts its orders. */
export const NOON = Date.UTC(2025, 10, 28, 12)

export function eur(amount: number) {
  return money(amount, 'EUR')
}

export function productListed(sku: string, overrides: Partial<ProductListed> = {}): ProductListed {
  return { type: 'ProductListed', sku, name: `Product ${sku}`, category: 'phones', price: eur(1000), ...overrides }
}

export function priceChanged(sku: string, amount: number): InventoryEvent {
  return { type: 'PriceChanged', sku, price: eur(amount) }
}

export function stockReceived(sku: string, quantity: number): InventoryEvent {
  return { type: 'StockReceived', sku, quantity }
}

export function stockAdjusted(sku: string, delta: number, reason = 'counted'): InventoryEvent {
  return { type: 'StockAdjusted', sku, delta, reason }
}

export function stockReserved(sku: string, orderId: string, quantity: number): InventoryEvent {
  return { type: 'StockReserved', sku, orderId, quantity }
}

export function stockReleased(sku: string, orderId: string, quantity: number): InventoryEvent {
  return { type: 'StockReleased', sku, orderId, quantity }
}

export function stockShipped(sku: string, orderId: string, quantity: number): InventoryEvent {
  return { type: 'StockShipped', sku, orderId, quantity }
}

export function customerRegistered(
  customerId: string,
  overrides: Partial<CustomerRegistered> = {},
): CustomerRegistered {
  return {
    type: 'CustomerRegistered',
    customerId,
    name: 'Ada Example',
    email: 'ada@example.test',
    phone: null,
    region: 'north',
    tier: 'standard',
    language: 'en',
    ...overrides,
  }
}

export function customerTierChanged(customerId: string, tier: Tier): CustomerTierChanged {
  return { type: 'CustomerTierChanged', customerId, tier }
}

/** A line of a product as `productListed` lists it. */
export function orderLine(sku: string, quantity: number, overrides: Partial<OrderLine> = {}): OrderLine {
  return { sku, name: `Product ${sku}`, category: 'phones', quantity, unitPrice: eur(1000), ...overrides }
}

/** Placed at noon by customer c1, reserved for ever. */
export function orderPlaced(
  orderId: string,
  lines: readonly OrderLine[],
  overrides: Partial<OrderPlaced> = {},
): OrderPlaced {
  return { type: 'OrderPlaced', ...contentOf(orderId, lines), reservedUntil: null, ...overrides }
}

export function orderConfirmed(orderId: string, lines: readonly OrderLine[]): OrderConfirmed {
  return { type: 'OrderConfirmed', ...contentOf(orderId, lines) }
}

export function orderCancelled(
  orderId: string,
  lines: readonly OrderLine[],
  overrides: Partial<OrderCancelled> = {},
): OrderCancelled {
  return { type: 'OrderCancelled', ...contentOf(orderId, lines), reason: null, from: 'placed', ...overrides }
}

export function orderExpired(orderId: string, lines: readonly OrderLine[]): OrderExpired {
  return { type: 'OrderExpired', ...contentOf(orderId, lines) }
}

export function orderCompleted(orderId: string, lines: readonly OrderLine[]): OrderCompleted {
  return { type: 'OrderCompleted', ...contentOf(orderId, lines) }
}

/** Rejected at noon for want of stock, unless the overrides say otherwise. */
export function orderRejected(orderId: string, overrides: Partial<OrderRejected> = {}): OrderRejected {
  return {
    type: 'OrderRejected',
    orderId,
    customerId: 'c1',
    tier: 'standard',
    region: 'north',
    reason: 'out-of-stock',
    lines: [],
    total: null,
    shortages: [],
    rejectedAt: NOON,
    ...overrides,
  }
}

function contentOf(orderId: string, lines: readonly OrderLine[]) {
  const content = { orderId, customerId: 'c1', tier: 'standard', region: 'north', lines, placedAt: NOON } as const
  return { ...content, total: totalOf(lines) ?? eur(0) }
}
