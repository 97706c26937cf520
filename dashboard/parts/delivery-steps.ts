/** How far a delivery has come, and when it took which step. */
import type { Delivery } from '../api-shapes.ts'

const STEPS = ['scheduled', 'dispatched', 'failed', 'delivered', 'cancelled'] as const

/** Scheduled, on its way, there; what failed or was cancelled goes no further. */
export function percentOf({ status, times }: Pick<Delivery, 'status' | 'times'>): number {
  if (status === 'delivered') return 100
  return status === 'dispatched' || (times?.dispatched ?? null) !== null ? 50 : 10
}

/** In the order in which they happened. */
export function stepsOf(times: Delivery['times']) {
  return STEPS.flatMap((step) => {
    const at = times?.[step] ?? null
    return at === null ? [] : [{ step, at }]
  }).sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
}
