/** Every order there ever was, accepted or rejected, as it is now; and how many have each status. */
import { byStatus, type OrderStatus } from '../../domain/order.ts'
import type {
  OrderCancelled,
  OrderLine,
  OrderPlaced,
  OrderRejected,
  RejectedLine,
  Shortage,
} from '../../schemas/events.ts'
import type { Money } from '../../schemas/events.ts'
import { projection, table, type Projected, type Rows } from '../projection.ts'
import { FIRST_PAGE, rfc3339, toPage, type Found, type Page, type PageQuery, type Shown } from './shown.ts'
import type { ViewQuery, ViewReader } from './view-reader.ts'

export const ordersTable = table({
  name: 'orders',
  owner: (orderId) => `order-${orderId}`,
  key: { name: 'order_id', type: 'text' },
  columns: {
    status: 'text',
    customer_id: 'text',
    // As text: they are shown as they were written and never searched, and parsing them twice would be for nothing.
    lines: 'text',
    total_amount: 'bigint',
    total_currency: 'text',
    placed_at: 'bigint',
    reserved_until: 'bigint',
    rejected_at: 'bigint',
    reason: 'text',
    shortages: 'text',
    version: 'integer',
    first_position: 'bigint',
  },
  indexes: ['first_position', 'status, first_position', 'customer_id, first_position'],
})

export const ordersByStatusTable = table({
  name: 'orders_by_status',
  key: { name: 'status', type: 'text' },
  columns: { orders: 'counter' },
})

export const orders = projection({
  name: 'orders',
  version: 1,
  tables: [ordersTable, ordersByStatusTable],
  handles: [
    'OrderPlaced',
    'OrderConfirmed',
    'OrderCancelled',
    'OrderExpired',
    'OrderCompleted',
    'OrderRejected',
    'OrderReturned',
  ],
  apply(projected, rows) {
    const { event, version } = projected
    switch (event.type) {
      case 'OrderPlaced':
        placed(event, projected, rows)
        break
      case 'OrderRejected':
        rejected(event, projected, rows)
        break
      case 'OrderConfirmed':
        rows.set(ordersTable, event.orderId, { status: 'confirmed', version })
        moved(rows, 'placed', 'confirmed')
        break
      case 'OrderCancelled':
        rows.set(ordersTable, event.orderId, { status: 'cancelled', reason: event.reason, version })
        moved(rows, event.from, 'cancelled')
        break
      case 'OrderExpired':
        rows.set(ordersTable, event.orderId, { status: 'expired', version })
        moved(rows, 'placed', 'expired')
        break
      case 'OrderCompleted':
        rows.set(ordersTable, event.orderId, { status: 'completed', version })
        moved(rows, 'confirmed', 'completed')
        break
      case 'OrderReturned':
        rows.set(ordersTable, event.orderId, { version })
        break
    }
  },
})

function placed(event: OrderPlaced, { position, version }: Projected, rows: Rows): void {
  rows.set(ordersTable, event.orderId, {
    status: 'placed',
    customer_id: event.customerId,
    lines: JSON.stringify(event.lines),
    total_amount: event.total.amount,
    total_currency: event.total.currency,
    placed_at: event.placedAt,
    reserved_until: event.reservedUntil,
    version,
    first_position: position,
  })
  rows.add(ordersByStatusTable, 'placed', { orders: 1 })
}

function rejected(event: OrderRejected, { position, version }: Projected, rows: Rows): void {
  rows.set(ordersTable, event.orderId, {
    status: 'rejected',
    customer_id: event.customerId,
    lines: JSON.stringify(event.lines),
    total_amount: event.total?.amount ?? null,
    total_currency: event.total?.currency ?? null,
    rejected_at: event.rejectedAt,
    reason: event.reason,
    shortages: JSON.stringify(event.shortages),
    version,
    first_position: position,
  })
  rows.add(ordersByStatusTable, 'rejected', { orders: 1 })
}

function moved(rows: Rows, from: OrderCancelled['from'], to: OrderStatus): void {
  rows.add(ordersByStatusTable, from, { orders: -1 })
  rows.add(ordersByStatusTable, to, { orders: 1 })
}

export interface OrderView {
  readonly orderId: string
  readonly status: OrderStatus
  readonly customerId: string
  readonly lines: readonly (OrderLine | RejectedLine)[]
  /** Null when a rejected order does not know it. */
  readonly total: Money | null
  /** Null for a rejected order. */
  readonly placedAt: string | null
  readonly reservedUntil: string | null
  /** Null unless the order was rejected. */
  readonly rejectedAt: string | null
  /** Why it was rejected (a code) or cancelled (in the words of whoever did); null otherwise. */
  readonly reason: string | null
  /** Of an order rejected as out of stock; empty otherwise. */
  readonly shortages: readonly Shortage[]
  /** Of the order's stream: its ETag. */
  readonly version: number
}

export interface OrdersQuery extends PageQuery {
  readonly status: OrderStatus | null
  readonly customerId: string | null
}

export interface OrderCounts extends Shown {
  readonly counts: Readonly<Record<OrderStatus, number>>
}

export interface OrderQueries {
  /** Newest first. */
  list(query: OrdersQuery): Promise<Page<OrderView>>
  get(orderId: string): Promise<Found<OrderView>>
  /** How many orders have each status now. */
  counts(): Promise<OrderCounts>
}

interface OrderRow {
  readonly order_id: string
  readonly status: OrderStatus
  readonly customer_id: string
  readonly lines: string
  readonly total_amount: string | null
  readonly total_currency: string | null
  readonly placed_at: string | null
  readonly reserved_until: string | null
  readonly rejected_at: string | null
  readonly reason: string | null
  readonly shortages: string | null
  readonly version: number
  readonly first_position: string
}

export function orderQueries(reader: ViewReader): OrderQueries {
  return {
    async list({ status, customerId, limit, cursor }) {
      const filters = [status, customerId].filter((value) => value !== null)
      const query = ordersPage({ status: status !== null, customer: customerId !== null })
      const found = await reader.read<OrderRow>(query, [cursor ?? FIRST_PAGE, limit + 1, ...filters])
      return toPage(found, limit, { item: orderView, position: (row) => Number(row.first_position) })
    },

    async get(orderId) {
      const { shown, rows } = await reader.read<OrderRow>(oneOrder, [orderId])
      return { item: rows[0] === undefined ? null : orderView(rows[0]), ...shown }
    },

    async counts() {
      const { shown, rows } = await reader.read<{ status: OrderStatus; orders: string }>(orderCounts)
      const found = new Map(rows.map((row) => [row.status, Number(row.orders)]))
      return { counts: byStatus((status) => found.get(status) ?? 0), ...shown }
    },
  }
}

/** Values: the cursor, the limit, then those of the filters. */
export function ordersPage(filter: { readonly status: boolean; readonly customer: boolean }): ViewQuery {
  const columns = [...(filter.status ? ['status'] : []), ...(filter.customer ? ['customer_id'] : [])]
  return {
    name: ['page', ...columns].join('_by_'),
    rows: (physical) => `
      select * from ${physical(ordersTable)}
      where first_position < $1 ${columns.map((column, index) => `and ${column} = $${String(index + 3)}`).join(' ')}
      order by first_position desc
      limit $2`,
    orderBy: 'first_position desc',
  }
}

const oneOrder: ViewQuery = {
  name: 'one',
  rows: (physical) => `select * from ${physical(ordersTable)} where order_id = $1`,
}

const orderCounts: ViewQuery = {
  name: 'counts',
  rows: (physical) => `select status, orders from ${physical(ordersByStatusTable)}`,
}

function orderView(row: OrderRow): OrderView {
  const { total_amount: amount, total_currency: currency } = row
  return {
    orderId: row.order_id,
    status: row.status,
    customerId: row.customer_id,
    lines: JSON.parse(row.lines) as readonly (OrderLine | RejectedLine)[],
    total: amount === null || currency === null ? null : { amount: Number(amount), currency },
    placedAt: time(row.placed_at),
    reservedUntil: time(row.reserved_until),
    rejectedAt: time(row.rejected_at),
    reason: row.reason,
    shortages: row.shortages === null ? [] : (JSON.parse(row.shortages) as readonly Shortage[]),
    version: row.version,
  }
}

function time(millis: string | null): string | null {
  return millis === null ? null : rfc3339(Number(millis))
}
