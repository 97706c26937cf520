/** Demand day by day, as far as it is known. What nobody measured is not zero: such days are left out. */

const DAYS_OF_WEEK = 7
/** 1970-01-01 was a Thursday; weekday 0 is Monday. */
const FIRST_WEEKDAY = 3

/** Days since 1970, UTC. */
export type Day = number

/** The known days of a product, or of the shop, oldest first: `units[i]` were wanted on `days[i]`. */
export interface Series {
  readonly days: readonly Day[]
  readonly units: readonly number[]
}

export function weekdayOf(day: Day): number {
  return (((day + FIRST_WEEKDAY) % DAYS_OF_WEEK) + DAYS_OF_WEEK) % DAYS_OF_WEEK
}

/** The first `count` known days. */
export function firstDays({ days, units }: Series, count: number): Series {
  return { days: days.slice(0, count), units: units.slice(0, count) }
}

/** How many known days lie before a day. */
export function countBefore({ days }: Series, day: Day): number {
  let [low, high] = [0, days.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((days[middle] ?? 0) < day) low = middle + 1
    else high = middle
  }
  return low
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length
}

/** Between the values around it, in proportion. `share` from 0 to 1; of at least one value. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  const place = share * (sorted.length - 1)
  const low = sorted[Math.floor(place)] ?? 0
  const high = sorted[Math.ceil(place)] ?? 0
  return low + (high - low) * (place - Math.floor(place))
}
