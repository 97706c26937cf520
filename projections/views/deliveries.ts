/** The delivery of every order that was confirmed, as it is now. */
import type { DeliveryStatus } from '../../domain/delivery.ts'
import type { Position } from '../../store/commit/command.ts'
import { projection, table } from '../projection.ts'
import { FIRST_PAGE, rfc3339, toPage, type Breakdown, type Found, type Page, type PageQuery } from '../queries/shown.ts'
import type { ViewQuery, ViewReader } from '../queries/view-reader.ts'

export const deliveriesTable = table({
  name: 'deliveries',
  owners: (orderId) => [`delivery-${orderId}`],
  key: { name: 'order_id', type: 'text' },
  columns: {
    status: 'text',
    customer_id: 'text',
    dispatches: 'integer',
    reason: 'text',
    scheduled_at: 'bigint',
    dispatched_at: 'bigint',
    delivered_at: 'bigint',
    failed_at: 'bigint',
    cancelled_at: 'bigint',
    version: 'integer',
    first_position: 'bigint',
  },
  indexes: ['first_position', 'status, first_position'],
})

export const deliveries = projection({
  name: 'deliveries',
  version: 1,
  tables: [deliveriesTable],
  handles: ['DeliveryScheduled', 'DeliveryDispatched', 'DeliveryDelivered', 'DeliveryFailed', 'DeliveryCancelled'],
  apply({ event, version, position, recordedAt }, rows) {
    switch (event.type) {
      case 'DeliveryScheduled':
        rows.set(deliveriesTable, event.orderId, {
          ...{ status: 'scheduled', customer_id: event.customerId, dispatches: 0 },
          ...{ scheduled_at: recordedAt, version, first_position: position },
        })
        break
      case 'DeliveryDispatched':
        rows.set(deliveriesTable, event.orderId, {
          ...{ status: 'dispatched', dispatches: event.dispatch, reason: null },
          ...{ dispatched_at: recordedAt, version },
        })
        break
      case 'DeliveryDelivered':
        rows.set(deliveriesTable, event.orderId, { status: 'delivered', delivered_at: recordedAt, version })
        break
      case 'DeliveryFailed': {
        const { reason } = event
        rows.set(deliveriesTable, event.orderId, { status: 'failed', reason, failed_at: recordedAt, version })
        break
      }
      case 'DeliveryCancelled': {
        const { reason } = event
        rows.set(deliveriesTable, event.orderId, { status: 'cancelled', reason, cancelled_at: recordedAt, version })
        break
      }
    }
  },
})

export interface DeliveryView {
  readonly orderId: string
  readonly customerId: string
  readonly status: DeliveryStatus
  readonly dispatches: number
  /** Why it failed or was cancelled, in words; null otherwise. */
  readonly reason: string | null
  /** When each was recorded last; null: it never was. */
  readonly times: Readonly<Record<DeliveryStatus, string | null>>
  /** Of the delivery's stream. */
  readonly version: number
  /** Position of the event that made it: lists are in its order. */
  readonly first: Position
}

export interface DeliveriesQuery extends PageQuery {
  readonly status: DeliveryStatus | null
}

export interface DeliveryQueries {
  /** Newest first, by when they were scheduled. */
  list(query: DeliveriesQuery): Promise<Page<DeliveryView>>
  /** Those of these orders that exist. */
  byKeys(orderIds: readonly string[]): Promise<Breakdown<DeliveryView>>
  get(orderId: string): Promise<Found<DeliveryView>>
}

interface DeliveryRow {
  readonly order_id: string
  readonly customer_id: string
  readonly status: DeliveryStatus
  readonly dispatches: number
  readonly reason: string | null
  readonly scheduled_at: string | null
  readonly dispatched_at: string | null
  readonly delivered_at: string | null
  readonly failed_at: string | null
  readonly cancelled_at: string | null
  readonly version: number
  readonly first_position: string
}

export function deliveryQueries(reader: ViewReader): DeliveryQueries {
  return {
    async list({ status, limit, cursor }) {
      const filters = status === null ? [] : [status]
      const query = deliveriesPage({ status: status !== null })
      const found = await reader.read<DeliveryRow>(query, [cursor ?? FIRST_PAGE, limit + 1, ...filters])
      return toPage(found, limit, { item: deliveryView, position: (row) => Number(row.first_position) })
    },

    async byKeys(orderIds) {
      const { shown, rows } = await reader.read<DeliveryRow>(deliveriesByKeys, [orderIds])
      return { items: rows.map(deliveryView), ...shown }
    },

    async get(orderId) {
      const { shown, rows } = await reader.read<DeliveryRow>(oneDelivery, [orderId])
      return { item: rows[0] === undefined ? null : deliveryView(rows[0]), ...shown }
    },
  }
}

/** Values: the cursor, the limit, then that of the filter. */
export function deliveriesPage(filter: { readonly status: boolean }): ViewQuery {
  return {
    name: filter.status ? 'page_by_status' : 'page',
    rows: (physical) => `
      select * from ${physical(deliveriesTable)}
      where first_position < $1 ${filter.status ? 'and status = $3' : ''}
      order by first_position desc
      limit $2`,
    orderBy: 'first_position desc',
  }
}

/** Values: the orders. */
export const deliveriesByKeys: ViewQuery = {
  name: 'by_keys',
  rows: (physical) => `
    select * from ${physical(deliveriesTable)}
    where order_id = any($1::text[]) and first_position is not null`,
}

const oneDelivery: ViewQuery = {
  name: 'one',
  rows: (physical) => `select * from ${physical(deliveriesTable)} where order_id = $1`,
}

function deliveryView(row: DeliveryRow): DeliveryView {
  const { status, dispatches, reason, version } = row
  return {
    ...{ orderId: row.order_id, customerId: row.customer_id, status, dispatches, reason },
    times: {
      scheduled: time(row.scheduled_at),
      dispatched: time(row.dispatched_at),
      delivered: time(row.delivered_at),
      failed: time(row.failed_at),
      cancelled: time(row.cancelled_at),
    },
    version,
    first: Number(row.first_position),
  }
}

function time(millis: string | null): string | null {
  return millis === null ? null : rfc3339(Number(millis))
}
