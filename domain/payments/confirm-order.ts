/** What a capture does to its order: the order is confirmed and its delivery scheduled, in the append of the capture. */
import { delivery } from '../delivery.ts'
import { to, type Addressed, type Read } from '../decision.ts'
import { contentOf, order, type AcceptedOrder } from '../order.ts'
import type { OrderId } from '../values.ts'

/** Throws when the order has a delivery: the log is broken. */
export function confirmation(orderId: OrderId, placed: AcceptedOrder, read: Read): readonly Addressed[] {
  const { status } = read(delivery, orderId)
  if (status !== 'none') throw new Error(`order ${orderId} is placed, but its delivery is ${status}`)
  const { customerId, tier, region, lines } = placed
  return [
    to(order, orderId, { type: 'OrderConfirmed', orderId, ...contentOf(placed) }),
    to(delivery, orderId, { type: 'DeliveryScheduled', orderId, customerId, tier, region, lines }),
  ]
}
