/** What an event of an order says by itself: the sum of its lines, and what all events of the order repeat. */
import { totalOf } from '../../domain/values.ts'
import type { Money, OrderEvent, OrderLine, OrderRejected, OrderReturned, RejectedLine } from '../../schemas/events.ts'
import { digestOf } from '../spill/name-hash.ts'

/** Why the total is not that of the lines; null when it is, or when a rejected order has none. */
export function totalFault(event: OrderEvent): string | null {
  const total = event.type === 'OrderReturned' ? event.value : event.total
  if (total === null) return null
  const lines: readonly (OrderLine | RejectedLine)[] = event.lines
  return sumFault(lines.filter(isPriced), lines.length, total)
}

/** `expected`: how many lines there are, with or without a price. */
function sumFault(
  lines: readonly { readonly quantity: number; readonly unitPrice: Money }[],
  expected: number,
  total: Money,
): string | null {
  if (expected === 0) return 'it has no lines'
  if (lines.length < expected) return 'it has a total, but a line without a price'
  if (lines.some(({ quantity }) => quantity < 1)) return 'a line has a quantity below 1'
  const sum = totalOf(lines)
  if (sum === null) return 'its lines have no common currency, or a sum beyond 2^53'
  if (sum.currency !== total.currency) return `its total is in ${total.currency}, its lines are in ${sum.currency}`
  return sum.amount === total.amount ? null : `its total is ${total.amount}, the sum of its lines is ${sum.amount}`
}

function isPriced<Line extends { readonly unitPrice: Money | null }>(line: Line): line is Line & { unitPrice: Money } {
  return line.unitPrice !== null
}

/** Of what every event of an order repeats. */
export function contentDigest(event: Exclude<OrderEvent, OrderRejected | OrderReturned>): number {
  const { customerId, tier, region, lines, total, placedAt } = event
  const values = lines.map(({ sku, name, category, quantity, unitPrice }) => [
    ...[sku, name, category, quantity],
    ...[unitPrice.amount, unitPrice.currency],
  ])
  return digestOf(JSON.stringify([customerId, tier, region, total.amount, total.currency, placedAt, values]))
}
