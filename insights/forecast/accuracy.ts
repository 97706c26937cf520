/** How far forecasts would have been off: each is made again as of a day of the past, and compared with what came. */
import { countBefore, firstDays, percentile, sum, type Series } from './series.ts'
import { total, type Profile } from './level.ts'

/** The length of what accuracy is measured over. */
export const ACCURACY_DAYS = 28
const ORIGINS = 4
/** Known days before a forecast that is judged. */
const BEFORE = 56
/** Fewer say nothing of an interval. */
const FEWEST_RATIOS = 10

/** A forecast of the past beside what came. */
export interface Judged {
  readonly forecast: number
  readonly actual: number
  /** Four times the last seven days. */
  readonly seasonalNaive: number
}

/** How a series is forecast from its first days. */
export type Method = (before: Series) => { readonly level: number; readonly profile: Profile }

/** The forecast of the next `horizon` known days, made `ago` known days before the end; null: too few days before it, or behind it. */
export function judge(
  series: Series,
  method: Method,
  { ago, horizon }: { ago: number; horizon: number },
): Judged | null {
  const origin = series.days.length - ago
  if (origin < BEFORE || horizon > ago) return null
  const before = firstDays(series, origin)
  const { level, profile } = method(before)
  return {
    forecast: total(level, profile, series.days.slice(origin, origin + horizon)),
    actual: sum(series.units.slice(origin, origin + horizon)),
    seasonalNaive: (sum(before.units.slice(-7)) * horizon) / 7,
  }
}

export interface Accuracy {
  readonly days: typeof ACCURACY_DAYS
  /** Forecasts of the past that it rests on. */
  readonly origins: number
  /** 100 less the percentage by which their totals were off; may be negative. Null: fewer than two, or nothing was sold. */
  readonly percent: number | null
  /** The same of the last seven days four times. */
  readonly seasonalNaive: number | null
}

/** At the newest origins, a horizon apart. */
export function accuracyOf(series: Series, method: Method): Accuracy {
  const judged = Array.from({ length: ORIGINS }, (_, index) =>
    judge(series, method, { ago: ACCURACY_DAYS * (index + 1), horizon: ACCURACY_DAYS }),
  ).filter((each) => each !== null)
  const sold = sum(judged.map(({ actual }) => actual))
  const percent = (forecastOf: (each: Judged) => number): number | null => {
    if (judged.length < 2 || sold === 0) return null
    const off = sum(judged.map((each) => Math.abs(forecastOf(each) - each.actual)))
    return rounded(100 * (1 - off / sold))
  }
  return {
    days: ACCURACY_DAYS,
    origins: judged.length,
    percent: percent(({ forecast }) => forecast),
    seasonalNaive: percent(({ seasonalNaive }) => seasonalNaive),
  }
}

/** What came as a multiple of what was forecast: the 10th and the 90th percentile. */
export interface Spread {
  readonly low: number
  readonly high: number
}

/** Null: too few to say. */
export function spreadOf(judged: readonly (Judged | null)[]): Spread | null {
  const ratios = judged.flatMap((each) => (each !== null && each.forecast > 0 ? [each.actual / each.forecast] : []))
  if (ratios.length < FEWEST_RATIOS) return null
  return { low: percentile(ratios, 0.1), high: percentile(ratios, 0.9) }
}

/** Of a series by itself: at origins a week apart. */
export function weeklySpread(series: Series, method: Method, horizon: number): Spread | null {
  const judged: (Judged | null)[] = []
  for (let ago = horizon; series.days.length - ago >= BEFORE; ago += 7)
    judged.push(judge(series, method, { ago, horizon }))
  return spreadOf(judged)
}

const WEEKS = 12
const FEWEST_WEEKS = 4

/** Variance ÷ mean of the sums of weeks, at least 1: how much less a unit tells than if each were bought alone. Null: under four weeks. */
export function dispersionOf(series: Series, end: number): number | null {
  const sums: number[] = []
  for (let week = 0; week < WEEKS; week++) {
    const [from, to] = [countBefore(series, end - 7 * (week + 1)), countBefore(series, end - 7 * week)]
    if (to - from === 7) sums.push(sum(series.units.slice(from, to)))
  }
  if (sums.length < FEWEST_WEEKS) return null
  const average = sum(sums) / sums.length
  if (average === 0) return 1
  const variance = sum(sums.map((value) => (value - average) ** 2)) / (sums.length - 1)
  return Math.max(1, variance / average)
}

function rounded(percent: number): number {
  return Math.round(percent * 10) / 10
}
