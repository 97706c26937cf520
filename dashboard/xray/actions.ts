/** What can be done with an order as it stands. */
import type { Order } from '../api-shapes.ts'

export type Action = 'pay' | 'cancel' | 'dispatch' | 'deliver' | 'return'

export function actionsFor(order: Order): readonly Action[] {
  const { status, payment, delivery } = order
  const parcel = delivery?.status
  const isHere = parcel === undefined || parcel === 'scheduled' || parcel === 'failed'
  const can: Readonly<Record<Action, boolean>> = {
    pay: status === 'placed' && payment?.status !== 'pending',
    dispatch: status === 'confirmed' && parcel !== undefined && isHere,
    deliver: status === 'confirmed' && parcel === 'dispatched',
    return: status === 'completed' && unitsLeft(order).size > 0,
    cancel: status === 'placed' || (status === 'confirmed' && isHere),
  }
  return (['pay', 'dispatch', 'deliver', 'return', 'cancel'] as const).filter((action) => can[action])
}

/** What has not come back, by product. */
export function unitsLeft({ lines, returned = [] }: Pick<Order, 'lines' | 'returned'>): ReadonlyMap<string, number> {
  const left = new Map<string, number>()
  for (const { sku, quantity } of lines) left.set(sku, (left.get(sku) ?? 0) + quantity)
  for (const { sku, quantity } of returned) left.set(sku, (left.get(sku) ?? 0) - quantity)
  return new Map([...left].filter(([, quantity]) => quantity > 0))
}
