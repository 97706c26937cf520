/** Rows as CSV (RFC 4180), for a spreadsheet. */
import type { MoneySum } from '../api-shapes.ts'

export interface CsvColumn<Item> {
  readonly title: string
  readonly csv: (item: Item) => string | number
}

export function csvOf<Item>(columns: readonly CsvColumn<Item>[], items: readonly Item[]): string {
  const lines = [columns.map(({ title }) => title), ...items.map((item) => columns.map(({ csv }) => csv(item)))]
  // The mark tells spreadsheets that this is UTF-8.
  return `\uFEFF${lines.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('')}`
}

/** A spreadsheet calculates what looks like a formula, and names come from anybody: such a text is made one. */
function cellOf(value: string | number): string {
  const text = String(value)
  const isNumber = /^-?\d+(\.\d+)?$/.test(text)
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** In major units, every digit of it: `-12.50`. */
export function decimal({ amount }: MoneySum, digits: number): string {
  const text = String(amount).replace(/\d+/, (all) => all.padStart(digits + 1, '0'))
  const whole = text.length - digits
  return digits === 0 ? text : `${text.slice(0, whole)}.${text.slice(whole)}`
}

/** Gives a file to the browser, to be kept. */
export function saveCsv(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
