/** What is known of a product's demand as of a day: pure, from its known days and the weekdays of the shop. */
import { accuracyOf, dispersionOf, judge, type Accuracy, type Judged, type Method } from './accuracy.ts'
import { classOf, productLevel, total, type DemandClass, type Profile } from './level.ts'
import { HORIZON as RUN_OUT_DAYS, pathsOf, type Paths } from './run-out.ts'
import { sum, type Day, type Series } from './series.ts'

export const HORIZONS = [7, 14, 28] as const
export type Horizon = (typeof HORIZONS)[number]

/** The shop's weekdays as they were known on a day. */
export type ProfileAt = (day: Day) => Profile

export interface ProductModel {
  readonly demandClass: DemandClass
  /** Units of an average day. */
  readonly level: number
  readonly accuracy: Accuracy
  /** Null: too few weeks to say. */
  readonly dispersion: number | null
  /** First and last known day; null: none. */
  readonly history: { readonly from: Day; readonly to: Day } | null
  /** What may become of the stock. */
  readonly paths: Paths
}

/** A forecast of the past, with what kind of product it was of. */
export interface JudgedOfClass extends Judged {
  readonly demandClass: DemandClass
}

export function productModel(series: Series, profileAt: ProfileAt, today: Day): ProductModel {
  const { days, units } = series
  const profile = profileAt(today)
  const level = sum(units) === 0 ? 0 : productLevel(series, profile)
  const [from, to] = [days[0], days.at(-1)]
  return {
    demandClass: classOf(series),
    level,
    accuracy: accuracyOf(series, productMethod(profileAt)),
    dispersion: dispersionOf(series, today),
    history: from === undefined || to === undefined ? null : { from, to },
    paths: pathsOf(units, total(level, profile, nextDays(today)) / RUN_OUT_DAYS),
  }
}

/** How its forecast made a horizon ago came out; null: too few days before it. */
export function judgedBefore(series: Series, profileAt: ProfileAt, horizon: Horizon): JudgedOfClass | null {
  const judged = judge(series, productMethod(profileAt), { ago: horizon, horizon })
  if (judged === null) return null
  const { days, units } = series
  const origin = days.length - horizon
  return { ...judged, demandClass: classOf({ days: days.slice(0, origin), units: units.slice(0, origin) }) }
}

function nextDays(today: Day): readonly Day[] {
  return Array.from({ length: RUN_OUT_DAYS }, (_, index) => today + index)
}

function productMethod(profileAt: ProfileAt): Method {
  return (before) => {
    const profile = profileAt((before.days.at(-1) ?? 0) + 1)
    return { profile, level: productLevel(before, profile) }
  }
}
