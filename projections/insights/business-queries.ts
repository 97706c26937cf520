/** The business day by day, from the rows of the sales, and what alerts of fraud are about. */
import type { Money } from '../../schemas/events.ts'
import { moneySum, type MoneySum, type Shown } from '../queries/shown.ts'
import { breakdownsTable, buyersTable, hourlyTable } from '../views/sales.ts'
import { fraudAlertsTable } from './fraud-alerts.ts'
import type { ViewQuery, ViewReader } from '../queries/view-reader.ts'

export interface BusinessDay {
  /** YYYY-MM-DD, UTC. */
  readonly day: string
  /** The value of the orders that were accepted on it, whatever became of them. */
  readonly gmv: MoneySum
  /** The value of confirmed orders, less what was cancelled after that or came back, by the day on which it was recorded. */
  readonly net: MoneySum
  readonly orders: number
  /** GMV by accepted order, rounded down to a minor unit; 0 without orders. */
  readonly averageOrder: Money
  /** Rejected orders, and refunds made, by the day on which they were recorded. */
  readonly refused: number
  readonly refunds: number
}

export interface Business extends Shown {
  /** Newest first; days on which nothing happened are left out. */
  readonly items: readonly BusinessDay[]
  /** Customers with a confirmed order, and with two or more, of all time. */
  readonly customers: { readonly confirmed: number; readonly returning: number }
}

/** The value of the orders that alerts are about, each once however many of its attempts were alerted. */
export interface AlertedOrders {
  /** Of alerts. */
  readonly count: number
  readonly amount: MoneySum
}

export interface AlertedFraud {
  /** Reviewed as fraud. */
  readonly reviewed: AlertedOrders
  /** Reviewed by nobody yet: that may be honest trade. */
  readonly open: AlertedOrders
}

export interface BusinessQueries {
  /** Of these days, both included: YYYY-MM-DD, UTC. */
  days(first: string, last: string): Promise<Business>
  /** Of alerts that were raised on these days, both included. */
  fraud(first: string, last: string): Promise<AlertedFraud>
}

interface DayRow {
  readonly day: string
  readonly gmv: string
  readonly net: string
  readonly orders: string
  readonly refused: string
  readonly refunds: string
}

/** The rows hold amounts without a currency: the shop has one. */
export function businessQueries(reader: ViewReader, alerts: ViewReader, currency: string): BusinessQueries {
  const money = (amount: string) => moneySum(amount, currency)
  return {
    async days(first, last) {
      const { shown, rows, beside } = await reader.read<DayRow>(businessDays, [first, last])
      const { confirmed = 0, returning = 0 } = (beside ?? {}) as Partial<Business['customers']>
      const items = rows.map(({ day, gmv, net, orders, refused, refunds }): BusinessDay => ({
        ...{ day, gmv: money(gmv), net: money(net), orders: Number(orders) },
        averageOrder: { amount: orders === '0' ? 0 : Number(BigInt(gmv) / BigInt(orders)), currency },
        ...{ refused: Number(refused), refunds: Number(refunds) },
      }))
      return { items, customers: { confirmed, returning }, ...shown }
    },

    async fraud(first, last) {
      const { rows } = await alerts.read<AlertedRow>(alertedFraud, [Date.parse(first), Date.parse(last) + DAY_MS])
      const of = (verdict: AlertedRow['verdict']): AlertedOrders => {
        const { count = 0, amount = null } = rows.find((row) => row.verdict === verdict) ?? {}
        return { count: Number(count), amount: moneySum(amount, currency) }
      }
      return { reviewed: of('fraud'), open: of('open') }
    },
  }
}

const DAY_MS = 86_400_000

interface AlertedRow {
  readonly verdict: 'fraud' | 'open'
  readonly count: string
  readonly amount: string
}

/** Values: the first millisecond of the days, and the first behind them. */
const alertedFraud: ViewQuery = {
  name: 'alerted_fraud',
  rows: (physical) => `
    select verdict, sum(alerts)::text as count, sum(amount)::text as amount
    from (
      select coalesce(verdict, 'open') as verdict, order_id, count(*) as alerts, max(amount) as amount
      from ${physical(fraudAlertsTable)}
      where raised_at >= $1 and raised_at < $2 and (verdict is null or verdict = 'fraud')
      group by 1, 2
    ) orders
    group by verdict`,
}

/** Values: the first day and the last. Behind all hours of a day stands what begins with it and a `U`: `T` comes before. */
export const businessDays: ViewQuery = {
  name: 'business_days',
  rows: (physical) => `
    select day, sum(gmv)::text as gmv, sum(net)::text as net, sum(orders)::text as orders,
      sum(refused)::text as refused, sum(refunds)::text as refunds
    from (
      select substr(by_value, ${String('hour:'.length + 1)}, 10) as day, gmv, net, orders, 0 as refused, refunds
      from ${physical(breakdownsTable)} where by_value >= 'hour:' || $1::text and by_value < 'hour:' || $2::text || 'U'
      union all
      select substr(by_hour_value, ${String('reason:'.length + 1)}, 10), 0, 0, 0, orders, 0
      from ${physical(hourlyTable)}
      where by_hour_value >= 'reason:' || $1::text and by_hour_value < 'reason:' || $2::text || 'U'
    ) hours
    group by day`,
  orderBy: 'day desc',
  beside: (physical) => `
    select json_build_object('confirmed', count(*) filter (where confirmed > 0),
      'returning', count(*) filter (where confirmed > 1))
    from ${physical(buyersTable)}`,
}
