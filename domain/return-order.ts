/** Taking back what a completed order delivered, whole or in part: each unit once, for its price at most once. */
import type { OrderLine } from '../schemas/events.ts'
import { accept, refuse, to, type Addressed, type Decision, type Read } from './decision.ts'
import { inventory } from './inventory.ts'
import { order, productsOf, together, type Order, type Returned, type UnknownOrder } from './order.ts'
import { payment, refundOfLeft } from './payments/payment.ts'
import { totalOf, type OrderId, type Sku } from './values.ts'

export interface ReturnOrder {
  readonly orderId: OrderId
  /** At least one; a product may stand on several. Null = all that has not come back yet. */
  readonly lines: readonly Returned[] | null
  /** In the words of the person who takes it back. */
  readonly cause: string
  /** Whether the units can be sold again. */
  readonly sellable: boolean
}

export interface OrderNotReturnable {
  readonly reason: 'order-not-returnable'
  readonly status: Exclude<Order['status'], 'none' | 'completed'>
}

/** More units of a product than were delivered and have not come back. */
export interface ReturnTooLarge {
  readonly reason: 'return-too-large'
  readonly sku: Sku
  readonly wanted: number
  readonly left: number
}

/** Refunds their value, at most what is left of the money. The order stays completed. */
export function returnOrder(
  command: ReturnOrder,
  read: Read,
): Decision<UnknownOrder | OrderNotReturnable | ReturnTooLarge> {
  const { orderId, cause, sellable } = command
  const existing = read(order, orderId)
  const { status } = existing
  if (status === 'none') return refuse({ reason: 'unknown-order', orderId })
  if (status !== 'completed') return refuse({ reason: 'order-not-returnable', status })

  const leftOf = (sku: Sku) => unitsOf(existing.lines, sku) - unitsOf(existing.returned, sku)
  const wanted = wantedOf(command.lines, together(existing.lines), leftOf)
  const tooLarge = wanted.find(({ sku, quantity }) => quantity > leftOf(sku))
  if (tooLarge !== undefined) {
    const { sku, quantity } = tooLarge
    return refuse({ reason: 'return-too-large', sku, wanted: quantity, left: leftOf(sku) })
  }

  const { customerId, tier, region } = existing
  const lines = wanted.map(({ sku, quantity }) => ({ ...lineOf(existing.lines, sku), quantity }))
  const value = totalOf(lines)
  if (value === null) throw new Error(`the lines of order ${orderId} have no sum`)
  return accept(
    to(order, orderId, { type: 'OrderReturned', orderId, customerId, tier, region, lines, value, reason: cause }),
    ...returns(orderId, lines, sellable, read),
    ...refundOfLeft(orderId, read(payment, orderId), { cause: 'returned', atMost: value.amount }),
  )
}

/** One StockReturned for each product of the lines. */
export function returns(
  orderId: OrderId,
  lines: readonly Returned[],
  sellable: boolean,
  read: Read,
): readonly Addressed[] {
  return productsOf(lines, read).map(({ sku, units }) =>
    to(inventory, sku, { type: 'StockReturned', sku, orderId, quantity: units, sellable }),
  )
}

/** All that is left when nothing is named; if nothing is left, all there was, which is then too much. */
function wantedOf(
  named: readonly Returned[] | null,
  ordered: readonly Returned[],
  leftOf: (sku: Sku) => number,
): readonly Returned[] {
  if (named !== null) return together(named)
  const rest = ordered.map(({ sku }) => ({ sku, quantity: leftOf(sku) })).filter(({ quantity }) => quantity > 0)
  return rest.length > 0 ? rest : ordered
}

function unitsOf(lines: readonly Returned[], sku: Sku): number {
  return lines.reduce((sum, line) => (line.sku === sku ? sum + line.quantity : sum), 0)
}

/** All lines of a product say the same: they were priced in one decision. */
function lineOf(lines: readonly OrderLine[], sku: Sku): OrderLine {
  const line = lines.find((each) => each.sku === sku)
  if (line === undefined) throw new Error(`${sku} is on no line`)
  return line
}
