/**
 * Every order there ever was, accepted or rejected, as it is now, paid and delivered; and how many have each status.
 * Longer than 300 lines because a projection is one file: what its tables hold and what asks them are read together.
 */
import type { DeliveryStatus } from '../../domain/delivery.ts'
import { byStatus, type OrderStatus, type Returned } from '../../domain/order.ts'
import { paymentStatus, type PaymentStatus } from '../../domain/payments/payment-status.ts'
import type {
  OrderCancelled,
  OrderLine,
  OrderPlaced,
  OrderRejected,
  OrderReturned,
  PaymentEvent,
  RejectedLine,
  Shortage,
} from '../../schemas/events.ts'
import type { Money } from '../../schemas/events.ts'
import type { Position } from '../../store/commit/command.ts'
import { projection, table, type Projected, type Rows } from '../projection.ts'
import {
  FIRST_PAGE,
  moneySum,
  rfc3339,
  toPage,
  type Breakdown,
  type Found,
  type MoneySum,
  type Page,
  type PageQuery,
  type Shown,
} from '../queries/shown.ts'
import type { TableName, ViewQuery, ViewReader } from '../queries/view-reader.ts'

export const ordersTable = table({
  name: 'orders',
  owners: (orderId) => [`order-${orderId}`, `payment-${orderId}`, `delivery-${orderId}`],
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
    returned_units: 'counter',
    // By the payment's stream.
    attempts: 'integer',
    // 1 while an attempt is.
    open: 'integer',
    // 1 while that one is on hold.
    on_hold: 'integer',
    // What the attempt that confirmed the order took.
    confirmed_amount: 'bigint',
    captured: 'sum',
    refunded: 'sum',
    // Of `refunded`: captures that the order could not take.
    not_owed: 'sum',
    under_way: 'sum',
    payment_version: 'integer',
    // By the delivery's stream.
    delivery_status: 'text',
    dispatches: 'integer',
    delivery_version: 'integer',
  },
  indexes: ['first_position', 'status, first_position', 'customer_id, first_position'],
})

/** What came back of an order, by its id and the product's: `o1/A1`. Few orders have any. */
export const returnedTable = table({
  name: 'orders_returned',
  key: { name: 'returned_id', type: 'text' },
  columns: { order_id: 'text', sku: 'text', quantity: 'counter' },
  indexes: ['order_id, sku'],
})

export const ordersByStatusTable = table({
  name: 'orders_by_status',
  key: { name: 'status', type: 'text' },
  columns: { orders: 'counter' },
})

export const orders = projection({
  name: 'orders',
  version: 3,
  tables: [ordersTable, ordersByStatusTable, returnedTable],
  handles: [
    'OrderPlaced',
    'OrderConfirmed',
    'OrderCancelled',
    'OrderExpired',
    'OrderCompleted',
    'OrderRejected',
    'OrderReturned',
    'PaymentRequested',
    'PaymentHeld',
    'PaymentReleased',
    'PaymentCaptured',
    'PaymentDeclined',
    'RefundRequested',
    'PaymentRefunded',
    'RefundFailed',
    'DeliveryScheduled',
    'DeliveryDispatched',
    'DeliveryDelivered',
    'DeliveryFailed',
    'DeliveryCancelled',
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
        returned(event, version, rows)
        break
      case 'DeliveryScheduled':
        rows.set(ordersTable, event.orderId, { delivery_status: 'scheduled', dispatches: 0, delivery_version: version })
        break
      case 'DeliveryDispatched': {
        const { dispatch: dispatches } = event
        rows.set(ordersTable, event.orderId, { delivery_status: 'dispatched', dispatches, delivery_version: version })
        break
      }
      case 'DeliveryDelivered':
        rows.set(ordersTable, event.orderId, { delivery_status: 'delivered', delivery_version: version })
        break
      case 'DeliveryFailed':
        rows.set(ordersTable, event.orderId, { delivery_status: 'failed', delivery_version: version })
        break
      case 'DeliveryCancelled':
        rows.set(ordersTable, event.orderId, { delivery_status: 'cancelled', delivery_version: version })
        break
      case 'PaymentRequested':
      case 'PaymentHeld':
      case 'PaymentReleased':
      case 'PaymentCaptured':
      case 'PaymentDeclined':
      case 'RefundRequested':
      case 'PaymentRefunded':
      case 'RefundFailed':
        rows.set(ordersTable, event.orderId, { payment_version: version })
        moneyMoved(event, rows)
        break
    }
  },
})

function returned({ orderId, lines }: OrderReturned, version: number, rows: Rows): void {
  rows.set(ordersTable, orderId, { version })
  for (const { sku, quantity } of lines) {
    rows.add(ordersTable, orderId, { returned_units: quantity })
    rows.set(returnedTable, `${orderId}/${sku}`, { order_id: orderId, sku })
    rows.add(returnedTable, `${orderId}/${sku}`, { quantity })
  }
}

function moneyMoved(event: PaymentEvent, rows: Rows): void {
  const { orderId } = event
  const { amount } = event.amount
  switch (event.type) {
    case 'PaymentRequested':
      rows.set(ordersTable, orderId, { attempts: event.attempt, open: 1 })
      break
    case 'PaymentHeld':
      rows.set(ordersTable, orderId, { on_hold: 1 })
      break
    case 'PaymentReleased':
      rows.set(ordersTable, orderId, { on_hold: 0 })
      break
    case 'PaymentCaptured':
      // One that comes late leaves open what is open.
      if (event.from === 'open') rows.set(ordersTable, orderId, { open: 0, on_hold: 0 })
      if (event.confirms) rows.set(ordersTable, orderId, { confirmed_amount: amount })
      rows.add(ordersTable, orderId, { captured: amount })
      break
    case 'PaymentDeclined':
      rows.set(ordersTable, orderId, { open: 0, on_hold: 0 })
      break
    case 'RefundRequested':
      rows.add(ordersTable, orderId, { under_way: amount })
      break
    case 'PaymentRefunded': {
      const notOwed = event.cause === 'not-owed' ? amount : 0
      rows.add(ordersTable, orderId, { under_way: -amount, refunded: amount, not_owed: notOwed })
      break
    }
    case 'RefundFailed':
      rows.add(ordersTable, orderId, { under_way: -amount })
      break
  }
}

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
  /** Why it was rejected (a code) or cancelled (in the words of the one who did); null otherwise. */
  readonly reason: string | null
  /** Of an order rejected as out of stock; empty otherwise. */
  readonly shortages: readonly Shortage[]
  /** Null before the first attempt. The sums are over all attempts. */
  readonly payment: {
    readonly status: PaymentStatus
    readonly attempts: number
    readonly captured: MoneySum
    readonly refunded: MoneySum
    readonly underWay: MoneySum
  } | null
  /** Null until the order is paid. */
  readonly delivery: { readonly status: DeliveryStatus; readonly dispatches: number } | null
  /** Units that came back, by product. */
  readonly returned: readonly Returned[]
  /** Of the order's stream. */
  readonly version: number
  /** Position of the event that made it: lists are in its order. */
  readonly first: Position
}

/** Versions of the streams that an order shows: its own, its payment's and its delivery's; 0 for none. */
export type OrderVersions = readonly [number, number, number]

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
  get(orderId: string): Promise<Found<OrderView> & { readonly versions: OrderVersions | null }>
  /** Those of these ids that exist, with how many orders have each status. */
  byKeys(orderIds: readonly string[]): Promise<Breakdown<OrderView> & OrderCounts>
  /** The first page, with how many orders have each status. */
  newest(limit: number): Promise<Page<OrderView> & OrderCounts>
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
  readonly attempts: number | null
  readonly open: number | null
  readonly on_hold: number | null
  readonly confirmed_amount: string | null
  readonly captured: string
  readonly refunded: string
  readonly not_owed: string
  readonly under_way: string
  readonly payment_version: number | null
  readonly delivery_status: DeliveryStatus | null
  readonly dispatches: number | null
  readonly delivery_version: number | null
  readonly returned: readonly Returned[] | null
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
      const [row] = rows
      if (row === undefined) return { item: null, versions: null, ...shown }
      const versions = [row.version, row.payment_version ?? 0, row.delivery_version ?? 0] as const
      return { item: orderView(row), versions, ...shown }
    },

    async byKeys(orderIds) {
      const { shown, rows, beside } = await reader.read<OrderRow>(ordersByKeys, [orderIds])
      return { items: rows.map(orderView), counts: countsOf(beside), ...shown }
    },

    async newest(limit) {
      const found = await reader.read<OrderRow>(newestOrders, [FIRST_PAGE, limit + 1])
      const page = toPage(found, limit, { item: orderView, position: (row) => Number(row.first_position) })
      return { ...page, counts: countsOf(found.beside) }
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
      select *, ${returnedOf(physical)} as returned from ${physical(ordersTable)}
      where first_position < $1 ${columns.map((column, index) => `and ${column} = $${String(index + 3)}`).join(' ')}
      order by first_position desc
      limit $2`,
    orderBy: 'first_position desc',
  }
}

/** A row that only its payment or its delivery wrote does not show yet. */
const oneOrder: ViewQuery = {
  name: 'one',
  rows: (physical) => `
    select *, ${returnedOf(physical)} as returned from ${physical(ordersTable)}
    where order_id = $1 and first_position is not null`,
}

const countsBeside: ViewQuery['beside'] = (physical) =>
  `select json_object_agg(status, orders) from ${physical(ordersByStatusTable)}`

/** As the page without filters. */
export const newestOrders: ViewQuery = {
  ...ordersPage({ status: false, customer: false }),
  name: 'newest',
  beside: countsBeside,
}

/** Values: the ids. */
export const ordersByKeys: ViewQuery = {
  name: 'by_keys',
  rows: (physical) => `
    select *, ${returnedOf(physical)} as returned from ${physical(ordersTable)}
    where order_id = any($1::text[]) and first_position is not null`,
  beside: countsBeside,
}

/** Looked up only where something came back. */
function returnedOf(physical: TableName): string {
  return `case when returned_units > 0 then (
        select json_agg(json_build_object('sku', r.sku, 'quantity', r.quantity) order by r.sku)
        from ${physical(returnedTable)} r where r.order_id = ${physical(ordersTable)}.order_id
      ) end`
}

const orderCounts: ViewQuery = {
  name: 'counts',
  rows: (physical) => `select status, orders from ${physical(ordersByStatusTable)}`,
}

function countsOf(beside: unknown): OrderCounts['counts'] {
  const found = beside as Partial<Record<OrderStatus, number>> | null
  return byStatus((status) => found?.[status] ?? 0)
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
    payment: row.attempts === null ? null : paymentOf(row, row.attempts),
    delivery: row.delivery_status === null ? null : { status: row.delivery_status, dispatches: row.dispatches ?? 0 },
    returned: row.returned ?? [],
    version: row.version,
    first: Number(row.first_position),
  }
}

function paymentOf(row: OrderRow, attempts: number): OrderView['payment'] {
  const currency = row.total_currency ?? ''
  const isConfirmed = row.confirmed_amount !== null
  const ofAll = BigInt(row.refunded)
  return {
    status: paymentStatus({
      isOpen: row.open === 1,
      isOnHold: row.on_hold === 1,
      isConfirmed,
      captured: BigInt(row.confirmed_amount ?? row.captured),
      refunded: isConfirmed ? ofAll - BigInt(row.not_owed) : ofAll,
    }),
    attempts,
    captured: moneySum(row.captured, currency),
    refunded: moneySum(row.refunded, currency),
    underWay: moneySum(row.under_way, currency),
  }
}

function time(millis: string | null): string | null {
  return millis === null ? null : rfc3339(Number(millis))
}
