/** What can be done with an order as it stands. */
import type { Order } from '../api-shapes.ts'

export type Action = 'pay' | 'cancel' | 'dispatch' | 'deliver' | 'return' | 'refund'

export function actionsFor(order: Order): readonly Action[] {
  const { status, payment, delivery } = order
  const parcel = delivery?.status
  const isHere = parcel === undefined || parcel === 'scheduled' || parcel === 'failed'
  const can: Readonly<Record<Action, boolean>> = {
    pay: status === 'placed' && payment?.status !== 'pending' && payment?.status !== 'held',
    dispatch: status === 'confirmed' && parcel !== undefined && isHere,
    deliver: status === 'confirmed' && parcel === 'dispatched',
    return: status === 'completed' && unitsLeft(order).size > 0,
    refund: isPaid(payment),
    cancel: status === 'placed' || (status === 'confirmed' && isHere),
  }
  return (['pay', 'dispatch', 'deliver', 'return', 'refund', 'cancel'] as const).filter((action) => can[action])
}

/** Whether money is here that can go back: what is left of it, and of which attempt, the service knows. */
function isPaid(payment: Order['payment']): boolean {
  return payment?.status === 'captured' || payment?.status === 'partly-refunded'
}

/** What has not come back, by product. */
export function unitsLeft({ lines, returned = [] }: Pick<Order, 'lines' | 'returned'>): ReadonlyMap<string, number> {
  const left = new Map<string, number>()
  for (const { sku, quantity } of lines) left.set(sku, (left.get(sku) ?? 0) + quantity)
  for (const { sku, quantity } of returned) left.set(sku, (left.get(sku) ?? 0) - quantity)
  return new Map([...left].filter(([, quantity]) => quantity > 0))
}
