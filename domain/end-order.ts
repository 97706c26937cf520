/** The two ends of an order before it is delivered: somebody cancels it, or its reservation runs out unpaid. */
import { accept, refuse, to, type Addressed, type Decision, type Read } from './decision.ts'
import { delivery, type DeliveryStatus } from './delivery.ts'
import { inventory } from './inventory.ts'
import { contentOf, heldBy, order, type AcceptedOrder, type Order, type UnknownOrder } from './order.ts'
import { declined, isOnHold, openAttempt, payment, refundOfLeft } from './payments/payment.ts'
import type { PaymentOpen } from './payments/request-payment.ts'
import { returns } from './return-order.ts'
import type { OrderId, Timestamp } from './values.ts'

export interface CancelOrder {
  readonly orderId: OrderId
  /** In the words of the one who cancels. */
  readonly reason: string | null
  /** Of units that come back after a delivery that failed: whether they can be sold again. */
  readonly sellable: boolean
}

export interface ExpireOrder {
  readonly orderId: OrderId
  readonly at: Timestamp
}

export interface OrderNotCancellable {
  readonly reason: 'order-not-cancellable'
  readonly status: Order['status']
  /** Null when nothing was to be delivered. */
  readonly delivery: DeliveryStatus | null
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

/**
 * Cancels an order that is not on its way: what is left of its money is refunded, and its units are released, or come
 * back if its delivery failed. A payment that is under way goes on; its capture is refunded. One that is on hold ends. A
 * cancelled order is no longer there to be cancelled.
 */
export function cancelOrder(command: CancelOrder, read: Read): Decision<UnknownOrder | OrderNotCancellable> {
  return cancelFor('cancelled', command, read)
}

/** As cancelOrder; `cause` is why an attempt on hold is declined. */
export function cancelFor(
  cause: 'cancelled' | 'fraud',
  command: CancelOrder,
  read: Read,
): Decision<UnknownOrder | OrderNotCancellable> {
  const { orderId, reason, sellable } = command
  const existing = read(order, orderId)
  const { status } = existing
  if (status === 'none') return refuse({ reason: 'unknown-order', orderId })
  if (status === 'placed') {
    const open = openAttempt(read(payment, orderId))
    return accept(
      ...(open !== null && isOnHold(open) ? [declined(orderId, open, cause)] : []),
      cancelled(orderId, existing, reason),
      ...releases(orderId, existing, read),
    )
  }
  const { status: from } = read(delivery, orderId)
  if (status !== 'confirmed' || (from !== 'scheduled' && from !== 'failed')) {
    return refuse({ reason: 'order-not-cancellable', status, delivery: from === 'none' ? null : from })
  }
  const { customerId, tier, region } = existing
  return accept(
    cancelled(orderId, existing, reason),
    ...(from === 'scheduled' ? releases(orderId, existing, read) : returns(orderId, existing.lines, sellable, read)),
    ...refundOfLeft(orderId, read(payment, orderId), { cause: 'cancelled' }),
    to(delivery, orderId, { type: 'DeliveryCancelled', orderId, customerId, tier, region, reason, from }),
  )
}

/**
 * Ends an unpaid order whose reservation has run out and releases its units. Time alone changes nothing, and while a
 * payment is open nothing ends.
 */
export function expireOrder(
  command: ExpireOrder,
  read: Read,
): Decision<UnknownOrder | OrderNotExpirable | NotDue | PaymentOpen> {
  const { orderId, at } = command
  const existing = read(order, orderId)
  const { status } = existing
  if (status === 'none') return refuse({ reason: 'unknown-order', orderId })
  if (status !== 'placed') return refuse({ reason: 'order-not-expirable', status })
  const { reservedUntil } = existing
  if (reservedUntil === null || at < reservedUntil) return refuse({ reason: 'not-due', reservedUntil })
  const open = openAttempt(read(payment, orderId))
  if (open !== null) return refuse({ reason: 'payment-open', attempt: open.number })
  return accept(
    to(order, orderId, { type: 'OrderExpired', orderId, ...contentOf(existing) }),
    ...releases(orderId, existing, read),
  )
}

function cancelled(orderId: OrderId, existing: AcceptedOrder, reason: string | null): Addressed {
  const from = existing.status === 'placed' ? 'placed' : 'confirmed'
  return to(order, orderId, { type: 'OrderCancelled', orderId, ...contentOf(existing), reason, from })
}

/** One StockReleased for each product. */
function releases(orderId: OrderId, existing: AcceptedOrder, read: Read): readonly Addressed[] {
  return heldBy(orderId, existing, read).map(({ sku, units }) =>
    to(inventory, sku, { type: 'StockReleased', sku, orderId, quantity: units }),
  )
}
