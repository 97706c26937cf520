/** Events of a shop of every type that is copied, and of some that are not. */
import type { Addressed } from '../../domain/decision.ts'
import {
  customerRegistered,
  orderCancelled,
  orderLine,
  orderPlaced,
  orderRejected,
  productListed,
  stockReceived,
  stockReserved,
} from '../../domain/test-events.ts'

/** This many orders, and all that goes with them, on streams of their own. */
export function soldOrders(name: string, orders: number): readonly Addressed[] {
  const skus = Array.from({ length: 7 }, (_, index) => `${name}-sku-${String(index)}`)
  const opened = skus.flatMap((sku): readonly Addressed[] => [
    { stream: `inventory-${sku}`, event: productListed(sku) },
    { stream: `inventory-${sku}`, event: stockReceived(sku, 1_000_000) },
  ])
  const sold = Array.from({ length: orders }, (_, index): readonly Addressed[] => {
    const id = `${name}-${String(index)}`
    const sku = `${name}-sku-${String(index % 7)}`
    const stream = `order-${id}` as const
    if (index % 5 === 1) return [{ stream, event: orderRejected(id) }]
    const placed: readonly Addressed[] = [
      { stream, event: orderPlaced(id, [orderLine(sku, 2)]) },
      { stream: `inventory-${sku}`, event: stockReserved(sku, id, 2) },
    ]
    return index % 5 === 0 ? [...placed, { stream, event: orderCancelled(id, [orderLine(sku, 2)]) }] : placed
  })
  return [{ stream: `customer-${name}`, event: customerRegistered(name) }, ...opened, ...sold.flat()]
}
