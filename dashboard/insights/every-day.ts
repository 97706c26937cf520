/** Days of the business as they are drawn: the service leaves out those on which nothing happened. */
import type { Business } from '../api-shapes.ts'

export type BusinessDay = Business['items'][number]

/** Fewer are no chart. */
const LEAST_DAYS = 7
const DAY_MS = 86_400_000

/** Oldest first, each day up to the newest, which has something. */
export function everyDay(items: readonly BusinessDay[]): readonly BusinessDay[] {
  const known = new Map(items.map((item) => [Date.parse(item.day), item]))
  const times = [...known.keys()].sort((one, other) => one - other)
  const [first, last] = [times[0], times.at(-1)]
  const newest = last === undefined ? undefined : known.get(last)
  if (first === undefined || last === undefined || newest === undefined) return []
  const length = Math.max(LEAST_DAYS, (last - first) / DAY_MS + 1)
  const nothing = { amount: 0, currency: newest.gmv.currency }
  const none = { gmv: nothing, net: nothing, orders: 0, averageOrder: nothing, refused: 0, refunds: 0 }
  return Array.from({ length }, (_, index) => {
    const at = last - (length - 1 - index) * DAY_MS
    return known.get(at) ?? { day: new Date(at).toISOString().slice(0, 10), ...none }
  })
}
