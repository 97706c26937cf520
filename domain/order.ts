/**
 * One order, from its placing (place-order.ts) to its end (end-order.ts, return-order.ts).
 *
 * none -> placed -> confirmed -> completed
 *      |    |  \        \-> cancelled
 *      |    |   \-> expired
 *      |     \-> cancelled
 *       \-> rejected
 *
 * A captured payment confirms it, and what its delivery delivers completes it. Its units stand reserved with each product
 * while it is placed, or confirmed and not dispatched; they are released when it is cancelled or expires before its first
 * dispatch, and shipped with that.
 */
import type { Money, OrderEvent, OrderLine, RejectedLine, Shortage, Tier } from '../schemas/events.ts'
import type { Aggregate, Read } from './decision.ts'
import { inventory, type Inventory } from './inventory.ts'
import { NO_KEYS, payerKeysOf, type PayerKeys } from './payments/payer-keys.ts'
import type { CustomerId, OrderId, Sku, Timestamp } from './values.ts'

export const ORDER_STATUSES = ['placed', 'confirmed', 'rejected', 'cancelled', 'expired', 'completed'] as const

export type OrderStatus = (typeof ORDER_STATUSES)[number]

/** One value for each status. */
export function byStatus<Value>(value: (status: OrderStatus) => Value): Readonly<Record<OrderStatus, Value>> {
  const entries = ORDER_STATUSES.map((status) => [status, value(status)] as const)
  return Object.fromEntries(entries) as Readonly<Record<OrderStatus, Value>>
}

export type Order = NoOrder | AcceptedOrder | RejectedOrder

export interface NoOrder {
  readonly status: 'none'
}

export interface AcceptedOrder extends OrderContent {
  readonly status: Exclude<OrderStatus, RejectedOrder['status']>
  /** What was promised when it was placed, whatever became of it; null = no limit. */
  readonly reservedUntil: Timestamp | null
  /** They fill up those of its payment; forgotten when it is placed no longer. */
  readonly keys: PayerKeys
  /** What came back of a completed order, each product once. */
  readonly returned: readonly Returned[]
}

export interface Returned {
  readonly sku: Sku
  readonly quantity: number
}

/** What every event of an accepted order repeats. */
export interface OrderContent {
  readonly customerId: CustomerId
  readonly tier: Tier
  readonly region: string
  readonly lines: readonly OrderLine[]
  readonly total: Money
  readonly placedAt: Timestamp
}

/** Final: its id is not used again. */
export interface RejectedOrder {
  readonly status: 'rejected'
  readonly customerId: CustomerId
  readonly tier: Tier | null
  readonly region: string | null
  readonly reason: string
  readonly lines: readonly RejectedLine[]
  readonly total: Money | null
  readonly shortages: readonly Shortage[]
  readonly rejectedAt: Timestamp
}

export const order: Aggregate<Order, OrderEvent> = {
  kind: 'order',
  fold: 3,
  initial: { status: 'none' },
  evolve(state, event) {
    switch (event.type) {
      case 'OrderPlaced':
        return acceptedOrder('placed', event, { reservedUntil: event.reservedUntil, keys: payerKeysOf(event) })
      case 'OrderConfirmed':
        return acceptedOrder('confirmed', event, promisedIn(state))
      case 'OrderCancelled':
        return acceptedOrder('cancelled', event, promisedIn(state))
      case 'OrderExpired':
        return acceptedOrder('expired', event, promisedIn(state))
      case 'OrderCompleted':
        return acceptedOrder('completed', event, promisedIn(state))
      case 'OrderReturned':
        return isAccepted(state) ? { ...state, returned: together(state.returned, event.lines) } : state
      case 'OrderRejected': {
        const { customerId, tier, region, reason, lines, total, shortages, rejectedAt } = event
        return { status: 'rejected', customerId, tier, region, reason, lines, total, shortages, rejectedAt }
      }
    }
  },
}

export interface UnknownOrder {
  readonly reason: 'unknown-order'
  readonly orderId: OrderId
}

/** A product of an order: its units on all lines together, and its stock now. */
export interface OrderedProduct {
  readonly sku: Sku
  readonly units: number
  readonly stock: Inventory
}

/** Each distinct product of the lines once, in their order, with its stock. */
export function productsOf(
  lines: readonly { readonly sku: Sku; readonly quantity: number }[],
  read: Read,
): readonly OrderedProduct[] {
  const products = together(lines)
  const stocks = read.all(
    inventory,
    products.map(({ sku }) => sku),
  )
  return products.map(({ sku, quantity }, index) => ({
    sku,
    units: quantity,
    stock: stocks[index] ?? inventory.initial,
  }))
}

/** The units of each distinct product, in the order in which they first come. */
export function together(...parts: readonly (readonly Returned[])[]): readonly Returned[] {
  const units = new Map<Sku, number>()
  for (const { sku, quantity } of parts.flat()) units.set(sku, (units.get(sku) ?? 0) + quantity)
  return [...units].map(([sku, quantity]) => ({ sku, quantity }))
}

/** The products whose units an order holds. Throws when one has less reserved than that: the log is broken. */
export function heldBy(orderId: OrderId, { lines }: AcceptedOrder, read: Read): readonly OrderedProduct[] {
  const products = productsOf(lines, read)
  for (const { sku, units, stock } of products) {
    if (stock.reserved < units)
      throw new Error(`order ${orderId} holds ${units} of ${sku}, but only ${stock.reserved} are reserved`)
  }
  return products
}

/** An order as an event of it says. */
export function acceptedOrder(
  status: AcceptedOrder['status'],
  content: OrderContent,
  { reservedUntil, keys }: Pick<AcceptedOrder, 'reservedUntil' | 'keys'>,
): AcceptedOrder {
  const { customerId, tier, region, lines, total, placedAt } = content
  return { status, customerId, tier, region, lines, total, placedAt, reservedUntil, keys, returned: [] }
}

/** What every event of an accepted order repeats. */
export function contentOf(accepted: AcceptedOrder): OrderContent {
  const { customerId, tier, region, lines, total, placedAt } = accepted
  return { customerId, tier, region, lines, total, placedAt }
}

function promisedIn(state: Order): Pick<AcceptedOrder, 'reservedUntil' | 'keys'> {
  return { reservedUntil: isAccepted(state) ? state.reservedUntil : null, keys: NO_KEYS }
}

function isAccepted(state: Order): state is AcceptedOrder {
  return state.status !== 'none' && state.status !== 'rejected'
}
