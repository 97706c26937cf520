/**
 * The figures of the shop: what was sold, when, where, of what and to whom.
 * `placed`, `units` and `gmv` count every order ever accepted, whatever became of it.
 * Longer than 300 lines because a projection is one file: what its tables hold and what asks them are read together.
 */
import { byStatus, type OrderStatus } from '../../domain/order.ts'
import type { Money, OrderLine, OrderPlaced, PaymentCaptured, PaymentDeclined } from '../../schemas/events.ts'
import { projection, table, type Rows } from '../projection.ts'
import { moneySum, rfc3339, type Breakdown, type MoneySum, type Shown } from './shown.ts'
import type { ViewQuery, ViewReader } from './view-reader.ts'

const HOUR = 3_600_000
const MINUTE = 60_000
const SECOND = 1_000

const figures = { orders: 'counter', units: 'counter', gmv: 'sum' } as const

/** One row, of the key `all`. */
export const totalsTable = table({
  name: 'sales_totals',
  key: { name: 'scope', type: 'text' },
  columns: {
    ...byStatus(() => 'counter' as const),
    units: 'counter',
    gmv: 'sum',
    // Captured minus refunded payments.
    revenue: 'sum',
    refunds: 'counter',
    refunded: 'sum',
    captures: 'counter',
    declines: 'counter',
    // Mails that were sent, whatever they were about.
    emails: 'counter',
  },
})

/** One row for each customer with an accepted order: its row count answers how many there are. */
export const buyersTable = table({ name: 'sales_buyers', key: { name: 'customer_id', type: 'text' }, columns: {} })

/** One row for each customer with a captured payment, whatever became of it. */
export const payersTable = table({ name: 'sales_payers', key: { name: 'customer_id', type: 'text' }, columns: {} })

/** By method and outcome: `card/captured`. A capture that comes after a decline counts under both. */
export const methodsTable = table({
  name: 'sales_methods',
  key: { name: 'method_outcome', type: 'text' },
  columns: { method: 'text', outcome: 'text', payments: 'counter', amount: 'sum' },
})

/** By the hour the order was placed in, as milliseconds. */
export const hoursTable = table({ name: 'sales_hours', key: { name: 'hour', type: 'bigint' }, columns: figures })
export const regionsTable = table({ name: 'sales_regions', key: { name: 'region', type: 'text' }, columns: figures })
export const categoriesTable = table({
  name: 'sales_categories',
  key: { name: 'category', type: 'text' },
  columns: figures,
})
export const tiersTable = table({ name: 'sales_tiers', key: { name: 'tier', type: 'text' }, columns: figures })
export const soldProductsTable = table({ name: 'sales_products', key: { name: 'sku', type: 'text' }, columns: figures })

/** By the second of the order or of the record of a payment or delivery, since 1970: the newest 7,200 with one. */
export const secondsTable = table({
  name: 'sales_seconds',
  key: { name: 'second', type: 'bigint' },
  columns: { ...figures, rejected: 'counter', payments: 'counter', refunds: 'counter', deliveries: 'counter' },
  keepNewest: 7_200,
})

const ALL = 'all'

export const sales = projection({
  name: 'sales',
  version: 5,
  // An order changes as many rows here as in all other projections together, and most of them again with the next one.
  showsEveryMs: 100,
  tables: [
    totalsTable,
    buyersTable,
    payersTable,
    methodsTable,
    hoursTable,
    regionsTable,
    categoriesTable,
    tiersTable,
    soldProductsTable,
    secondsTable,
  ],
  handles: [
    'OrderPlaced',
    'OrderConfirmed',
    'OrderCancelled',
    'OrderExpired',
    'OrderCompleted',
    'OrderRejected',
    'PaymentCaptured',
    'PaymentDeclined',
    'PaymentRefunded',
    'DeliveryDelivered',
    'NotificationSent',
  ],
  apply({ event, recordedAt }, rows) {
    switch (event.type) {
      case 'OrderPlaced':
        placed(event, rows)
        break
      case 'OrderConfirmed':
        rows.add(totalsTable, ALL, { confirmed: 1 })
        break
      case 'OrderCancelled':
        rows.add(totalsTable, ALL, { cancelled: 1 })
        break
      case 'OrderExpired':
        rows.add(totalsTable, ALL, { expired: 1 })
        break
      case 'OrderCompleted':
        rows.add(totalsTable, ALL, { completed: 1 })
        break
      case 'OrderRejected':
        rows.add(totalsTable, ALL, { rejected: 1 })
        rows.add(secondsTable, Math.floor(event.rejectedAt / SECOND), { rejected: 1 })
        break
      case 'PaymentCaptured':
        rows.add(totalsTable, ALL, { captures: 1, revenue: event.amount.amount })
        rows.add(secondsTable, Math.floor(recordedAt / SECOND), { payments: 1 })
        rows.add(payersTable, event.customerId, {})
        paid(event, 'captured', rows)
        break
      case 'PaymentDeclined':
        rows.add(totalsTable, ALL, { declines: 1 })
        paid(event, 'declined', rows)
        break
      case 'PaymentRefunded': {
        const { amount } = event.amount
        rows.add(totalsTable, ALL, { refunds: 1, refunded: amount, revenue: -amount })
        rows.add(secondsTable, Math.floor(recordedAt / SECOND), { refunds: 1 })
        break
      }
      case 'DeliveryDelivered':
        rows.add(secondsTable, Math.floor(recordedAt / SECOND), { deliveries: 1 })
        break
      case 'NotificationSent':
        if (event.channel === 'email') rows.add(totalsTable, ALL, { emails: 1 })
        break
    }
  },
})

function placed({ customerId, lines, total, placedAt, region, tier }: OrderPlaced, rows: Rows): void {
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  const gmv = total.amount
  rows.add(totalsTable, ALL, { placed: 1, units, gmv })
  rows.add(buyersTable, customerId, {})
  rows.add(hoursTable, Math.floor(placedAt / HOUR) * HOUR, { orders: 1, units, gmv })
  rows.add(secondsTable, Math.floor(placedAt / SECOND), { orders: 1, units, gmv })
  rows.add(regionsTable, region, { orders: 1, units, gmv })
  rows.add(tiersTable, tier, { orders: 1, units, gmv })
  for (const [category, sold] of soldBy(lines, (line) => line.category)) rows.add(categoriesTable, category, sold)
  for (const [sku, sold] of soldBy(lines, (line) => line.sku)) rows.add(soldProductsTable, sku, sold)
}

function paid({ method, amount }: PaymentCaptured | PaymentDeclined, outcome: string, rows: Rows): void {
  const key = `${method}/${outcome}`
  rows.set(methodsTable, key, { method, outcome })
  rows.add(methodsTable, key, { payments: 1, amount: amount.amount })
}

/** An order counts once for each group that it touches. */
function soldBy(lines: readonly OrderLine[], group: (line: OrderLine) => string) {
  const groups = new Map<string, { readonly orders: 1; units: number; gmv: number }>()
  for (const line of lines) {
    const gmv = line.quantity * line.unitPrice.amount
    const sold = groups.get(group(line))
    if (sold === undefined) groups.set(group(line), { orders: 1, units: line.quantity, gmv })
    else {
      sold.units += line.quantity
      sold.gmv += gmv
    }
  }
  return groups
}

export interface SalesTotals extends Shown {
  /** What ever happened: an order counts under every outcome it had. */
  readonly orders: Readonly<Record<OrderStatus, number>>
  readonly units: number
  readonly gmv: MoneySum
  /** Captured minus refunded payments. */
  readonly revenue: MoneySum
  readonly refunds: { readonly count: number; readonly amount: MoneySum }
  readonly payments: {
    readonly captured: number
    readonly declined: number
    readonly byMethod: readonly MethodFigures[]
  }
  /** Orders: accepted, confirmed by a payment, and completed by a delivery. */
  readonly conversion: { readonly placed: number; readonly paid: number; readonly delivered: number }
  /** GMV by accepted order, rounded down to a minor unit; 0 without orders. */
  readonly averageOrder: Money
  /** Distinct customers with an accepted order. */
  readonly customers: number
  /** Distinct customers with a captured payment, and the first 10 of them by their ids. */
  readonly payers: { readonly count: number; readonly first: readonly string[] }
  /** Mails that were sent. */
  readonly emails: number
}

export interface MethodFigures {
  readonly method: string
  readonly outcome: string
  readonly payments: number
  readonly amount: MoneySum
}

export interface LiveSales extends Shown {
  /** Orders placed in the last 60 seconds: they end now where the view is at the head of the log, else with `asOf`. */
  readonly ordersPerMinute: number
  readonly paymentsPerMinute: number
  readonly gmv: MoneySum
  readonly revenue: MoneySum
  /** Distinct customers with a captured payment. */
  readonly payers: number
  /** The same as `asOf`: nothing later is known. */
  readonly lastUpdated: string | null
}

export interface SalesFigures {
  readonly orders: number
  readonly units: number
  readonly gmv: MoneySum
}

export interface MinuteFigures extends SalesFigures {
  /** Its beginning. */
  readonly minute: string
  readonly rejected: number
  /** These three by when they were recorded. */
  readonly payments: number
  readonly refunds: number
  readonly deliveries: number
}

export interface SalesQueries {
  totals(): Promise<SalesTotals>
  live(): Promise<LiveSales>
  /** Oldest first: the last 60 minutes, each of them, up to the same time as the rates; none before the first event. */
  minutes(): Promise<Breakdown<MinuteFigures>>
  /** Oldest first; the newest 1,000 hours with an accepted order. */
  hours(): Promise<Breakdown<{ readonly hour: string } & SalesFigures>>
  /** These four by GMV, largest first; at most 1,000. */
  regions(): Promise<Breakdown<{ readonly region: string } & SalesFigures>>
  categories(): Promise<Breakdown<{ readonly category: string } & SalesFigures>>
  tiers(): Promise<Breakdown<{ readonly tier: string } & SalesFigures>>
  products(): Promise<Breakdown<{ readonly sku: string } & SalesFigures>>
}

const BREAKDOWN_ROWS = 1_000
const FIRST_PAYERS = 10
const SHOWN_MINUTES = 60

export interface TotalsRow extends Readonly<Record<OrderStatus, string>> {
  readonly units: string
  readonly gmv: string
  readonly revenue: string
  readonly refunds: string
  readonly refunded: string
  readonly captures: string
  readonly declines: string
  readonly emails: string
  readonly first_payers: readonly string[] | null
  /** With amounts as text: they may be larger than a number of JSON is read. */
  readonly methods: readonly (Omit<MethodFigures, 'amount'> & { readonly amount: string })[] | null
}

interface LiveRow {
  readonly gmv: string | null
  readonly revenue: string | null
  readonly orders: string
  readonly payments: string
}

/** Nulls where nothing happened in the whole hour. */
interface MinuteRow {
  readonly newest: string
  readonly minute: string | null
  readonly orders: string | null
  readonly units: string | null
  readonly gmv: string | null
  readonly rejected: string | null
  readonly payments: string | null
  readonly refunds: string | null
  readonly deliveries: string | null
}

interface FiguresRow {
  readonly part: string
  readonly orders: string
  readonly units: string
  readonly gmv: string
}

/** The rows hold amounts without a currency: the shop has one. */
export function salesQueries(reader: ViewReader, currency: string): SalesQueries {
  const money = (amount: string | null) => moneySum(amount, currency)

  async function breakdown<Part>(query: ViewQuery, part: (text: string) => Part) {
    const { shown, rows } = await reader.read<FiguresRow>(query)
    const items = rows.map((row) => ({
      ...part(row.part),
      orders: Number(row.orders),
      units: Number(row.units),
      gmv: money(row.gmv),
    }))
    return { items, ...shown }
  }

  return {
    async totals() {
      const { shown, rows, rowCounts } = await reader.read<TotalsRow>(totals)
      const row = rows[0]
      return {
        ...salesTotals({ row, rowCounts, currency }),
        payers: { count: rowCounts[payersTable.name] ?? 0, first: row?.first_payers ?? [] },
        emails: Number(row?.emails ?? 0),
        ...shown,
      }
    },

    async live() {
      const { shown, rows, rowCounts } = await reader.read<LiveRow>(live)
      const row = rows[0]
      return {
        ordersPerMinute: Number(row?.orders ?? 0),
        paymentsPerMinute: Number(row?.payments ?? 0),
        gmv: money(row?.gmv ?? null),
        revenue: money(row?.revenue ?? null),
        payers: rowCounts[payersTable.name] ?? 0,
        lastUpdated: shown.asOf,
        ...shown,
      }
    },

    async minutes() {
      const { shown, rows } = await reader.read<MinuteRow>(minutes)
      if (shown.asOf === null) return { items: [], ...shown }
      const found = new Map(rows.map((row) => [Number(row.minute), row]))
      const last = Number(rows[0]?.newest)
      const items = Array.from({ length: SHOWN_MINUTES }, (_, index) => {
        const minute = last - SHOWN_MINUTES + 1 + index
        const row = found.get(minute)
        return {
          minute: rfc3339(minute * MINUTE),
          orders: Number(row?.orders ?? 0),
          units: Number(row?.units ?? 0),
          gmv: money(row?.gmv ?? null),
          rejected: Number(row?.rejected ?? 0),
          payments: Number(row?.payments ?? 0),
          refunds: Number(row?.refunds ?? 0),
          deliveries: Number(row?.deliveries ?? 0),
        }
      })
      return { items, ...shown }
    },

    hours: () => breakdown(hours, (millis) => ({ hour: rfc3339(Number(millis)) })),
    regions: () => breakdown(regions, (region) => ({ region })),
    categories: () => breakdown(categories, (category) => ({ category })),
    tiers: () => breakdown(tiers, (tier) => ({ tier })),
    products: () => breakdown(soldProducts, (sku) => ({ sku })),
  }
}

interface OfTotals {
  readonly row: TotalsRow | undefined
  readonly rowCounts: Readonly<Record<string, number>>
  readonly currency: string
}

export function salesTotals({
  row,
  rowCounts,
  currency,
}: OfTotals): Omit<SalesTotals, keyof Shown | 'payers' | 'emails'> {
  const money = (amount: string | null) => moneySum(amount, currency)
  const orders = byStatus((status) => Number(row?.[status] ?? 0))
  const gmv = BigInt(row?.gmv ?? 0)
  return {
    orders,
    units: Number(row?.units ?? 0),
    gmv: money(row?.gmv ?? null),
    revenue: money(row?.revenue ?? null),
    refunds: { count: Number(row?.refunds ?? 0), amount: money(row?.refunded ?? null) },
    payments: {
      captured: Number(row?.captures ?? 0),
      declined: Number(row?.declines ?? 0),
      byMethod: (row?.methods ?? []).map((each) => ({ ...each, amount: money(each.amount) })),
    },
    conversion: { placed: orders.placed, paid: orders.confirmed, delivered: orders.completed },
    averageOrder: { amount: orders.placed === 0 ? 0 : Number(gmv / BigInt(orders.placed)), currency },
    customers: rowCounts[buyersTable.name] ?? 0,
  }
}

export const totals: ViewQuery = {
  name: 'totals',
  rows: (physical) => `
    select *, (
      select json_agg(json_build_object('method', method, 'outcome', outcome, 'payments', payments, 'amount', amount::text)
        order by method, outcome)
      from ${physical(methodsTable)}
    ) as methods, (
      select json_agg(customer_id order by customer_id)
      from (select customer_id from ${physical(payersTable)} order by customer_id limit ${FIRST_PAYERS}) payers
    ) as first_payers
    from ${physical(totalsTable)}`,
}

/**
 * The second, since 1970, with which the last minute and the last hour end: the database's, whose clock placed the orders.
 * Where events wait to be shown, nobody knows of the time since the last one that is. Never before that one: the clock may
 * have been set back.
 */
const END = `floor(extract(epoch from case
    when live.position < (select position from log.log_head) then live.recorded_at
    else greatest(live.recorded_at, statement_timestamp())
  end))::bigint`

const live: ViewQuery = {
  name: 'live',
  rows: (physical) => `
    select t.gmv, t.revenue, s.orders, s.payments
    from (
      select coalesce(sum(orders), 0) as orders, coalesce(sum(payments), 0) as payments
      from ${physical(secondsTable)}, (select ${END} as second) newest
      where ${physical(secondsTable)}.second between newest.second - 59 and newest.second
    ) s
    left join ${physical(totalsTable)} t on true`,
}

const minutes: ViewQuery = {
  name: 'minutes',
  rows: (physical) => `
    select newest.second / 60 as newest, s.second / 60 as minute,
      sum(orders) as orders, sum(units) as units, sum(gmv) as gmv, sum(rejected) as rejected,
      sum(payments) as payments, sum(refunds) as refunds, sum(deliveries) as deliveries
    from (select ${END} as second) newest
    left join ${physical(secondsTable)} s
      on s.second between (newest.second / 60 - ${SHOWN_MINUTES - 1}) * 60 and newest.second
    group by 1, 2`,
}

const hours: ViewQuery = {
  name: 'hours',
  rows: (physical) => `
    select hour as part, orders, units, gmv from ${physical(hoursTable)} order by hour desc limit ${BREAKDOWN_ROWS}`,
  orderBy: 'part',
}

const regions = byGmv('regions', regionsTable)
const categories = byGmv('categories', categoriesTable)
const tiers = byGmv('tiers', tiersTable)
const soldProducts = byGmv('products', soldProductsTable)

function byGmv(name: string, breakdownTable: typeof regionsTable | typeof categoriesTable): ViewQuery {
  return {
    name,
    rows: (physical) => `
      select ${breakdownTable.key.name} as part, orders, units, gmv from ${physical(breakdownTable)}
      order by gmv desc, part limit ${BREAKDOWN_ROWS}`,
    orderBy: 'gmv desc, part',
  }
}
