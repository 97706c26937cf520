/**
 * What numbers and times are written with where a browser's own means throw: it has lost its time zone, or its data of
 * languages. Plain, in the order of ISO 8601 and in UTC, and right.
 */

type Options = Intl.DateTimeFormatOptions & Intl.NumberFormatOptions

const DATE: readonly (keyof Options)[] = ['day', 'month', 'year', 'weekday', 'dateStyle']
const TIME: readonly (keyof Options)[] = ['hour', 'minute', 'second', 'timeStyle']

/** Puts what works in place of what does not. */
export function mendIntl(): void {
  const found: Partial<typeof Intl> = typeof Intl === 'undefined' ? {} : Intl
  if (typeof Intl === 'undefined') Object.defineProperty(globalThis, 'Intl', { value: found, writable: true })
  const { DateTimeFormat: dates } = found
  const put = (name: keyof typeof Intl, value: object) => Object.defineProperty(found, name, { value, writable: true })
  if (!works(() => new Intl.NumberFormat('en-GB').format(1))) put('NumberFormat', callable(PlainNumbers))
  if (!works(() => new Intl.PluralRules('en-GB').select(1))) put('PluralRules', callable(PlainPlurals))
  if (works(() => new Intl.DateTimeFormat('en-GB', { hour: '2-digit' }).format(0))) return
  const inUtc = works(() => new Intl.DateTimeFormat('en-GB', { hour: '2-digit', timeZone: 'UTC' }).format(0))
  put('DateTimeFormat', inUtc && dates !== undefined ? callable(utcDates(dates)) : callable(PlainDates))
}

function works(use: () => unknown): boolean {
  try {
    use()
    return true
  } catch {
    return false
  }
}

/** With the browser's words, and the one zone that it knows: where none is known, its clock shows that one too. */
function utcDates(dates: typeof Intl.DateTimeFormat) {
  return class {
    constructor(locale?: string, options: Intl.DateTimeFormatOptions = {}) {
      return new dates(locale, { timeZone: 'UTC', ...options })
    }
  }
}

/** `Intl.NumberFormat()` is the same with and without `new`. */
function callable<Arguments extends readonly unknown[]>(made: new (...given: Arguments) => object): object {
  return function (...given: Arguments) {
    return new made(...given)
  }
}

class PlainDates {
  readonly #options: Options

  constructor(_locale?: string, options: Options = {}) {
    this.#options = options
  }

  format(date: Date | number): string {
    const [day = '', time = ''] = new Date(date).toISOString().split('T')
    const asks = (parts: readonly (keyof Options)[]) => parts.some((part) => this.#options[part] !== undefined)
    const [asksTime, zone] = [asks(TIME), this.#options.timeZoneName === undefined ? [] : ['UTC']]
    const clock = asksTime ? [time.slice(0, this.#options.second === undefined ? 5 : 8)] : []
    return [...(asks(DATE) || !asksTime ? [day] : []), ...clock, ...zone].join(' ')
  }

  resolvedOptions(): { readonly timeZone: string } {
    return { timeZone: 'UTC' }
  }
}

class PlainNumbers {
  readonly #options: Options

  constructor(_locale?: string, options: Options = {}) {
    this.#options = options
  }

  /** A text has all its digits already, as sums of money are given. */
  format(value: number | bigint | string): string {
    const {
      minimumFractionDigits: least = 0,
      maximumFractionDigits: most = Math.max(3, least),
      currency,
    } = this.#options
    const digits = typeof value === 'number' ? trimmed(value.toFixed(most), least) : String(value)
    return currency === undefined ? digits : `${digits} ${currency}`
  }
}

/** Without the zeros at its end, except that `least` places stay behind the point. */
function trimmed(digits: string, least: number): string {
  const [whole = '', fraction = ''] = digits.split('.')
  const kept = fraction.slice(0, least) + fraction.slice(least).replace(/0+$/, '')
  return kept === '' ? whole : `${whole}.${kept}`
}

class PlainPlurals {
  select(count: number): 'one' | 'other' {
    return count === 1 ? 'one' : 'other'
  }
}
