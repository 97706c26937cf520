/** The stock and the catalogue entry of one product. Law 4 holds at every version: 0 <= reserved <= on hand. */
import type { InventoryEvent, Money } from '../schemas/events.ts'
import { accept, refuse, to, type Aggregate, type Decision, type Read } from './decision.ts'
import { sameMoney, type Sku, type Timestamp } from './values.ts'

/** A few integers, however hot the product: which order holds which units is known by the orders. */
export interface Inventory {
  /** Null until the product is listed. */
  readonly listed: Listed | null
  readonly onHand: number
  readonly reserved: number
  /** Where the last hour of a RestockAdvised ends; null before the first. */
  readonly advisedTo: Timestamp | null
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
  fold: 2,
  initial: { listed: null, onHand: 0, reserved: 0, advisedTo: null },
  evolve(state, event) {
    const { listed, onHand, reserved } = state
    switch (event.type) {
      case 'ProductListed': {
        const { name, category, price } = event
        return { ...state, listed: { name, category, price, firstPrice: price, firstStock: null } }
      }
      case 'PriceChanged':
        return { ...state, listed: listed && { ...listed, price: event.price } }
      case 'StockReceived':
        return { ...state, listed: withFirstStock(listed, event.quantity), onHand: onHand + event.quantity }
      case 'StockAdjusted':
        return { ...state, onHand: onHand + event.delta }
      case 'StockReserved':
        return { ...state, reserved: reserved + event.quantity }
      case 'StockReleased':
        return { ...state, reserved: reserved - event.quantity }
      case 'StockShipped':
        return { ...state, onHand: onHand - event.quantity, reserved: reserved - event.quantity }
      case 'StockReturned':
        return event.sellable ? { ...state, onHand: onHand + event.quantity } : state
      case 'RestockAdvised':
        return { ...state, advisedTo: event.to }
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

/** Orders that were refused in an hour because the product was short. */
export interface AdviseRestock {
  readonly sku: Sku
  readonly refusedOrders: number
  /** Of this product. */
  readonly refusedUnits: number
  /** A clock hour in UTC: where it begins and where it ends. */
  readonly from: Timestamp
  readonly to: Timestamp
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

/** Brings it to somebody's notice, once for each hour; never for an hour before one that was advised for. */
export function adviseRestock(command: AdviseRestock, read: Read): Decision<UnknownProduct> {
  const { sku, refusedOrders, refusedUnits, from, to: end } = command
  const { listed, advisedTo } = read(inventory, sku)
  if (listed === null) return refuse({ reason: 'unknown-product', sku })
  if (advisedTo !== null && end <= advisedTo) return accept()
  return accept(to(inventory, sku, { type: 'RestockAdvised', sku, refusedOrders, refusedUnits, from, to: end }))
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
