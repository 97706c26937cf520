/** The figures of sales as items that change one by one: the total, and each row of each breakdown. */
import type { Key, Table } from '../projection.ts'
import {
  categoriesTable,
  hoursTable,
  regionsTable,
  salesTotals,
  secondsTable,
  soldProductsTable,
  tiersTable,
  totals,
  type TotalsRow,
} from './sales.ts'
import { moneySum, rfc3339, type Shown } from './shown.ts'
import type { Snapshot, TableName, ViewQuery, ViewReader } from './view-reader.ts'

/** `total`, or what the breakdown is by and the value: `region:north`. */
export type SalesKey = string

export interface SalesItem {
  readonly key: SalesKey
  /** `by`, and what GET shows. */
  readonly item: { readonly by: string } & Readonly<Record<string, unknown>>
}

export interface SalesItems extends Shown {
  readonly items: readonly SalesItem[]
}

export interface SalesItemQueries {
  /** Of these keys those that there are. */
  byKeys(keys: readonly SalesKey[]): Promise<SalesItems>
  /** All, but of hours and products the first so many; as GET orders them. */
  newest(limit: number): Promise<SalesItems>
}

const BREAKDOWNS = [
  { by: 'hour', source: hoursTable },
  { by: 'region', source: regionsTable },
  { by: 'category', source: categoriesTable },
  { by: 'tier', source: tiersTable },
  { by: 'sku', source: soldProductsTable },
] as const

const TOTAL: SalesKey = 'total'

/** The item that shows a row; null: none does. Whatever is in no breakdown is in the total. */
export function salesKey(table: Table, key: Key): SalesKey | null {
  // The rates of the last minutes move with the clock alone.
  if (table.name === secondsTable.name) return null
  const breakdown = BREAKDOWNS.find(({ source }) => source.name === table.name)
  return breakdown === undefined ? TOTAL : `${breakdown.by}:${String(key)}`
}

interface ItemRow {
  readonly by: (typeof BREAKDOWNS)[number]['by']
  readonly part: string
  readonly orders: string
  readonly units: string
  readonly gmv: string
}

export function salesItemQueries(reader: ViewReader, currency: string): SalesItemQueries {
  const itemsOf = ({ shown, rows, rowCounts, beside }: Snapshot<ItemRow>, withTotal: boolean): SalesItems => {
    const items = rows.map(({ by, part, orders, units, gmv }) => ({
      key: `${by}:${part}`,
      item: {
        by,
        [by]: by === 'hour' ? rfc3339(Number(part)) : part,
        ...{ orders: Number(orders), units: Number(units), gmv: moneySum(gmv, currency) },
      },
    }))
    if (!withTotal) return { items, ...shown }
    const total = salesTotals({ row: totalsRow(beside), rowCounts, currency })
    return { items: [{ key: TOTAL, item: { by: 'total', ...total } }, ...items], ...shown }
  }
  return {
    async byKeys(keys) {
      const values = BREAKDOWNS.map(({ by }) =>
        keys.flatMap((key) => (key.startsWith(`${by}:`) ? [key.slice(by.length + 1)] : [])),
      )
      return itemsOf(await reader.read<ItemRow>(itemsByKeys, values), keys.includes(TOTAL))
    },
    async newest(limit) {
      return itemsOf(await reader.read<ItemRow>(newestItems, [limit]), true)
    },
  }
}

/** All values as texts: a sum may be larger than a number of JSON is read. */
function totalsBeside(physical: TableName): string {
  return `select json_object_agg(name, value) from (${totals.rows(physical)}) t, json_each_text(row_to_json(t)) as each (name, value)`
}

function totalsRow(beside: unknown): TotalsRow | undefined {
  if (beside === null) return undefined
  const row = beside as Readonly<Record<keyof TotalsRow, string>>
  const methods = row.methods === null ? null : (JSON.parse(row.methods) as TotalsRow['methods'])
  return { ...row, methods, first_payers: null } // not shown here
}

/** Values: the keys of each breakdown. */
export const itemsByKeys: ViewQuery = {
  name: 'items_by_keys',
  rows: (physical) =>
    BREAKDOWNS.map(
      ({ by, source }, index) => `
    select '${by}' as by, ${source.key.name}::text as part, orders, units, gmv
    from ${physical<typeof source.columns, 'text' | 'bigint'>(source)}
    where ${source.key.name} = any($${String(index + 1)}::${source.key.type}[])`,
    ).join(' union all '),
  beside: totalsBeside,
}

const MOST_ROWS = 1_000

/** Values: how many hours, and products. Oldest hours first, everything else by GMV, as GET has them. */
export const newestItems: ViewQuery = {
  name: 'newest_items',
  rows: (physical) =>
    BREAKDOWNS.map(({ by, source }) => {
      const key = source.key.name
      const limit = by === 'hour' || by === 'sku' ? '$1' : String(MOST_ROWS)
      const order = by === 'hour' ? `${key} desc` : `gmv desc, ${key}`
      return `
    (select '${by}' as by, ${key}::text as part, orders, units, gmv
    from ${physical<typeof source.columns, 'text' | 'bigint'>(source)} order by ${order} limit ${limit})`
    }).join(' union all '),
  orderBy: `array_position(array['hour', 'region', 'category', 'tier', 'sku'], by),
    case when by = 'hour' then part::bigint end, gmv desc, part`,
  beside: totalsBeside,
}
