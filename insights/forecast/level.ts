/**
 * What sells on an average day, from known days: exponential smoothing, or for what sells seldom how much and how often,
 * apart. One year of days shows neither trends nor seasons, so none are looked for.
 */
import { mean, percentile, sum, weekdayOf, type Series } from './series.ts'

/** How much a weekday sells, as a multiple of the average day; Monday first. */
export type Profile = readonly number[]

/** How often a product sold of late: on half of the days, on a fifth, or less. */
export type DemandClass = 'A' | 'B' | 'C'

const LAST_DAYS = 56
/** The level to begin with comes from this many first values: from 0 it takes months to come up. */
const FIRST_DAYS = 28
const SHOP_ALPHA = 0.1
const PRODUCT_ALPHA = 0.05
const SIZE_ALPHA = 0.1
const OFTEN_BETA = 0.05
/** On weekdays with less the shop is closed: what is sold on them says nothing of the level. */
const OPEN = 0.05
const CAP = 0.95

/** Of the shop, whose last eight weeks say more of weekdays than those of a product. */
export function profileOf({ days, units }: Series): Profile {
  const last = days.slice(-LAST_DAYS).map((day, index, { length }) => ({
    weekday: weekdayOf(day),
    units: units[units.length - length + index] ?? 0,
  }))
  const all = mean(last.map((day) => day.units))
  return Array.from({ length: 7 }, (_, weekday) => {
    const of = last.filter((day) => day.weekday === weekday)
    return of.length === 0 || all === 0 ? 1 : mean(of.map((day) => day.units)) / all
  })
}

export function classOf({ units }: Series): DemandClass {
  const last = units.slice(-LAST_DAYS)
  const selling = last.filter((value) => value > 0).length / Math.max(1, last.length)
  return selling >= 0.5 ? 'A' : selling >= 0.2 ? 'B' : 'C'
}

/** Units of an average day of a product. Single large orders are cut: sums lie below what is sold. */
export function productLevel(series: Series, profile: Profile): number {
  const capped = cappedAt95th(series.units)
  return classOf(series) === 'C'
    ? seldomLevel(capped)
    : smoothedLevel({ days: series.days, units: capped }, profile, PRODUCT_ALPHA)
}

/** Units of an average day of the shop. */
export function shopLevel(series: Series, profile: Profile): number {
  return smoothedLevel(series, profile, SHOP_ALPHA)
}

/** At the 95th percentile of the days on which it sold. */
function cappedAt95th(units: readonly number[]): readonly number[] {
  const selling = units.filter((value) => value > 0)
  if (selling.length === 0) return units
  const cap = percentile(selling, CAP)
  return units.map((value) => Math.min(value, cap))
}

function smoothedLevel({ days, units }: Series, profile: Profile, alpha: number): number {
  const values: number[] = []
  for (const [index, day] of days.entries()) {
    const share = profile[weekdayOf(day)] ?? 1
    if (share > OPEN) values.push((units[index] ?? 0) / share)
  }
  return smoothed(values, alpha)
}

function seldomLevel(units: readonly number[]): number {
  const size = smoothed(
    units.filter((value) => value > 0),
    SIZE_ALPHA,
  )
  const often = smoothed(
    units.map((value) => (value > 0 ? 1 : 0)),
    OFTEN_BETA,
  )
  return size * often
}

function smoothed(values: readonly number[], alpha: number): number {
  let level = mean(values.slice(0, FIRST_DAYS))
  for (const value of values) level += alpha * (value - level)
  return level
}

/** Units of each of these days. */
export function spread(level: number, profile: Profile, days: readonly number[]): readonly number[] {
  return days.map((day) => level * (profile[weekdayOf(day)] ?? 1))
}

/** Units of these days together. */
export function total(level: number, profile: Profile, days: readonly number[]): number {
  return sum(spread(level, profile, days))
}
