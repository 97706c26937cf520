/** The stock and the catalogue entry of one product. Law 4 holds at every version: 0 <= reserved <= on hand. */
import type { InventoryEvent, Money } from '../schemas/events.ts'
import { accept, refuse, to, type Aggregate, type Decision, type Read } from './decision.ts'
import { sameMoney, type Sku } from './values.ts'

/** A few integers, however hot the product: which order holds which units is known by the orders. */
export interface Inventory {
  /** Null until the product is listed. */
  readonly listed: Listed | null
  readonly onHand: number
  readonly reserved: number
}

export interface Listed {
  readonly name: string
  readonly category: string
  readonly price: Money
  /** As first listed: what a repeated ListProduct is compared with. */
  readonly firstPrice: Money
  /** Null between ProductListed and the first receipt, which stands in the same append. */
  readonly firstStock: number | null
}

export const inventory: Aggregate<Inventory, InventoryEvent> = {
  kind: 'inventory',
  fold: 1,
  initial: { listed: null, onHand: 0, reserved: 0 },
  evolve(state, event) {
    const { listed, onHand, reserved } = state
    switch (event.type) {
      case 'ProductListed': {
        const { name, category, price } = event
        return { listed: { name, category, price, firstPrice: price, firstStock: null }, onHand, reserved }
      }
      case 'PriceChanged':
        return { listed: listed && { ...listed, price: event.price }, onHand, reserved }
      case 'StockReceived':
        return { listed: withFirstStock(listed, event.quantity), onHand: onHand + event.quantity, reserved }
      case 'StockAdjusted':
        return { listed, onHand: onHand + event.delta, reserved }
      case 'StockReserved':
        return { listed, onHand, reserved: reserved + event.quantity }
      case 'StockReleased':
        return { listed, onHand, reserved: reserved - event.quantity }
      case 'StockShipped':
        return { listed, onHand: onHand - event.quantity, reserved: reserved - event.quantity }
    }
  },
}

/** Puts a product into the catalogue with a first receipt of `stock` units (0 or more). */
export interface ListProduct {
  readonly sku: Sku
  readonly name: string
  readonly category: string
  readonly price: Money
  readonly stock: number
  /** The shop's. */
  readonly currency: string
}

export interface ChangePrice {
  readonly sku: Sku
  readonly price: Money
  /** The shop's. */
  readonly currency: string
}

/** Units that arrived, at least 1. */
export interface ReceiveStock {
  readonly sku: Sku
  readonly quantity: number
}

/** Corrects the count on hand by `delta` units, up or down. */
export interface AdjustStock {
  readonly sku: Sku
  readonly delta: number
  readonly reason: string
}

export interface UnknownProduct {
  readonly reason: 'unknown-product'
  readonly sku: Sku
}

export interface ProductExists {
  readonly reason: 'product-exists'
  readonly sku: Sku
}

export interface PriceInWrongCurrency {
  readonly reason: 'wrong-currency'
  /** The shop's. */
  readonly currency: string
}

export interface StockTooLarge {
  readonly reason: 'stock-too-large'
  readonly onHand: number
}

export interface StockBelowReserved {
  readonly reason: 'stock-below-reserved'
  readonly onHand: number
  readonly reserved: number
}

/** Lists a product once. Asked again with the content it was first listed with, it accepts and changes nothing. */
export function listProduct(command: ListProduct, read: Read): Decision<ProductExists | PriceInWrongCurrency> {
  const { sku, name, category, price, stock, currency } = command
  const { listed } = read(inventory, sku)
  if (listed !== null) return listedAlike(listed, command) ? accept() : refuse({ reason: 'product-exists', sku })
  if (price.currency !== currency) return refuse({ reason: 'wrong-currency', currency })
  return accept(
    to(inventory, sku, { type: 'ProductListed', sku, name, category, price }),
    // Of 0 units too: always there, the first receipt is never mistaken for one that came after the listing.
    to(inventory, sku, { type: 'StockReceived', sku, quantity: stock }),
  )
}

/** Changes the catalogue price; orders already placed keep theirs. The present price again changes nothing. */
export function changePrice(command: ChangePrice, read: Read): Decision<UnknownProduct | PriceInWrongCurrency> {
  const { sku, price, currency } = command
  const { listed } = read(inventory, sku)
  if (listed === null) return refuse({ reason: 'unknown-product', sku })
  if (price.currency !== currency) return refuse({ reason: 'wrong-currency', currency })
  if (sameMoney(listed.price, price)) return accept()
  return accept(to(inventory, sku, { type: 'PriceChanged', sku, price }))
}

/** Takes units into stock. Asked twice it receives twice: only a command's key tells a repetition from a second delivery. */
export function receiveStock(command: ReceiveStock, read: Read): Decision<UnknownProduct | StockTooLarge> {
  const { sku, quantity } = command
  const { listed, onHand } = read(inventory, sku)
  if (listed === null) return refuse({ reason: 'unknown-product', sku })
  if (!Number.isSafeInteger(onHand + quantity)) return refuse({ reason: 'stock-too-large', onHand })
  return accept(to(inventory, sku, { type: 'StockReceived', sku, quantity }))
}

/** Corrects the stock; never below what orders have reserved. As with receipts, only a key protects from adjusting twice. */
export function adjustStock(
  command: AdjustStock,
  read: Read,
): Decision<UnknownProduct | StockTooLarge | StockBelowReserved> {
  const { sku, delta, reason } = command
  const { listed, onHand, reserved } = read(inventory, sku)
  if (listed === null) return refuse({ reason: 'unknown-product', sku })
  if (delta === 0) return accept()
  if (onHand + delta < reserved) return refuse({ reason: 'stock-below-reserved', onHand, reserved })
  if (!Number.isSafeInteger(onHand + delta)) return refuse({ reason: 'stock-too-large', onHand })
  return accept(to(inventory, sku, { type: 'StockAdjusted', sku, delta, reason }))
}

/** Units that an order can still reserve. */
export function availableOf(stock: Inventory): number {
  return stock.onHand - stock.reserved
}

function withFirstStock(listed: Listed | null, quantity: number): Listed | null {
  return listed?.firstStock === null ? { ...listed, firstStock: quantity } : listed
}

function listedAlike(listed: Listed, command: ListProduct): boolean {
  return (
    listed.name === command.name &&
    listed.category === command.category &&
    sameMoney(listed.firstPrice, command.price) &&
    listed.firstStock === command.stock
  )
}
