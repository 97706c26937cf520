/** What the topic `sales` holds, by what its rows are of. */
import type { Analytics, PaymentsByMethod, SalesByHour } from '../api-shapes.ts'
import type { SalesRow } from '../following.ts'

export type Hour = SalesByHour['items'][number]
export type Method = PaymentsByMethod['items'][number]

const HOUR_MS = 3_600_000
/** Two days fit into a chart. */
const SHOWN_HOURS = 48
/** Fewer make no chart. */
const LEAST_HOURS = 12

/** Of one breakdown. */
export function rowsOf<Row>(rows: readonly SalesRow[], by: string): readonly (SalesRow & Row)[] {
  return rows.filter((row): row is SalesRow & Row => row.by === by)
}

export function totalsOf(rows: readonly SalesRow[]): Analytics | null {
  return rows.find((row): row is SalesRow & Analytics => row.by === 'total') ?? null
}

/** By name, so that nothing moves but the numbers. */
export function methodsOf(rows: readonly SalesRow[]): readonly Method[] {
  const items = rows.filter((row): row is SalesRow & Method => row.by === 'method')
  return items.sort((one, other) => (one.method < other.method ? -1 : 1))
}

/**
 * The newest hours, oldest first, those in which nothing happened too: the service tells only of the others. They end now
 * (null: that is unknown), or with the last order where that would leave nothing to see.
 */
export function hoursOf(rows: readonly SalesRow[], now: string | null): readonly Hour[] {
  const items = rowsOf<Hour>(rows, 'hour')
  const [any] = items
  if (any === undefined) return []
  const known = new Map<number, Hour>(items.map((item) => [Date.parse(item.hour), item]))
  const newest = Math.max(...known.keys())
  const current = now === null ? newest : Math.floor(Date.parse(now) / HOUR_MS) * HOUR_MS
  const end = current - newest < SHOWN_HOURS * HOUR_MS ? Math.max(current, newest) : newest
  const oldest = Math.min(...known.keys(), end - (LEAST_HOURS - 1) * HOUR_MS)
  const first = Math.max(end - (SHOWN_HOURS - 1) * HOUR_MS, oldest)
  const nothing = { amount: 0, currency: any.gmv.currency }
  const none = { orders: 0, units: 0, gmv: nothing, net: nothing, captured: 0, declined: 0 }
  return Array.from({ length: (end - first) / HOUR_MS + 1 }, (_, index) => {
    const start = first + index * HOUR_MS
    return known.get(start) ?? { hour: new Date(start).toISOString(), ...none }
  })
}
