/** How a simulated carrier treats a parcel: the same for the same seed, order and dispatch. */
import { createRandom, type Random } from './random.ts'

/** Of a step, in milliseconds. */
export interface StepTimes {
  readonly from: number
  readonly to: number
}

const SECONDS: StepTimes = { from: 1_000, to: 5_000 }
const FAILING_SHARE = 0.03

const reasons = ['nobody at home', 'address not found', 'refused by the recipient', 'damaged on the way'] as const

/** Each step takes 1 to 5 s unless said otherwise; 3 % of the parcels fail at the first dispatch, and none at the next. */
export function simulatedCarrier(seed: number, { from, to }: StepTimes = SECONDS) {
  const drawn = (what: string, orderId: string, dispatch: number): Random =>
    createRandom(seed, `${what} ${orderId} ${String(dispatch)}`)
  const stepMs = (what: string) => (orderId: string, dispatch: number) => drawn(what, orderId, dispatch).int(from, to)
  return {
    fetchedAfter: stepMs('fetched'),
    underWay: stepMs('under way'),
    failure(orderId: string, dispatch: number): string | null {
      const random = drawn('failure', orderId, dispatch)
      return dispatch === 1 && random.unit() < FAILING_SHARE ? random.pick(reasons) : null
    },
  }
}
