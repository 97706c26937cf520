/**
 * One order, from its placing (place-order.ts) to its end.
 *
 * none -> placed -> confirmed -> completed
 *      |    |  \        \-> cancelled
 *      |    |   \-> expired
 *      |     \-> cancelled
 *       \-> rejected
 *
 * Its units stand reserved with each product while it is placed or confirmed; they are released when it is cancelled
 * or expires, and shipped before it is completed.
 */
import type { Money, OrderEvent, OrderLine, RejectedLine, Shortage, Tier } from '../schemas/events.ts'
import { accept, refuse, to, type Addressed, type Aggregate, type Decision, type Read } from './decision.ts'
import { inventory, type Inventory } from './inventory.ts'
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
  /** What was promised when it was placed, whatever became of it; null = for ever. */
  readonly reservedUntil: Timestamp | null
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
  fold: 1,
  initial: { status: 'none' },
  evolve(state, event) {
    switch (event.type) {
      case 'OrderPlaced':
        return acceptedOrder('placed', event, event.reservedUntil)
      case 'OrderConfirmed':
        return acceptedOrder('confirmed', event, reservedUntilOf(state))
      case 'OrderCancelled':
        return acceptedOrder('cancelled', event, reservedUntilOf(state))
      case 'OrderExpired':
        return acceptedOrder('expired', event, reservedUntilOf(state))
      case 'OrderCompleted':
        return acceptedOrder('completed', event, reservedUntilOf(state))
      case 'OrderRejected': {
        const { customerId, tier, region, reason, lines, total, shortages, rejectedAt } = event
        return { status: 'rejected', customerId, tier, region, reason, lines, total, shortages, rejectedAt }
      }
    }
  },
}

export interface CancelOrder {
  readonly orderId: OrderId
  /** In the words of whoever cancels. */
  readonly reason: string | null
}

export interface ExpireOrder {
  readonly orderId: OrderId
  readonly at: Timestamp
}

export interface UnknownOrder {
  readonly reason: 'unknown-order'
  readonly orderId: OrderId
}

export interface OrderNotCancellable {
  readonly reason: 'order-not-cancellable'
  readonly status: Order['status']
}

export interface OrderNotExpirable {
  readonly reason: 'order-not-expirable'
  readonly status: Order['status']
}

export interface NotDue {
  readonly reason: 'not-due'
  /** Null = never. */
  readonly reservedUntil: Timestamp | null
}

/** Cancels a placed or confirmed order and releases its units. A cancelled order is no longer there to be cancelled. */
export function cancelOrder(command: CancelOrder, read: Read): Decision<UnknownOrder | OrderNotCancellable> {
  const { orderId, reason } = command
  const existing = read(order, orderId)
  const { status } = existing
  if (status === 'none') return refuse({ reason: 'unknown-order', orderId })
  if (status !== 'placed' && status !== 'confirmed') return refuse({ reason: 'order-not-cancellable', status })
  return accept(
    to(order, orderId, { type: 'OrderCancelled', orderId, ...contentOf(existing), reason, from: status }),
    ...releases(orderId, existing.lines, read),
  )
}

/** Ends an unpaid order whose reservation has run out and releases its units. Time alone changes nothing. */
export function expireOrder(command: ExpireOrder, read: Read): Decision<UnknownOrder | OrderNotExpirable | NotDue> {
  const { orderId, at } = command
  const existing = read(order, orderId)
  const { status } = existing
  if (status === 'none') return refuse({ reason: 'unknown-order', orderId })
  if (status !== 'placed') return refuse({ reason: 'order-not-expirable', status })
  const { reservedUntil } = existing
  if (reservedUntil === null || at < reservedUntil) return refuse({ reason: 'not-due', reservedUntil })
  return accept(
    to(order, orderId, { type: 'OrderExpired', orderId, ...contentOf(existing) }),
    ...releases(orderId, existing.lines, read),
  )
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
  const units = new Map<Sku, number>()
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0) + quantity)
  const stocks = read.all(inventory, [...units.keys()])
  return [...units].map(([sku, count], index) => ({ sku, units: count, stock: stocks[index] ?? inventory.initial }))
}

/** One StockReleased for each product. Throws when a product has less reserved than the order holds: the log is broken. */
function releases(orderId: OrderId, lines: readonly OrderLine[], read: Read): readonly Addressed[] {
  return productsOf(lines, read).map(({ sku, units, stock: { reserved } }) => {
    if (reserved < units)
      throw new Error(`order ${orderId} holds ${units} of ${sku}, but only ${reserved} are reserved`)
    return to(inventory, sku, { type: 'StockReleased', sku, orderId, quantity: units })
  })
}

function acceptedOrder(
  status: AcceptedOrder['status'],
  content: OrderContent,
  reservedUntil: Timestamp | null,
): AcceptedOrder {
  const { customerId, tier, region, lines, total, placedAt } = content
  return { status, customerId, tier, region, lines, total, placedAt, reservedUntil }
}

function contentOf(accepted: AcceptedOrder): OrderContent {
  const { customerId, tier, region, lines, total, placedAt } = accepted
  return { customerId, tier, region, lines, total, placedAt }
}

function reservedUntilOf(state: Order): Timestamp | null {
  return state.status === 'none' || state.status === 'rejected' ? null : state.reservedUntil
}
