/** Days of the API (`2026-12-03`), which are days of UTC: no zone of a reader moves them. */
import { LOCALE, t } from '../texts/text.ts'

const long = utc({ day: 'numeric', month: 'long' })
const short = utc({ day: 'numeric', month: 'short' })
const whole = utc({ day: 'numeric', month: 'short', year: 'numeric' })
const dayOfMonth = utc({ day: 'numeric' })

/** `3 Dec`. */
export function utcDay(day: string): string {
  return short(day)
}

/** `3 Dec 2026`. */
export function utcDate(day: string): string {
  return whole(day)
}

/** `3 December`. */
export function longUtcDay(day: string): string {
  return long(day)
}

/** When something happens in four of five cases: `between 3 and 18 December (80 %)`. Null: not within 28 days. */
export function betweenDays(earliest: string | null, latest: string | null): string {
  if (earliest === null) return t('insights.run-out.later')
  if (latest === null) return t('insights.run-out.from', { day: long(earliest) })
  if (earliest === latest) return t('insights.run-out.on', { day: long(latest) })
  const isSameMonth = earliest.slice(0, 7) === latest.slice(0, 7)
  const from = isSameMonth ? dayOfMonth(earliest) : long(earliest)
  return t('insights.run-out.between', { from, to: long(latest) })
}

/** The beginning of a day of the same name in the reader's zone, in seconds: charts write their days by it. */
export function chartTime(day: string): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date).getTime() / 1_000
}

function utc(options: Intl.DateTimeFormatOptions): (day: string) => string {
  const format = new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: 'UTC' })
  return (day) => format.format(new Date(`${day}T00:00:00Z`))
}
