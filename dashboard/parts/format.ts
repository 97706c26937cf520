/** Numbers and times as text. One language, that of the page, so that its words and its numbers agree. */
import { signal } from '@preact/signals'
import type { MoneySum } from '../api-shapes.ts'
import { LOCALE } from '../texts/text.ts'

const whole = new Intl.NumberFormat(LOCALE)
const tenths = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const toMinutes = { hour: '2-digit', minute: '2-digit' } as const
const toSeconds = { ...toMinutes, second: '2-digit' } as const
const day = { day: 'numeric', month: 'short' } as const
const dayAlone = times(day)
const clock = times(toSeconds)
const minute = times(toMinutes)
const hour = times({ weekday: 'short', ...day, ...toMinutes })
const moment = times({ ...day, year: 'numeric', ...toSeconds })
const currencies = new Map<string, Intl.NumberFormat>()

export function count(value: number): string {
  return whole.format(value)
}

/** `+3`, `-3`. */
export function signed(value: number): string {
  return value > 0 ? `+${count(value)}` : count(value)
}

/** `3 units`, `1 unit`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

export function oneDecimal(value: number): string {
  return tenths.format(value)
}

/** Of the shop's currency, as its service says; null until then. */
export const currencyDigits = signal<number | null>(null)

export const shopCurrency = signal<string | null>(null)

/** An amount that somebody wrote, in minor units: `19.99` or `19,99` with two digits is 1999; null: it is none. */
export function minorUnits(text: string, digits: number): number | null {
  const [, whole, fraction = ''] = /^(\d{1,13})(?:[.,](\d+))?$/.exec(text.trim()) ?? []
  if (whole === undefined || fraction.length > digits) return null
  const minor = Number(whole + fraction.padEnd(digits, '0'))
  return Number.isSafeInteger(minor) ? minor : null
}

/**
 * Every digit of it, however many. `…` until it is known how many stand behind the point: browsers disagree with ISO 4217
 * about some.
 */
export function money({ amount, currency }: MoneySum): string {
  const digits = currencyDigits.value
  if (digits === null) return '…'
  const text = String(amount).replace(/\d+/, (all) => all.padStart(digits + 1, '0'))
  const whole = text.length - digits
  return currencyFormat(currency, digits).format(`${text.slice(0, whole)}.${text.slice(whole)}` as `${number}`)
}

/** The sum of amounts in one currency, as its digits. */
export function sumOfMoney(amounts: readonly MoneySum[]): string {
  return String(amounts.reduce((sum, { amount }) => sum + BigInt(amount), 0n))
}

function currencyFormat(currency: string, digits: number): Intl.NumberFormat {
  const known = currencies.get(currency)
  if (known !== undefined) return known
  const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  const made = new Intl.NumberFormat(LOCALE, { style: 'currency', currency, ...fraction })
  currencies.set(currency, made)
  return made
}

export function timeOfDay(iso: string): string {
  return clock(new Date(iso))
}

export function minuteOf(iso: string): string {
  return minute(new Date(iso))
}

export function hourOf(iso: string): string {
  return hour(new Date(iso))
}

export function dayOf(iso: string): string {
  return dayAlone(new Date(iso))
}

export function dateTime(iso: string): string {
  return moment(new Date(iso))
}

/** In the zone of the reader, which is named (`CEST`, `GMT+11`) where the same time comes twice. */
function times(options: Intl.DateTimeFormatOptions): (date: Date) => string {
  const plain = new Intl.DateTimeFormat(LOCALE, options)
  const zoned = new Intl.DateTimeFormat(LOCALE, { ...options, timeZoneName: 'short' })
  return (date) => (comesTwice(date) ? zoned : plain).format(date)
}

const MINUTE = 60_000
/** Further than a clock was ever put back. */
const NEAR = 180 * MINUTE

/** Whether clocks show this time twice, because they are put back soon or just were. */
function comesTwice(date: Date): boolean {
  return [-NEAR, NEAR].some((away) => {
    const other = offsetAt(date.getTime() + away)
    const shift = (other - date.getTimezoneOffset()) * MINUTE
    return shift !== 0 && offsetAt(date.getTime() + shift) === other
  })
}

/** Minutes that the reader's zone is behind UTC. */
function offsetAt(millis: number): number {
  return new Date(millis).getTimezoneOffset()
}

/** Whole seconds up to a minute, then minutes: `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  const all = Math.round(seconds)
  if (all < 60) return `${String(all)} s`
  if (all < 3_600) return `${String(Math.floor(all / 60))} min ${String(all % 60)} s`
  return `${count(Math.floor(all / 3_600))} h ${String(Math.floor((all % 3_600) / 60))} min`
}

/** What tells one long id from another, for narrow places; the whole stands in the title. */
export function shortId(id: string): string {
  return id.length > 20 ? `${id.slice(0, 8)}…${id.slice(-6)}` : id
}

/** `OrderPlaced` as people say it: `Order placed`. */
export function inWords(name: string): string {
  const words = name.replace(/[-_]/g, ' ').replace(/([a-z0-9])([A-Z])/g, '$1 $2')
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase()
}
