/** What a customer does in the shop before an order, and what somebody does who orders nothing. */
import type { UserEventType } from '../../commands/user-event.ts'
import type { SimulatedOrder } from '../orders.ts'
import { createRandom } from '../random.ts'

export interface BrowsedEvent {
  readonly type: UserEventType
  readonly sku?: string
  readonly quantity?: number
}

/** Products that are looked at beside those that are bought. */
const MOST_BESIDE = 3

/** An endless generator: the same seed gives the same for the same orders. `skus`: of the catalogue. */
export function browser(seed: number, skus: readonly string[]) {
  const random = createRandom(seed, 'browsing')
  const looks = (most: number): BrowsedEvent[] =>
    Array.from({ length: random.int(0, most) }, () => ({ type: 'product_view', sku: random.pick(skus) }))
  return {
    /** Up to the moment in which it is ordered. */
    before({ lines }: SimulatedOrder): readonly BrowsedEvent[] {
      return [
        { type: 'page_view' },
        ...looks(MOST_BESIDE),
        ...lines.flatMap(({ sku, quantity }): BrowsedEvent[] => [
          { type: 'product_view', sku },
          { type: 'add_to_cart', sku, quantity },
        ]),
        { type: 'checkout' },
      ]
    },
    /** Of somebody who goes away again. */
    alone(): readonly BrowsedEvent[] {
      return [{ type: 'page_view' }, ...looks(2 * MOST_BESIDE)]
    },
  }
}

export type Browser = ReturnType<typeof browser>
