/**
 * The newest things that happened, of all kinds, for people to watch. Without personal data and without free text.
 * What an order does to the stock is shown by the order: StockReserved, StockReleased, StockShipped and StockReturned are
 * left out. Likewise the order tells that its delivery is scheduled or cancelled, and what became of a payment tells that it
 * was asked for.
 */
import type { DomainEvent, Money, OrderEvent, OrderReturned, PaymentEvent } from '../../schemas/events.ts'
import type { Position } from '../../store/commit/command.ts'
import { projection, table } from '../projection.ts'
import { FIRST_PAGE, rfc3339, toPage, type Breakdown, type Page, type PageQuery } from '../queries/shown.ts'
import type { ViewQuery, ViewReader } from '../queries/view-reader.ts'

export const activityTable = table({
  name: 'activity',
  key: { name: 'position', type: 'bigint' },
  columns: {
    at: 'bigint',
    kind: 'text',
    type: 'text',
    id: 'text',
    title: 'text',
    customer_id: 'text',
    amount: 'bigint',
    currency: 'text',
    units: 'bigint',
    reason: 'text',
  },
  keep: { column: 'position', newest: 10_000 },
})

const TOLD = [
  'OrderPlaced',
  'OrderConfirmed',
  'OrderCancelled',
  'OrderExpired',
  'OrderCompleted',
  'OrderRejected',
  'OrderReturned',
  'PaymentCaptured',
  'PaymentDeclined',
  'RefundRequested',
  'PaymentRefunded',
  'RefundFailed',
  'DeliveryDispatched',
  'DeliveryDelivered',
  'DeliveryFailed',
  'ProductListed',
  'PriceChanged',
  'StockReceived',
  'StockAdjusted',
  'CustomerRegistered',
  'CustomerTierChanged',
] as const

export const activity = projection({
  name: 'activity',
  version: 3,
  tables: [activityTable],
  handles: TOLD,
  apply({ event, position, recordedAt }, rows) {
    const { money, ...told } = tell(event)
    rows.set(activityTable, position, {
      at: recordedAt,
      type: event.type,
      amount: money?.amount ?? null,
      currency: money?.currency ?? null,
      ...told,
    })
  },
})

export const ACTIVITY_KINDS = ['order', 'payment', 'delivery', 'inventory', 'customer'] as const

type ActivityKind = (typeof ACTIVITY_KINDS)[number]

type ActivityEvent = Extract<DomainEvent, { readonly type: (typeof TOLD)[number] }>

interface Told {
  readonly kind: ActivityKind
  readonly id: string
  readonly title: string | null
  readonly customer_id: string | null
  readonly money: Money | null
  readonly units: number | null
  readonly reason: string | null
}

const NOTHING = { title: null, customer_id: null, money: null, units: null, reason: null } as const

function tell(event: ActivityEvent): Told {
  switch (event.type) {
    case 'OrderRejected':
      return { ...tellOrder(event), reason: event.reason }
    case 'OrderPlaced':
    case 'OrderConfirmed':
    case 'OrderCancelled':
    case 'OrderExpired':
    case 'OrderCompleted':
      return tellOrder(event)
    case 'OrderReturned':
      return tellOrder({ ...event, total: event.value })
    case 'PaymentCaptured':
      return { ...tellPayment(event), reason: null }
    case 'PaymentDeclined':
      return { ...tellPayment(event), reason: event.reason }
    case 'RefundRequested':
    case 'PaymentRefunded':
    case 'RefundFailed':
      return { ...tellPayment(event), reason: event.cause }
    case 'DeliveryDispatched':
    case 'DeliveryDelivered':
    case 'DeliveryFailed':
      return { ...NOTHING, kind: 'delivery', id: event.orderId, customer_id: event.customerId }
    case 'ProductListed':
      return { ...NOTHING, kind: 'inventory', id: event.sku, title: event.name, money: event.price }
    case 'PriceChanged':
      return { ...NOTHING, kind: 'inventory', id: event.sku, money: event.price }
    case 'StockReceived':
      return { ...NOTHING, kind: 'inventory', id: event.sku, units: event.quantity }
    case 'StockAdjusted':
      return { ...NOTHING, kind: 'inventory', id: event.sku, units: event.delta }
    case 'CustomerRegistered':
    case 'CustomerTierChanged':
      return { ...NOTHING, kind: 'customer', id: event.customerId, customer_id: event.customerId }
  }
}

function tellPayment({ orderId, customerId, amount }: PaymentEvent): Told {
  return { ...NOTHING, kind: 'payment', id: orderId, customer_id: customerId, money: amount }
}

type OrderTold = Pick<Exclude<OrderEvent, OrderReturned>, 'orderId' | 'customerId' | 'lines' | 'total'>

function tellOrder(event: OrderTold): Told {
  return {
    kind: 'order',
    id: event.orderId,
    title: event.lines[0]?.name ?? null,
    customer_id: event.customerId,
    money: event.total,
    units: event.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    reason: null,
  }
}

export interface ActivityView {
  readonly position: Position
  readonly at: string
  readonly kind: ActivityKind
  readonly type: string
  /** Of the order (of a payment or delivery too), product or customer. */
  readonly id: string
  /** Name of the product, or of the first product of an order. */
  readonly title: string | null
  readonly customerId: string | null
  readonly amount: Money | null
  readonly units: number | null
  /** Code of a rejection or a decline; the cause of a refund. */
  readonly reason: string | null
}

export interface ActivityQuery extends PageQuery {
  readonly kind: ActivityKind | null
}

export interface ActivityQueries {
  /** Newest first, among the newest 10,000. */
  list(query: ActivityQuery): Promise<Page<ActivityView>>
  /** Those at these positions that are kept, oldest first. */
  byKeys(positions: readonly Position[]): Promise<Breakdown<ActivityView>>
}

interface ActivityRow {
  readonly position: string
  readonly at: string
  readonly kind: ActivityKind
  readonly type: string
  readonly id: string
  readonly title: string | null
  readonly customer_id: string | null
  readonly amount: string | null
  readonly currency: string | null
  readonly units: string | null
  readonly reason: string | null
}

export function activityQueries(reader: ViewReader): ActivityQueries {
  return {
    async list({ kind, limit, cursor }) {
      const filters = kind === null ? [] : [kind]
      const query = activityPage({ kind: kind !== null })
      const found = await reader.read<ActivityRow>(query, [cursor ?? FIRST_PAGE, limit + 1, ...filters])
      return toPage(found, limit, { item: activityView, position: (row) => Number(row.position) })
    },

    async byKeys(positions) {
      const { shown, rows } = await reader.read<ActivityRow>(activityByKeys, [positions])
      return { items: rows.map(activityView), ...shown }
    },
  }
}

/** Values: the cursor, the limit, then that of the filter, which is looked for row by row: there are 10,000. */
export function activityPage(filter: { readonly kind: boolean }): ViewQuery {
  return {
    name: filter.kind ? 'page_by_kind' : 'page',
    rows: (physical) => `
      select * from ${physical(activityTable)}
      where position < $1 ${filter.kind ? 'and kind = $3' : ''}
      order by position desc
      limit $2`,
    orderBy: 'position desc',
  }
}

/** Values: the positions. */
export const activityByKeys: ViewQuery = {
  name: 'by_keys',
  rows: (physical) => `select * from ${physical(activityTable)} where position = any($1::bigint[])`,
  orderBy: 'position',
}

function activityView(row: ActivityRow): ActivityView {
  const { kind, type, id, title, amount, currency, reason } = row
  return {
    position: Number(row.position),
    at: rfc3339(Number(row.at)),
    kind,
    type,
    id,
    title,
    customerId: row.customer_id,
    amount: amount === null || currency === null ? null : { amount: Number(amount), currency },
    units: row.units === null ? null : Number(row.units),
    reason,
  }
}
