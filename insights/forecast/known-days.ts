/**
 * Which days of demand are known, and what was wanted on them.
 *
 * A day of the shop's own is known from its first order on, an earlier one if it was recorded. A product that could not be
 * bought and that nobody asked for has no demand that anybody knows: such a day says nothing, and is not zero.
 */
import type { ProductDays, ShopDay } from '../../projections/insights/demand-queries.ts'
import type { Day, Series } from './series.ts'

export interface ShopHistory {
  /** Null: no order was ever placed. */
  readonly firstOwn: Day | null
  readonly series: Series
}

/** Up to the day before `today`. */
export function shopHistory(rows: readonly ShopDay[], today: Day): ShopHistory {
  const firstOwn = rows.find(({ placed }) => placed > 0)?.day ?? null
  const byDay = new Map(rows.map((row) => [row.day, row]))
  const days: Day[] = []
  const units: number[] = []
  for (let day = rows[0]?.day ?? today; day < today; day++) {
    const row = byDay.get(day)
    if (firstOwn !== null && day >= firstOwn) {
      days.push(day)
      units.push((row?.placed ?? 0) - (row?.released ?? 0))
    } else if (row !== undefined && row.importedProducts > 0) {
      days.push(day)
      units.push(row.imported)
    }
  }
  return { firstOwn, series: { days, units } }
}

/** Up to the day before `today`. `firstOwn`: of the shop. */
export function productSeries(
  { days: rows, onHand, reserved }: Pick<ProductDays, 'days' | 'onHand' | 'reserved'>,
  { firstOwn, today }: { readonly firstOwn: Day | null; readonly today: Day },
): Series {
  const byDay = new Map(rows.map((row) => [row.day, row]))
  const days: Day[] = []
  const units: number[] = []
  // Backwards, because what is available is known now.
  let atEnd = onHand - reserved
  for (const { day, change } of rows) if (day >= today) atEnd -= change
  for (let day = today - 1; day >= Math.min(firstOwn ?? today, rows[0]?.day ?? today); day--) {
    const row = byDay.get(day)
    const atBeginning = atEnd - (row?.change ?? 0)
    if (firstOwn !== null && day >= firstOwn) {
      const { placed = 0, released = 0, lost = 0 } = row ?? {}
      if (atBeginning > 0 || atEnd > 0 || placed > 0 || lost > 0) {
        days.push(day)
        units.push(placed - released + lost)
      }
    } else if (row !== undefined && row.imported !== null) {
      days.push(day)
      units.push(row.imported)
    }
    atEnd = atBeginning
  }
  return { days: days.reverse(), units: units.reverse() }
}
