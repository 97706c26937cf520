/** Amounts, dates and numbers as customers read them, in their language. */
import { currencyDigits, majorUnits } from '../../domain/currencies.ts'
import type { Timestamp } from '../../domain/values.ts'
import type { Money } from '../../schemas/events.ts'

export interface Format {
  money(money: Money): string
  count(value: number): string
  /** A day, by UTC. */
  date(at: Timestamp): string
  /** A moment, by UTC, with its zone. */
  time(at: Timestamp): string
}

/** To make what formats takes a hundred times as long as to format: kept, of the few languages and currencies in use. */
const known = new Map<string, Format>()

/** `locale`: a BCP 47 tag that templates are written in. */
export function formatIn(locale: string): Format {
  const kept = known.get(locale)
  if (kept !== undefined) return kept
  const format = makeFormat(locale)
  known.set(locale, format)
  return format
}

function makeFormat(locale: string): Format {
  const amounts = new Map<string, Intl.NumberFormat>()
  const whole = new Intl.NumberFormat(locale)
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' })
  const moment = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
    timeZoneName: 'short',
  })
  return {
    money({ amount, currency }) {
      const made = amounts.get(currency) ?? amountIn(locale, currency)
      amounts.set(currency, made)
      return made.format(majorUnits(amount, currency))
    },
    count: (value) => whole.format(value),
    date: (at) => day.format(at),
    time: (at) => moment.format(at),
  }
}

function amountIn(locale: string, currency: string): Intl.NumberFormat {
  const digits = currencyDigits(currency)
  return new Intl.NumberFormat(locale, {
    ...{ style: 'currency', currency },
    ...{ minimumFractionDigits: digits, maximumFractionDigits: digits },
  })
}
