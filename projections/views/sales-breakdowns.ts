/**
 * The figures of sales by hour, region, product and so on: a breakdown for itself, of all time or of a period; and all of
 * them, with the total, as items that change one by one.
 */
import type { Table } from '../projection.ts'
import type { Key } from '../row-key.ts'
import {
  breakdownsTable,
  DIMENSIONS,
  hourlyTable,
  hourOf,
  salesTotals,
  secondsTable,
  STAGES,
  totals,
  type Dimension,
  type HourlyDimension,
  type TotalsRow,
} from './sales.ts'
import { moneySum, type Breakdown, type MoneySum, type Shown } from '../queries/shown.ts'
import type { Snapshot, TableName, ViewQuery, ViewReader } from '../queries/view-reader.ts'

/** Whole hours, in milliseconds since 1970. Null: without that bound. */
export interface Period {
  readonly from: number | null
  /** The first hour that is not in it. */
  readonly to: number | null
}

const ALL_TIME: Period = { from: null, to: null }

export interface SalesFigures {
  readonly orders: number
  readonly units: number
  readonly gmv: MoneySum
  /** The value of confirmed orders, less what was cancelled after that or came back. */
  readonly net: MoneySum
}

export interface HourFigures extends SalesFigures {
  readonly captured: number
  readonly declined: number
}

export interface MethodSales {
  readonly captured: number
  readonly declined: number
  /** What was captured. */
  readonly amount: MoneySum
}

interface Orders {
  readonly orders: number
}

type Asked<By extends string, Figures> = (
  period?: Period,
) => Promise<Breakdown<{ readonly [Name in By]: string } & Figures>>

export interface SalesBreakdowns {
  /** Oldest first; the newest 1,000 in which anything happened. */
  readonly hours: Asked<'hour', HourFigures>
  /** These four by GMV, largest first; at most 1,000. */
  readonly regions: Asked<'region', SalesFigures>
  readonly categories: Asked<'category', SalesFigures>
  readonly tiers: Asked<'tier', SalesFigures>
  /** Of all time: nothing says what they were by the hour. */
  products(): Promise<Breakdown<{ readonly sku: string } & SalesFigures>>
  /** Of rejected orders, the most frequent first. */
  readonly reasons: Asked<'reason', Orders>
  /** By the amount, largest first. */
  readonly methods: Asked<'method', MethodSales>
  /** All four, in their order. */
  readonly funnel: Asked<'stage', Orders>
}

interface FiguresRow {
  readonly part: string
  readonly orders: string
  readonly units: string
  readonly gmv: string
  readonly net: string
  readonly captured: string
  readonly declined: string
  readonly amount: string
}

/** What each breakdown shows of the columns. */
function shownFigures(currency: string) {
  const money = (amount: string) => moneySum(amount, currency)
  const orders = (row: FiguresRow): Orders => ({ orders: Number(row.orders) })
  const sales = (row: FiguresRow): SalesFigures => {
    const { units, gmv, net } = row
    return { ...orders(row), units: Number(units), gmv: money(gmv), net: money(net) }
  }
  const hour = (row: FiguresRow): HourFigures => {
    const { captured, declined } = row
    return { ...sales(row), captured: Number(captured), declined: Number(declined) }
  }
  const method = ({ captured, declined, amount }: FiguresRow): MethodSales => {
    return { captured: Number(captured), declined: Number(declined), amount: money(amount) }
  }
  return { hour, region: sales, category: sales, tier: sales, sku: sales, reason: orders, method, stage: orders }
}

/** The rows hold amounts without a currency: the shop has one. */
export function salesBreakdowns(reader: ViewReader, currency: string): SalesBreakdowns {
  const shownOf = shownFigures(currency)
  async function read<Item>(query: ViewQuery, values: readonly string[], item: (row: FiguresRow) => Item) {
    const { shown, rows } = await reader.read<FiguresRow>(query, values)
    return { items: rows.map(item), ...shown }
  }
  const all = <Item>(dimension: Dimension, item: (row: FiguresRow) => Item, period = ALL_TIME) =>
    read(allOf(dimension), keysOf(dimension, period), item)
  function by<Item>(dimension: HourlyDimension, item: (row: FiguresRow) => Item) {
    return (period: Period = ALL_TIME) =>
      period.from === null && period.to === null
        ? all(dimension, item)
        : read(periodOf(dimension), keysOf(dimension, period), item)
  }
  const stages = by('stage', (row) => ({ stage: row.part, ...shownOf.stage(row) }))
  return {
    hours: (period) => all('hour', (row) => ({ hour: wholeHour(row.part), ...shownOf.hour(row) }), period),
    regions: by('region', (row) => ({ region: row.part, ...shownOf.region(row) })),
    categories: by('category', (row) => ({ category: row.part, ...shownOf.category(row) })),
    tiers: by('tier', (row) => ({ tier: row.part, ...shownOf.tier(row) })),
    products: () => all('sku', (row) => ({ sku: row.part, ...shownOf.sku(row) })),
    reasons: by('reason', (row) => ({ reason: row.part, ...shownOf.reason(row) })),
    methods: by('method', (row) => ({ method: row.part, ...shownOf.method(row) })),
    async funnel(period) {
      const { items, ...shown } = await stages(period)
      const found = new Map(items.map((item) => [item.stage, item]))
      return { items: STAGES.map((stage) => found.get(stage) ?? { stage, orders: 0 }), ...shown }
    },
  }
}

/** `total`, or the key of a row of the breakdowns: `region:north`. */
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
  /** Of these keys those that exist. */
  byKeys(keys: readonly SalesKey[]): Promise<SalesItems>
  /** All, but of hours and products the first `limit`; as GET orders them. */
  newest(limit: number): Promise<SalesItems>
}

const TOTAL: SalesKey = 'total'

/** The item that shows a row; null: none does. Whatever is in no breakdown is in the total. */
export function salesKey({ name }: Table, key: Key): SalesKey | null {
  // The rates of the last minutes move with the clock alone, and periods are only asked for.
  if (name === secondsTable.name || name === hourlyTable.name) return null
  return name === breakdownsTable.name ? String(key) : TOTAL
}

interface ItemRow extends FiguresRow {
  readonly by: Dimension
}

export function salesItemQueries(reader: ViewReader, currency: string): SalesItemQueries {
  const shownOf = shownFigures(currency)
  const itemOf = (row: ItemRow): SalesItem => {
    const { by, part } = row
    return {
      key: `${by}:${part}`,
      item: { by, [by]: by === 'hour' ? wholeHour(part) : part, ...shownOf[by](row) },
    }
  }
  const totalOf = ({ rowCounts, beside }: Snapshot<ItemRow>): SalesItem => ({
    key: TOTAL,
    item: { by: 'total', ...salesTotals({ row: totalsRow(beside), rowCounts, currency }) },
  })
  return {
    async byKeys(keys) {
      const read = await reader.read<ItemRow>(itemsByKeys, [keys])
      return { items: [...(keys.includes(TOTAL) ? [totalOf(read)] : []), ...read.rows.map(itemOf)], ...read.shown }
    },
    async newest(limit) {
      const read = await reader.read<ItemRow>(newestItems, [limit])
      const items = read.rows.filter(({ by }) => by !== 'stage').map(itemOf)
      const found = new Map(read.rows.filter(({ by }) => by === 'stage').map((row) => [row.part, itemOf(row)]))
      const stages = STAGES.map(
        (stage) => found.get(stage) ?? { key: `stage:${stage}`, item: { by: 'stage', stage, orders: 0 } },
      )
      return { items: [totalOf(read), ...items, ...stages], ...read.shown }
    },
  }
}

function wholeHour(part: string): string {
  return `${part}:00:00.000Z`
}

/** The keys between which a period lies: the first, and the first behind it. The character after `:` is `;`. */
function keysOf(by: Dimension, { from, to }: Period): readonly [string, string] {
  return [`${by}:${from === null ? '' : hourOf(from)}`, to === null ? `${by};` : `${by}:${hourOf(to)}`]
}

const MOST_ROWS = 1_000

/** What there is most of comes first: each breakdown has one of these three, or two that agree except for few rows. */
const LARGEST_FIRST = 'gmv desc, amount desc, orders desc, part'

/** Values: the keys between which the rows lie. */
function allOf(by: Dimension): ViewQuery {
  return {
    name: `all_of_${by}`,
    rows: (physical) => `
      select substr(by_value, ${String(by.length + 2)}) as part, orders, units, gmv, net, captured, declined, amount
      from ${physical(breakdownsTable)} where by_value >= $1 and by_value < $2
      order by ${by === 'hour' ? 'part desc' : LARGEST_FIRST} limit ${String(MOST_ROWS)}`,
    orderBy: by === 'hour' ? 'part' : LARGEST_FIRST,
  }
}

/** The same of a period. */
export function periodOf(by: HourlyDimension): ViewQuery {
  const before = `${by}:2026-12-01T10:`
  return {
    name: `period_of_${by}`,
    rows: (physical) => `
      select substr(by_hour_value, ${String(before.length + 1)}) as part, sum(orders) as orders, sum(units) as units,
        sum(gmv) as gmv, sum(net) as net, sum(captured) as captured, sum(declined) as declined, sum(amount) as amount
      from ${physical(hourlyTable)} where by_hour_value >= $1 and by_hour_value < $2
      group by part order by ${LARGEST_FIRST} limit ${String(MOST_ROWS)}`,
    orderBy: LARGEST_FIRST,
  }
}

const ITEM = `split_part(by_value, ':', 1) as by, substr(by_value, strpos(by_value, ':') + 1) as part,
      orders, units, gmv, net, captured, declined, amount`

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

/** Values: the keys. */
export const itemsByKeys: ViewQuery = {
  name: 'items_by_keys',
  rows: (physical) => `select ${ITEM} from ${physical(breakdownsTable)} where by_value = any($1::text[])`,
  beside: totalsBeside,
}

/** Values: how many hours, and products. Oldest hours first, everything else as GET has it. */
export const newestItems: ViewQuery = {
  name: 'newest_items',
  rows: (physical) =>
    DIMENSIONS.map((by) => {
      const limit = by === 'hour' || by === 'sku' ? '$1' : String(MOST_ROWS)
      return `
    (select ${ITEM}
    from ${physical(breakdownsTable)} where by_value >= '${by}:' and by_value < '${by};'
    order by ${by === 'hour' ? 'part desc' : LARGEST_FIRST} limit ${limit})`
    }).join(' union all '),
  orderBy: `array_position(array[${DIMENSIONS.map((by) => `'${by}'`).join(', ')}], by),
    case when by = 'hour' then part end, ${LARGEST_FIRST}`,
  beside: totalsBeside,
}
