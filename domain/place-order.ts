/** Placing an order: the one decision that meets the order, its customer and the stock of each product at once. */
import type { Money, OrderLine, OrderPlaced, OrderRejected, RejectedLine, Shortage, Tier } from '../schemas/events.ts'
import { customer, type UnknownCustomer } from './customer.ts'
import { accept, refuse, to, type Addressed, type Decision, type Read } from './decision.ts'
import { availableOf, fallen, inventory } from './inventory.ts'
import { payerKeysOf, type PayerKeys } from './payments/payer-keys.ts'
import { order, productsOf, type AcceptedOrder, type OrderedProduct, type RejectedOrder } from './order.ts'
import { totalOf, type CustomerId, type OrderId, type Sku, type Timestamp } from './values.ts'

const MINUTE = 60_000

export interface PlaceOrder {
  readonly orderId: OrderId
  /** True when the client chose the id, which may then exist; false when it was made just now. */
  readonly named: boolean
  readonly customerId: CustomerId
  /** At least one; a product may stand on several. Prices come from the catalogue. */
  readonly lines: readonly AskedLine[]
  /** The shop's. */
  readonly currency: string
  /** 0 = no limit. */
  readonly reservationMinutes: number
  /** No part of what is compared where it is asked again. */
  readonly keys: PayerKeys
  readonly at: Timestamp
}

export interface AskedLine {
  readonly sku: Sku
  readonly quantity: number
}

export interface UnknownProducts {
  readonly reason: 'unknown-product'
  readonly skus: readonly Sku[]
}

export interface WrongCurrency {
  readonly reason: 'wrong-currency'
}

export interface OrderTooLarge {
  readonly reason: 'order-too-large'
}

export interface OutOfStock {
  readonly reason: 'out-of-stock'
  readonly shortages: readonly Shortage[]
}

/** A refusal that is recorded as OrderRejected, because lost demand is worth knowing. */
export type Rejection = UnknownCustomer | UnknownProducts | WrongCurrency | OrderTooLarge | OutOfStock

/** The order was rejected before, for a reason recorded by a release that knows more of them. */
export interface RejectedBefore {
  readonly reason: 'rejected-before'
  readonly recorded: string
  readonly shortages: readonly Shortage[]
}

export interface OrderExists {
  readonly reason: 'order-exists'
  readonly orderId: OrderId
}

export type PlaceOrderRefusal = Rejection | RejectedBefore | OrderExists

/**
 * Places an order that reserves all its lines, or rejects it and reserves none.
 * Asked again with the same customer and lines it changes nothing, whatever became of the order since: an accepted one
 * is accepted, a rejected one is refused for the reason it was rejected for.
 */
export function placeOrder(command: PlaceOrder, read: Read): Decision<PlaceOrderRefusal> {
  const { orderId, named, customerId, currency } = command
  const existing = named ? read(order, orderId) : read.creating(order, orderId)
  if (existing.status !== 'none') return placeAgain(existing, command)

  const registered = read(customer, customerId)
  const buyer = registered.status === 'none' ? null : { tier: registered.tier, region: registered.registration.region }
  const products = productsOf(command.lines, read)
  const lines = command.lines.map((line) => asCatalogued(line, products))
  const known = lines.every(isKnown) ? lines : null
  const total = known && totalOf(known)
  const reject = (refusal: Rejection) =>
    refuse(refusal, to(order, orderId, rejectedOrder({ command, buyer, lines, total, refusal })))

  if (buyer === null) return reject({ reason: 'unknown-customer', customerId })
  if (known === null) return reject({ reason: 'unknown-product', skus: unknownOf(lines) })
  if (known.some(({ unitPrice }) => unitPrice.currency !== currency)) return reject({ reason: 'wrong-currency' })
  if (total === null) return reject({ reason: 'order-too-large' })
  const shortages = shortagesOf(products)
  if (shortages.length > 0) return reject({ reason: 'out-of-stock', shortages })

  return accept(...placement(placedOrder({ command, buyer, lines: known, total }), products))
}

/** What a decision needs to know of the customer. */
export interface Buyer {
  readonly tier: Tier
  readonly region: string
}

/** What an order asks for, however its lines were named. */
type Asked = Pick<PlaceOrder, 'orderId' | 'customerId' | 'reservationMinutes' | 'at'>

export function placedOrder(placed: {
  readonly command: Asked & Pick<PlaceOrder, 'keys'>
  readonly buyer: Buyer
  readonly lines: readonly OrderLine[]
  readonly total: Money
}): OrderPlaced {
  const { command, buyer, lines, total } = placed
  const { orderId, customerId, reservationMinutes, keys, at } = command
  return {
    type: 'OrderPlaced',
    orderId,
    customerId,
    tier: buyer.tier,
    region: buyer.region,
    lines,
    total,
    placedAt: at,
    reservedUntil: reservationMinutes === 0 ? null : at + reservationMinutes * MINUTE,
    ...payerKeysOf(keys),
  }
}

/** An order that is placed reserves the units of its products, and says which of them fell below their reorder points. */
export function placement(placed: OrderPlaced, products: readonly OrderedProduct[]): readonly Addressed[] {
  const { orderId } = placed
  return [
    to(order, orderId, placed),
    ...products.map(({ sku, units }) => to(inventory, sku, { type: 'StockReserved', sku, orderId, quantity: units })),
    ...products.flatMap(({ sku, units, stock }) => fallen(sku, stock, availableOf(stock) - units)),
  ]
}

function placeAgain(existing: AcceptedOrder | RejectedOrder, command: PlaceOrder): Decision<PlaceOrderRefusal> {
  if (!askedAlike(existing, command)) return refuse({ reason: 'order-exists', orderId: command.orderId })
  return existing.status === 'rejected' ? refuse(rejectionOf(existing)) : accept()
}

/** What was asked for is what the lines repeat; prices and names are the catalogue's. */
function askedAlike(existing: AcceptedOrder | RejectedOrder, { customerId, lines }: PlaceOrder): boolean {
  return (
    existing.customerId === customerId &&
    existing.lines.length === lines.length &&
    existing.lines.every(({ sku, quantity }, index) => sku === lines[index]?.sku && quantity === lines[index].quantity)
  )
}

function rejectionOf({ reason, customerId, lines, shortages }: RejectedOrder): Rejection | RejectedBefore {
  switch (reason) {
    case 'unknown-customer':
      return { reason, customerId }
    case 'unknown-product':
      return { reason, skus: unknownOf(lines) }
    case 'wrong-currency':
    case 'order-too-large':
      return { reason }
    case 'out-of-stock':
      return { reason, shortages }
    default: // The recorded set is open: a newer release may know reasons that this one does not.
      return { reason: 'rejected-before', recorded: reason, shortages }
  }
}

/** `buyer`: null where nobody is registered. */
export function rejectedOrder(rejected: {
  readonly command: Asked
  readonly buyer: Buyer | null
  readonly lines: readonly RejectedLine[]
  readonly total: Money | null
  readonly refusal: Rejection
}): OrderRejected {
  const { command, buyer, lines, total, refusal } = rejected
  return {
    type: 'OrderRejected',
    orderId: command.orderId,
    customerId: command.customerId,
    tier: buyer?.tier ?? null,
    region: buyer?.region ?? null,
    reason: refusal.reason,
    lines,
    total,
    shortages: refusal.reason === 'out-of-stock' ? refusal.shortages : [],
    rejectedAt: command.at,
  }
}

function asCatalogued({ sku, quantity }: AskedLine, products: readonly OrderedProduct[]): RejectedLine {
  const listed = products.find((product) => product.sku === sku)?.stock.listed
  if (!listed) return { sku, name: null, category: null, quantity, unitPrice: null }
  return { sku, name: listed.name, category: listed.category, quantity, unitPrice: listed.price }
}

function isKnown(line: RejectedLine): line is OrderLine {
  return line.name !== null && line.category !== null && line.unitPrice !== null
}

function unknownOf(lines: readonly RejectedLine[]): readonly Sku[] {
  return [...new Set(lines.filter((line) => !isKnown(line)).map(({ sku }) => sku))]
}

/** The products that have fewer units than the order asks for. */
export function shortagesOf(products: readonly OrderedProduct[]): readonly Shortage[] {
  return products
    .map(({ sku, units, stock }) => ({ sku, wanted: units, available: availableOf(stock) }))
    .filter(({ wanted, available }) => wanted > available)
}
