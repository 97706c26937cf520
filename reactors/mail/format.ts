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

/** `locale`: a BCP 47 tag. */
export function formatIn(locale: string): Format {
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
      const digits = currencyDigits(currency)
      const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits }
      return new Intl.NumberFormat(locale, { style: 'currency', currency, ...fraction }).format(
        majorUnits(amount, currency),
      )
    },
    count: (value) => whole.format(value),
    date: (at) => day.format(at),
    time: (at) => moment.format(at),
  }
}
