/**
 * The delivery of one confirmed order.
 *
 * none -> scheduled -> dispatched -> delivered
 *            |           |    ^
 *            |           v    |
 *            |         failed-+
 *            v           |
 *         cancelled <----+
 *
 * Dispatches are numbered from 1; each but the last has failed. Reports may name the dispatch they speak of, so that
 * one that comes late or twice never moves a later parcel.
 */
import type { DeliveryDispatched, DeliveryEvent } from '../schemas/events.ts'
import { accept, refuse, to, type Aggregate, type Decision, type Read } from './decision.ts'
import { inventory } from './inventory.ts'
import { contentOf, heldBy, order, type AcceptedOrder } from './order.ts'
import type { OrderId } from './values.ts'

export const DELIVERY_STATUSES = ['scheduled', 'dispatched', 'delivered', 'failed', 'cancelled'] as const

export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]

export interface Delivery {
  readonly status: 'none' | DeliveryStatus
  /** How many there were. */
  readonly dispatches: number
}

export const delivery: Aggregate<Delivery, DeliveryEvent> = {
  kind: 'delivery',
  fold: 1,
  initial: { status: 'none', dispatches: 0 },
  evolve({ dispatches }, event) {
    switch (event.type) {
      case 'DeliveryScheduled':
        return { status: 'scheduled', dispatches }
      case 'DeliveryDispatched':
        return { status: 'dispatched', dispatches: event.dispatch }
      case 'DeliveryDelivered':
        return { status: 'delivered', dispatches }
      case 'DeliveryFailed':
        return { status: 'failed', dispatches }
      case 'DeliveryCancelled':
        return { status: 'cancelled', dispatches }
    }
  },
}

export interface DispatchOrder {
  readonly orderId: OrderId
  /** The one to begin; null = the next. */
  readonly dispatch: number | null
}

export interface DeliverOrder {
  readonly orderId: OrderId
  /** Null = the present one. */
  readonly dispatch: number | null
}

export interface FailDelivery extends DeliverOrder {
  /** In the words of the carrier. */
  readonly cause: string
}

/** The order is not paid. */
export interface UnknownDelivery {
  readonly reason: 'unknown-delivery'
  readonly orderId: OrderId
}

export interface DeliveryNotPossible {
  readonly reason: 'delivery-not-possible'
  readonly status: DeliveryStatus
}

export type DeliveryRefusal = UnknownDelivery | DeliveryNotPossible

/** Sends the parcel. The units leave the stock with the first dispatch; one that was begun before changes nothing. */
export function dispatchOrder(command: DispatchOrder, read: Read): Decision<DeliveryRefusal> {
  const { orderId } = command
  const { status, dispatches } = read(delivery, orderId)
  if (status === 'none') return refuse({ reason: 'unknown-delivery', orderId })
  const next = dispatches + 1
  const wanted = command.dispatch ?? next
  if (wanted < next) return accept()
  if (wanted > next || (status !== 'scheduled' && status !== 'failed'))
    return refuse({ reason: 'delivery-not-possible', status })
  const sent = confirmedOrder(orderId, read)
  return accept(
    to(delivery, orderId, { type: 'DeliveryDispatched', ...repeated(orderId, sent), dispatch: next }),
    ...(next > 1 ? [] : heldBy(orderId, sent, read)).map(({ sku, units }) =>
      to(inventory, sku, { type: 'StockShipped', sku, orderId, quantity: units }),
    ),
  )
}

/** The parcel arrived, and the order is completed. */
export function deliverOrder(command: DeliverOrder, read: Read): Decision<DeliveryRefusal> {
  const { orderId } = command
  const decided = outcome(command, 'delivered', read)
  if (decided !== null) return decided
  const sent = confirmedOrder(orderId, read)
  const { dispatches } = read(delivery, orderId)
  return accept(
    to(delivery, orderId, { type: 'DeliveryDelivered', ...repeated(orderId, sent), dispatch: dispatches }),
    to(order, orderId, { type: 'OrderCompleted', orderId, ...contentOf(sent) }),
  )
}

/** The parcel did not arrive. It may be dispatched again, or the order cancelled. */
export function failDelivery(command: FailDelivery, read: Read): Decision<DeliveryRefusal> {
  const { orderId, cause } = command
  const decided = outcome(command, 'failed', read)
  if (decided !== null) return decided
  const sent = confirmedOrder(orderId, read)
  const { dispatches } = read(delivery, orderId)
  const failed = { type: 'DeliveryFailed', ...repeated(orderId, sent), dispatch: dispatches, reason: cause } as const
  return accept(to(delivery, orderId, failed))
}

/** What a report of an outcome comes to where it moves nothing; null where it speaks of the dispatch under way. */
function outcome(
  { orderId, dispatch }: DeliverOrder,
  reported: 'delivered' | 'failed',
  read: Read,
): Decision<DeliveryRefusal> | null {
  const { status, dispatches } = read(delivery, orderId)
  if (status === 'none') return refuse({ reason: 'unknown-delivery', orderId })
  const spokenOf = dispatch ?? dispatches
  const isPresent = spokenOf === dispatches
  if (isPresent && status === 'dispatched') return null
  const exists = spokenOf >= 1 && spokenOf <= dispatches
  // A cancelled delivery that was ever dispatched was cancelled after a failure.
  const known = isPresent && status === 'delivered' ? 'delivered' : 'failed'
  return exists && known === reported ? accept() : refuse({ reason: 'delivery-not-possible', status })
}

/** Throws when the order is not confirmed: the log is broken. */
function confirmedOrder(orderId: OrderId, read: Read): AcceptedOrder {
  const sent = read(order, orderId)
  if (sent.status !== 'confirmed') throw new Error(`order ${orderId} is ${sent.status}, but its delivery is not over`)
  return sent
}

function repeated(
  orderId: OrderId,
  { customerId, tier, region }: AcceptedOrder,
): Omit<DeliveryDispatched, 'type' | 'dispatch'> {
  return { orderId, customerId, tier, region }
}
