/** What every answer of a read model says about itself, and the shapes that answers share. */
import type { Position } from '../../store/commit/command.ts'

export interface Shown {
  /** The checkpoint: every event up to it is in the answer, none behind it is. */
  readonly position: Position
  /** Recorded time of the event at `position`, RFC 3339 UTC; null before the first event. Never a clock. */
  readonly asOf: string | null
  /** Names the history and the tables that the position belongs to. Only where the reader was opened to tell it. */
  readonly epoch?: string
}

/** One page of a list. `next` is the cursor of the page behind it, null on the last one. */
export interface Page<Item> extends Shown {
  readonly items: readonly Item[]
  readonly next: string | null
}

/** One item, or null when the view has no item of that id. */
export interface Found<Item> extends Shown {
  readonly item: Item | null
}

/** All rows of a breakdown that it is allowed to show. */
export interface Breakdown<Item> extends Shown {
  readonly items: readonly Item[]
}

/** A sum of money. It is exact however large: past 2^53 - 1 minor units, either way, it is written as its digits. */
export interface MoneySum {
  readonly amount: number | string
  readonly currency: string
}

/** `text` is the sum as the database has it; null is 0. */
export function moneySum(text: string | null, currency: string): MoneySum {
  const amount = Number(text ?? 0)
  return { amount: text === null || Number.isSafeInteger(amount) ? amount : text, currency }
}

/** What a list is asked for. */
export interface PageQuery {
  /** At least 1. */
  readonly limit: number
  /** As `parseCursor` made it from a former page's `next`; null for the first page. */
  readonly cursor: Position | null
}

/** RFC 3339 UTC with milliseconds. */
export function rfc3339(millis: number): string {
  return new Date(millis).toISOString()
}

export function toCursor(position: Position): string {
  return Buffer.from(String(position)).toString('base64url')
}

/** The position a cursor stands for, or null when the text is none that `toCursor` made. */
export function parseCursor(text: string): Position | null {
  const position = Number(Buffer.from(text, 'base64url').toString('latin1'))
  return Number.isSafeInteger(position) && position > 0 && toCursor(position) === text ? position : null
}

/** The page of at most `limit` items out of the rows of a query that asked for one more. */
export function toPage<Row, Item>(
  { shown, rows }: { readonly shown: Shown; readonly rows: readonly Row[] },
  limit: number,
  { item, position }: { readonly item: (row: Row) => Item; readonly position: (row: Row) => Position },
): Page<Item> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const next = rows.length > limit && last !== undefined ? toCursor(position(last)) : null
  return { items: items.map(item), next, ...shown }
}

/** Behind every position: where the first page of a list starts. */
export const FIRST_PAGE: Position = Number.MAX_SAFE_INTEGER
