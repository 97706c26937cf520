/**
 * The figures of the shop: what was sold, when, where, of what and to whom.
 * `placed`, `units` and `gmv` count every order ever accepted, whatever became of it.
 * Longer than 300 lines because a projection is one file: what its tables hold and what asks them are read together.
 */
import { byStatus, type OrderStatus } from '../../domain/order.ts'
import type { Money, OrderLine, OrderPlaced, Tier } from '../../schemas/events.ts'
import { projection, table, type Increments, type Rows } from '../projection.ts'
import { moneySum, rfc3339, type Breakdown, type MoneySum, type Shown } from '../queries/shown.ts'
import type { ViewQuery, ViewReader } from '../queries/view-reader.ts'

const MINUTE = 60_000
const SECOND = 1_000

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

/** One row for each customer with an accepted order: its row count answers how many there are. `confirmed`: orders. */
export const buyersTable = table({
  name: 'sales_buyers',
  key: { name: 'customer_id', type: 'text' },
  columns: { confirmed: 'counter' },
})

/** One row for each customer with a captured payment, whatever became of it. */
export const payersTable = table({ name: 'sales_payers', key: { name: 'customer_id', type: 'text' }, columns: {} })

/** What a breakdown is by. `hour`: the hours themselves; `stage`: how far orders came. */
export const DIMENSIONS = ['hour', 'region', 'category', 'tier', 'sku', 'reason', 'method', 'stage'] as const
export type Dimension = (typeof DIMENSIONS)[number]
/** What is known hour by hour. */
export type HourlyDimension = Exclude<Dimension, 'hour' | 'sku'>

/** Of an order, in this order. */
export const STAGES = ['placed', 'paid', 'dispatched', 'delivered'] as const

/** All breakdowns have the same columns, so that a batch changes their rows by one statement; each uses a few of them. */
const figures = {
  orders: 'counter',
  units: 'counter',
  gmv: 'sum',
  // The value of confirmed orders, less what was cancelled after that or came back.
  net: 'sum',
  captured: 'counter',
  declined: 'counter',
  amount: 'sum',
  declined_amount: 'sum',
  refunds: 'counter',
} as const

/** One row for each value of each breakdown: `region:north`, `hour:2026-12-01T10`. */
export const breakdownsTable = table({
  name: 'sales_breakdowns',
  key: { name: 'by_value', type: 'text' },
  columns: figures,
})

/**
 * The same hour by hour, except for products, which are too many, and the hours themselves: `region:2026-12-01T10:north`, so
 * that a period of a breakdown is one stretch of keys.
 */
export const hourlyTable = table({
  name: 'sales_hourly',
  key: { name: 'by_hour_value', type: 'text' },
  columns: figures,
})

/** By the second of the order or of the record of a payment or delivery, since 1970: the newest 7,200 with one. */
export const secondsTable = table({
  name: 'sales_seconds',
  key: { name: 'second', type: 'bigint' },
  columns: {
    orders: 'counter',
    units: 'counter',
    gmv: 'sum',
    rejected: 'counter',
    payments: 'counter',
    refunds: 'counter',
    // Captured minus refunded payments.
    revenue: 'sum',
    deliveries: 'counter',
  },
  keep: { column: 'second', newest: 7_200 },
})

const ALL = 'all'

export const sales = projection({
  name: 'sales',
  version: 8,
  // An order changes as many rows here as in all other projections together, and most of them again with the next one.
  showsEveryMs: 100,
  tables: [totalsTable, buyersTable, payersTable, breakdownsTable, hourlyTable, secondsTable],
  handles: [
    'OrderPlaced',
    'OrderConfirmed',
    'OrderCancelled',
    'OrderExpired',
    'OrderCompleted',
    'OrderRejected',
    'OrderReturned',
    'PaymentCaptured',
    'PaymentDeclined',
    'PaymentRefunded',
    'DeliveryDispatched',
    'DeliveryDelivered',
    'NotificationSent',
  ],
  apply({ event, recordedAt }, rows) {
    const recorded = { rows, hour: hourOf(recordedAt) }
    switch (event.type) {
      case 'OrderPlaced':
        placed(event, rows)
        count(recorded, 'stage', 'placed', { orders: 1 })
        break
      case 'OrderConfirmed':
        rows.add(totalsTable, ALL, { confirmed: 1 })
        rows.add(buyersTable, event.customerId, { confirmed: 1 })
        count(recorded, 'stage', 'paid', { orders: 1 })
        countNet(recorded, event, 1)
        break
      case 'OrderCancelled':
        rows.add(totalsTable, ALL, { cancelled: 1 })
        if (event.from === 'confirmed') countNet(recorded, event, -1)
        break
      case 'OrderExpired':
        rows.add(totalsTable, ALL, { expired: 1 })
        break
      case 'OrderCompleted':
        rows.add(totalsTable, ALL, { completed: 1 })
        count(recorded, 'stage', 'delivered', { orders: 1 })
        break
      case 'OrderRejected':
        rows.add(totalsTable, ALL, { rejected: 1 })
        rows.add(secondsTable, Math.floor(event.rejectedAt / SECOND), { rejected: 1 })
        count(recorded, 'reason', event.reason, { orders: 1 })
        break
      case 'OrderReturned':
        countNet(recorded, event, -1)
        break
      case 'PaymentCaptured': {
        const { amount } = event.amount
        rows.add(totalsTable, ALL, { captures: 1, revenue: amount })
        rows.add(secondsTable, Math.floor(recordedAt / SECOND), { payments: 1, revenue: amount })
        rows.add(payersTable, event.customerId, {})
        countHour(recorded, { captured: 1 })
        count(recorded, 'method', event.method, { captured: 1, amount })
        break
      }
      case 'PaymentDeclined':
        rows.add(totalsTable, ALL, { declines: 1 })
        countHour(recorded, { declined: 1 })
        count(recorded, 'method', event.method, { declined: 1, declined_amount: event.amount.amount })
        break
      case 'PaymentRefunded': {
        const { amount } = event.amount
        rows.add(totalsTable, ALL, { refunds: 1, refunded: amount, revenue: -amount })
        rows.add(secondsTable, Math.floor(recordedAt / SECOND), { refunds: 1, revenue: -amount })
        countHour(recorded, { refunds: 1 })
        break
      }
      case 'DeliveryDispatched':
        // Sent again after it failed, it is the same order.
        if (event.dispatch === 1) count(recorded, 'stage', 'dispatched', { orders: 1 })
        break
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
  const at = { rows, hour: hourOf(placedAt) }
  rows.add(totalsTable, ALL, { placed: 1, units, gmv })
  rows.add(buyersTable, customerId, {})
  rows.add(secondsTable, Math.floor(placedAt / SECOND), { orders: 1, units, gmv })
  countHour(at, { orders: 1, units, gmv })
  count(at, 'region', region, { orders: 1, units, gmv })
  count(at, 'tier', tier, { orders: 1, units, gmv })
  for (const [category, sold] of soldBy(lines, (line) => line.category)) count(at, 'category', category, sold)
  for (const [sku, sold] of soldBy(lines, (line) => line.sku)) rows.add(breakdownsTable, `sku:${sku}`, sold)
}

interface Sold {
  readonly lines: readonly OrderLine[]
  readonly region: string
  readonly tier: Tier
}

/** Adds the value of the lines (1) or takes it away (-1). */
function countNet(at: Place, { lines, region, tier }: Sold, sign: 1 | -1): void {
  const net = lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0) * sign
  countHour(at, { net })
  count(at, 'region', region, { net })
  count(at, 'tier', tier, { net })
  const netOf = ({ gmv }: { readonly gmv: number }) => ({ net: gmv * sign })
  for (const [category, sold] of soldBy(lines, (line) => line.category)) count(at, 'category', category, netOf(sold))
  for (const [sku, sold] of soldBy(lines, (line) => line.sku)) at.rows.add(breakdownsTable, `sku:${sku}`, netOf(sold))
}

/** The rows, and the hour that something counts in. */
interface Place {
  readonly rows: Rows
  readonly hour: string
}

type Figures = Increments<typeof figures>

function countHour({ rows, hour }: Place, added: Figures): void {
  rows.add(breakdownsTable, `hour:${hour}`, added)
}

/** Throws for an event without the value, as a schema that is only proposed may read it: it would count under a name of nobody. */
function count({ rows, hour }: Place, by: HourlyDimension, value: string | undefined, added: Figures): void {
  if (value === undefined) throw new Error(`no ${by} to count under`)
  rows.add(breakdownsTable, `${by}:${value}`, added)
  rows.add(hourlyTable, `${by}:${hour}:${value}`, { ...added })
}

/** The beginning of the hour, as keys have it: `2026-12-01T10`, UTC. */
export function hourOf(millis: number): string {
  return rfc3339(millis).slice(0, 13)
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

export interface MinuteFigures {
  /** Its beginning. */
  readonly minute: string
  readonly orders: number
  readonly units: number
  readonly gmv: MoneySum
  readonly rejected: number
  /** These four by when they were recorded. */
  readonly payments: number
  readonly refunds: number
  /** Captured minus refunded payments. */
  readonly revenue: MoneySum
  readonly deliveries: number
}

export interface SalesQueries {
  totals(): Promise<SalesTotals>
  live(): Promise<LiveSales>
  /** Oldest first: the last 120 minutes, each of them, up to the same time as the rates; none before the first event. */
  minutes(): Promise<Breakdown<MinuteFigures>>
}

const FIRST_PAYERS = 10
/** As many as `secondsTable` keeps, at most. */
const SHOWN_MINUTES = 120

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

/** Nulls where nothing happened in all of these minutes. */
interface MinuteRow {
  readonly newest: string
  readonly minute: string | null
  readonly orders: string | null
  readonly units: string | null
  readonly gmv: string | null
  readonly rejected: string | null
  readonly payments: string | null
  readonly refunds: string | null
  readonly revenue: string | null
  readonly deliveries: string | null
}

/** The rows hold amounts without a currency: the shop has one. */
export function salesQueries(reader: ViewReader, currency: string): SalesQueries {
  const money = (amount: string | null) => moneySum(amount, currency)

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
          revenue: money(row?.revenue ?? null),
          deliveries: Number(row?.deliveries ?? 0),
        }
      })
      return { items, ...shown }
    },
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
      select json_agg(json_build_object('method', method, 'outcome', outcome, 'payments', payments, 'amount', total::text)
        order by method, outcome)
      from (
        select substr(by_value, ${'method:'.length + 1}) as method, captured, declined, amount, declined_amount
        from ${physical(breakdownsTable)} where by_value >= 'method:' and by_value < 'method;'
      ) methods, lateral (
        values ('captured', captured, amount), ('declined', declined, declined_amount)
      ) outcomes (outcome, payments, total)
      where payments > 0
    ) as methods, (
      select json_agg(customer_id order by customer_id)
      from (select customer_id from ${physical(payersTable)} order by customer_id limit ${FIRST_PAYERS}) payers
    ) as first_payers
    from ${physical(totalsTable)}`,
}

/**
 * The second, since 1970, with which the last minute and the last two hours end: the database's, whose clock placed the orders.
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
      sum(payments) as payments, sum(refunds) as refunds, sum(revenue) as revenue,
      sum(deliveries) as deliveries
    from (select ${END} as second) newest
    left join ${physical(secondsTable)} s
      on s.second between (newest.second / 60 - ${SHOWN_MINUTES - 1}) * 60 and newest.second
    group by 1, 2`,
}
