/**
 * The stock and the catalogue entry of one product. Law 4 holds at every version: 0 <= reserved <= on hand.
 *
 * What is available falls below the reorder point in one append, and that append says so, once: StockFellBelow.
 *
 *   idle -> armed        available was at the reorder point
 *   armed -> raised      StockFellBelow
 *   raised -> armed      a tenth above the reorder point, so that a product about there is not reported again and again
 */
import type { InventoryEvent, Money } from '../schemas/events.ts'
import { accept, refuse, to, type Addressed, type Aggregate, type Decision, type Read } from './decision.ts'
import { sameMoney, type Sku, type Timestamp } from './values.ts'

/** A few integers, however hot the product: which order holds which units is known by the orders. */
export interface Inventory {
  /** Null until the product is listed. */
  readonly listed: Listed | null
  readonly onHand: number
  readonly reserved: number
  /** Units below which somebody is to hear of it; 0: never. */
  readonly reorderPoint: number
  readonly alarm: 'idle' | 'armed' | 'raised'
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
  readonly firstReorderPoint: number
}

export const inventory: Aggregate<Inventory, InventoryEvent> = {
  kind: 'inventory',
  fold: 3,
  initial: { listed: null, onHand: 0, reserved: 0, reorderPoint: 0, alarm: 'idle', advisedTo: null },
  evolve(state, event) {
    const { listed, onHand, reserved } = state
    switch (event.type) {
      case 'ProductListed': {
        const { name, category, price, reorderPoint } = event
        const first = { firstPrice: price, firstStock: null, firstReorderPoint: reorderPoint }
        return { ...state, listed: { name, category, price, ...first }, reorderPoint }
      }
      case 'PriceChanged':
        return { ...state, listed: listed && { ...listed, price: event.price } }
      case 'StockReceived':
        return armed({ ...state, listed: withFirstStock(listed, event.quantity), onHand: onHand + event.quantity })
      case 'StockAdjusted':
        return armed({ ...state, onHand: onHand + event.delta })
      case 'StockReserved':
        return { ...state, reserved: reserved + event.quantity }
      case 'StockReleased':
        return armed({ ...state, reserved: reserved - event.quantity })
      case 'StockShipped':
        return { ...state, onHand: onHand - event.quantity, reserved: reserved - event.quantity }
      case 'StockReturned':
        return event.sellable ? armed({ ...state, onHand: onHand + event.quantity }) : state
      case 'ReorderPointSet':
        return withReorderPoint(state, event.reorderPoint)
      case 'StockFellBelow':
        return { ...state, alarm: 'raised' }
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
  /** 0: never. */
  readonly reorderPoint: number
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

/** `reorderPoint`: units, 0 or more; 0: never. */
export interface SetReorderPoint {
  readonly sku: Sku
  readonly reorderPoint: number
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
  const { sku, name, category, price, stock, reorderPoint, currency } = command
  const { listed } = read(inventory, sku)
  if (listed !== null) return listedAlike(listed, command) ? accept() : refuse({ reason: 'product-exists', sku })
  if (price.currency !== currency) return refuse({ reason: 'wrong-currency', currency })
  return accept(
    to(inventory, sku, { type: 'ProductListed', sku, name, category, price, reorderPoint }),
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
  const stock = read(inventory, sku)
  const { listed, onHand, reserved } = stock
  if (listed === null) return refuse({ reason: 'unknown-product', sku })
  if (delta === 0) return accept()
  if (onHand + delta < reserved) return refuse({ reason: 'stock-below-reserved', onHand, reserved })
  if (!Number.isSafeInteger(onHand + delta)) return refuse({ reason: 'stock-too-large', onHand })
  return accept(
    to(inventory, sku, { type: 'StockAdjusted', sku, delta, reason }),
    ...fallen(sku, stock, availableOf(stock) + delta),
  )
}

/** Sets below how many units somebody is to hear of it, and says at once what is below the new point and was not below the old. */
export function setReorderPoint(command: SetReorderPoint, read: Read): Decision<UnknownProduct> {
  const { sku, reorderPoint } = command
  const stock = read(inventory, sku)
  if (stock.listed === null) return refuse({ reason: 'unknown-product', sku })
  if (stock.reorderPoint === reorderPoint) return accept()
  const available = availableOf(stock)
  const set = to(inventory, sku, { type: 'ReorderPointSet', sku, reorderPoint })
  return available < reorderPoint && available >= stock.reorderPoint
    ? accept(set, to(inventory, sku, { type: 'StockFellBelow', sku, threshold: reorderPoint, available }))
    : accept(set)
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

/** What an append that leaves this much `available` of a product has to say: StockFellBelow, or nothing. */
export function fallen(sku: Sku, stock: Inventory, available: number): readonly Addressed[] {
  const { alarm, reorderPoint: threshold } = stock
  // Events of before there were reorder points may have crossed without a word: what is below already crosses nothing.
  if (alarm !== 'armed' || available >= threshold || availableOf(stock) < threshold) return []
  return [to(inventory, sku, { type: 'StockFellBelow', sku, threshold, available })]
}

/** The stock after what may have brought it to where it is armed. */
function armed(stock: Inventory): Inventory {
  const { alarm, reorderPoint } = stock
  if (alarm === 'armed' || reorderPoint === 0) return stock
  const level = alarm === 'idle' ? reorderPoint : reorderPoint + Math.ceil(reorderPoint / 10)
  return availableOf(stock) >= level ? { ...stock, alarm: 'armed' } : stock
}

function withReorderPoint(stock: Inventory, reorderPoint: number): Inventory {
  if (reorderPoint === 0) return { ...stock, reorderPoint, alarm: 'idle' }
  return { ...stock, reorderPoint, alarm: availableOf(stock) >= reorderPoint ? 'armed' : stock.alarm }
}

function withFirstStock(listed: Listed | null, quantity: number): Listed | null {
  return listed?.firstStock === null ? { ...listed, firstStock: quantity } : listed
}

function listedAlike(listed: Listed, command: ListProduct): boolean {
  return (
    listed.name === command.name &&
    listed.category === command.category &&
    sameMoney(listed.firstPrice, command.price) &&
    listed.firstStock === command.stock &&
    listed.firstReorderPoint === command.reorderPoint
  )
}
