/** What the demand of products and of the shop is asked for. */
import type { Shown } from '../queries/shown.ts'
import type { ViewQuery, ViewReader } from '../queries/view-reader.ts'
import { demandRecordsTable, demandShopTable, demandStockTable, demandTable } from './demand.ts'

/** Numbers of the shop on a day since 1970 (UTC). */
export interface ShopDay {
  readonly day: number
  readonly placed: number
  readonly released: number
  readonly imported: number
  /** Products of which something was recorded for the day. */
  readonly importedProducts: number
}

/** Numbers of a product on a day since 1970 (UTC). */
export interface ProductDay {
  readonly day: number
  readonly placed: number
  readonly released: number
  readonly lost: number
  /** By how much what is available changed. */
  readonly change: number
  /** Null: nothing was recorded. */
  readonly imported: number | null
}

export interface ProductStock {
  readonly sku: string
  readonly onHand: number
  readonly reserved: number
}

export interface ProductDays extends ProductStock {
  /** Oldest first. */
  readonly days: readonly ProductDay[]
}

export interface ShopDays extends Shown {
  /** Oldest first. */
  readonly days: readonly ShopDay[]
  /** How often demand of before the shop was recorded. */
  readonly records: number
}

export interface DemandQueries {
  /** Time of the newest event that is shown; null: none. */
  asOf(): Promise<string | null>
  shop(): Promise<ShopDays>
  /** The next products behind a SKU, by SKU, at most `most`. */
  products(after: string, most: number): Promise<readonly ProductDays[]>
  /** Of every product. */
  stock(): Promise<Shown & { readonly products: readonly ProductStock[] }>
}

type Texts<Row> = { readonly [Name in keyof Row]: string }

interface StockRow {
  readonly sku: string
  readonly on_hand: string
  readonly reserved: string
}

export function demandQueries(reader: ViewReader): DemandQueries {
  return {
    async asOf() {
      const { shown } = await reader.read(nothing)
      return shown.asOf
    },

    async shop() {
      const { shown, rows, beside } = await reader.read<Texts<ShopDay> & { readonly imported_products: string }>(
        shopDays,
      )
      const days = rows.map(({ imported_products: importedProducts, ...row }) => ({
        day: Number(row.day),
        placed: Number(row.placed),
        released: Number(row.released),
        imported: Number(row.imported),
        importedProducts: Number(importedProducts),
      }))
      return { days, records: Number(beside ?? 0), ...shown }
    },

    async products(after, most) {
      const { rows } = await reader.read<StockRow & { readonly days: string | null }>(productDays, [after, most])
      return rows.map(({ days, ...row }) => ({
        ...stockOf(row),
        // When it is this product's turn: those of a page at once would hold up requests for up to 100 ms.
        get days() {
          return (days?.split('\n') ?? []).map(productDay)
        },
      }))
    },

    async stock() {
      const { shown, rows } = await reader.read<StockRow>(allStock)
      return { products: rows.map(stockOf), ...shown }
    },
  }
}

const nothing: ViewQuery = {
  name: 'as-of',
  rows: (physical) => `select day from ${physical(demandShopTable)} limit 0`,
}

const shopDays: ViewQuery = {
  name: 'shop',
  rows: (physical) => `select * from ${physical(demandShopTable)}`,
  beside: (physical) => `select sum(records) from ${physical(demandRecordsTable)}`,
  orderBy: 'day',
}

/** The days of a product come as one text: as rows they would be hundreds of times as many. Values: the SKU before, the limit. */
const productDays: ViewQuery = {
  name: 'products',
  rows: (physical) => `
    select stock.*, (
      select string_agg(concat_ws(' ', day, placed, released, lost, change, imported), E'\\n' order by day)
      from ${physical(demandTable)} of_day
      where of_day.sku = stock.sku
    ) as days
    from ${physical(demandStockTable)} stock
    where sku > $1
    order by sku
    limit $2`,
  orderBy: 'sku',
}

const allStock: ViewQuery = {
  name: 'stock',
  rows: (physical) => `select * from ${physical(demandStockTable)}`,
}

function productDay(line: string): ProductDay {
  const [day = 0, placed = 0, released = 0, lost = 0, change = 0, imported = null] = line.split(' ').map(Number)
  return { day, placed, released, lost, change, imported }
}

function stockOf({ sku, on_hand: onHand, reserved }: StockRow): ProductStock {
  return { sku, onHand: Number(onHand), reserved: Number(reserved) }
}
