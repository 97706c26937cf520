/** What needs a person: products that keep selling out or run low, money that the provider took back, refunds that it did not pay. */
import { majorUnits } from '../../domain/currencies.ts'
import type { Money } from '../../schemas/events.ts'
import type { Position } from '../../store/commit/command.ts'
import { projection, table } from '../projection.ts'
import { FIRST_PAGE, rfc3339, toPage, type Breakdown, type Page, type PageQuery } from '../queries/shown.ts'
import type { ViewQuery, ViewReader } from '../queries/view-reader.ts'

export const ALERT_KINDS = ['restock-advised', 'stock-fell-below', 'payment-reversed', 'refund-failed'] as const

type AlertKind = (typeof ALERT_KINDS)[number]

export const alertsTable = table({
  name: 'alerts',
  key: { name: 'position', type: 'bigint' },
  columns: {
    at: 'bigint',
    kind: 'text',
    sku: 'text',
    refused_orders: 'bigint',
    refused_units: 'bigint',
    hour_from: 'bigint',
    hour_to: 'bigint',
    order_id: 'text',
    amount: 'bigint',
    currency: 'text',
    reason: 'text',
    threshold: 'bigint',
    available: 'bigint',
  },
})

export const alerts = projection({
  name: 'alerts',
  version: 2,
  tables: [alertsTable],
  handles: ['RestockAdvised', 'StockFellBelow', 'RefundRequested', 'RefundFailed'],
  apply({ event, position, recordedAt: at }, rows) {
    switch (event.type) {
      case 'RestockAdvised': {
        const { sku, refusedOrders: refused_orders, refusedUnits: refused_units, from, to } = event
        const hour = { hour_from: from, hour_to: to }
        rows.set(alertsTable, position, { at, kind: 'restock-advised', sku, refused_orders, refused_units, ...hour })
        break
      }
      case 'StockFellBelow': {
        const { sku, threshold, available } = event
        rows.set(alertsTable, position, { at, kind: 'stock-fell-below', sku, threshold, available })
        break
      }
      case 'RefundRequested':
        if (event.cause === 'provider') rows.set(alertsTable, position, { at, ...refund(event, 'payment-reversed') })
        break
      case 'RefundFailed':
        rows.set(alertsTable, position, { at, ...refund(event, 'refund-failed'), reason: event.reason })
        break
    }
  },
})

function refund({ orderId, amount }: { readonly orderId: string; readonly amount: Money }, kind: RefundRow['kind']) {
  return { kind, order_id: orderId, ...amount }
}

export interface AlertView {
  readonly position: Position
  readonly at: string
  readonly kind: AlertKind
  /** Of the product; null: it is about none. */
  readonly sku: string | null
  /** Null: it is about none. */
  readonly orderId: string | null
  readonly amount: Money | null
  /** The orders that were refused for lack of the product, in the hour that begins at `from`. */
  readonly refused: RefusedOrders | null
  /** The units that were left, and the reorder point above them. */
  readonly stock: StockAtPoint | null
  /** Why a refund was given up, in the words of the gateway or of a person. */
  readonly reason: string | null
  /** What happened, for a person. */
  readonly text: string
}

export interface RefusedOrders {
  readonly orders: number
  readonly units: number
  readonly from: string
  readonly to: string
}

export interface StockAtPoint {
  readonly available: number
  readonly reorderPoint: number
}

export interface AlertQueries {
  /** Newest first. */
  list(query: PageQuery): Promise<Page<AlertView>>
  /** Those at these positions, oldest first. */
  byKeys(positions: readonly Position[]): Promise<Breakdown<AlertView>>
}

interface RowOf<Kind extends AlertKind> {
  readonly position: string
  readonly at: string
  readonly kind: Kind
}

interface RestockRow extends RowOf<'restock-advised'> {
  readonly sku: string
  readonly refused_orders: string
  readonly refused_units: string
  readonly hour_from: string
  readonly hour_to: string
}

interface FellRow extends RowOf<'stock-fell-below'> {
  readonly sku: string
  readonly threshold: string
  readonly available: string
}

interface RefundRow extends RowOf<'payment-reversed' | 'refund-failed'> {
  readonly order_id: string
  readonly amount: string
  readonly currency: string
  readonly reason: string | null
}

type AlertRow = RestockRow | FellRow | RefundRow

export function alertQueries(reader: ViewReader): AlertQueries {
  return {
    async list({ limit, cursor }) {
      const found = await reader.read<AlertRow>(alertsPage, [cursor ?? FIRST_PAGE, limit + 1])
      return toPage(found, limit, { item: alertView, position: (row) => Number(row.position) })
    },

    async byKeys(positions) {
      const { shown, rows } = await reader.read<AlertRow>(alertsByKeys, [positions])
      return { items: rows.map(alertView), ...shown }
    },
  }
}

/** Values: the positions. */
export const alertsByKeys: ViewQuery = {
  name: 'by_keys',
  rows: (physical) => `select * from ${physical(alertsTable)} where position = any($1::bigint[])`,
  orderBy: 'position',
}

/** Values: the cursor, the limit. */
export const alertsPage: ViewQuery = {
  name: 'page',
  rows: (physical) => `
    select * from ${physical(alertsTable)}
    where position < $1
    order by position desc
    limit $2`,
  orderBy: 'position desc',
}

function alertView(row: AlertRow): AlertView {
  const { kind } = row
  const place = { position: Number(row.position), at: rfc3339(Number(row.at)), kind, ...ABOUT_NOTHING }
  if (row.kind === 'restock-advised') {
    const { sku, refused_orders: orders, refused_units: units } = row
    const [from, to] = [rfc3339(Number(row.hour_from)), rfc3339(Number(row.hour_to))]
    const hour = `between ${from.slice(11, 16)} and ${to.slice(11, 16)} UTC on ${from.slice(0, 10)}`
    const text = `Restock ${sku}: ${orders} orders (${units} units) were refused ${hour}.`
    return { ...place, sku, refused: { orders: Number(orders), units: Number(units), from, to }, text }
  }
  if (row.kind === 'stock-fell-below') {
    const { sku, available, threshold } = row
    const text = `${sku} fell below its reorder point: ${available} units are available, the point is ${threshold}.`
    return { ...place, sku, stock: { available: Number(available), reorderPoint: Number(threshold) }, text }
  }
  const { order_id: orderId, currency, reason } = row
  const amount = { amount: Number(row.amount), currency }
  return { ...place, orderId, amount, reason, text: refundText(row, moneyText(amount)) }
}

const ABOUT_NOTHING = { sku: null, orderId: null, amount: null, refused: null, stock: null, reason: null }

function refundText({ kind, order_id: orderId, reason }: RefundRow, amount: string): string {
  if (kind === 'payment-reversed') return `The payment provider took back ${amount} of order ${orderId}.`
  return `The refund of ${amount} for order ${orderId} counts as settled outside the gateway: ${reason ?? ''}`
}

function moneyText({ amount, currency }: Money): string {
  return `${majorUnits(amount, currency)} ${currency}`
}
