/** Brings a product to somebody's notice that refused more orders in a clock hour than the shop leaves alone. */
import { adviseRestock, type AdviseRestock } from '../domain/inventory.ts'
import { AT_ONCE, reactor, SETTLED, type DueCause, type Reactor } from './reactor.ts'

export interface StockOutsParts {
  /** Orders that a product may refuse in an hour. */
  readonly limit: number
}

const HOUR_MS = 3_600_000

/** The first refusal beyond the limit is the cause: its advice counts up to it, whenever it is carried out. */
export function stockOuts({ limit }: StockOutsParts): Reactor {
  return reactor({
    name: 'stock-outs',
    handles: ['OrderRejected'],
    windowMs: HOUR_MS,
    meaning({ reason, shortages }, { count }) {
      if (reason !== 'out-of-stock') return null
      const advised = shortages.flatMap(({ sku, wanted }, part) => {
        const passed = count({ name: sku, units: wanted, limit })
        if (passed === null) return []
        const { times: refusedOrders, units: refusedUnits, from, to } = passed
        return [{ due: AT_ONCE, part, detail: { sku, refusedOrders, refusedUnits, from, to } satisfies AdviseRestock }]
      })
      return advised.length === 0 ? null : advised
    },
    async act({ detail }, { ask }) {
      const advice = adviceOf(detail)
      await ask((read) => adviseRestock(advice, read))
      return SETTLED
    },
    pace: { perSecond: 1_000, repeatsPerSecond: 1_000, atOnce: 50 },
    holdsBack: 'cause',
    gathers: true,
    actsOutside: false,
  })
}

/** As `meaning` wrote it. */
function adviceOf(detail: DueCause['detail']): AdviseRestock {
  if (detail === null || !('sku' in detail)) throw new Error('a cause of stock-outs names no product')
  return detail as unknown as AdviseRestock
}
