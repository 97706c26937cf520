/**
 * The newest things that happened, of all kinds, for people to watch. Without personal data and without free text.
 * What an order does to the stock is told by the order: StockReserved, StockReleased and StockShipped are left out.
 */
import type { DomainEvent, Money, OrderEvent, OrderReturned } from '../../schemas/events.ts'
import type { Position } from '../../store/commit/command.ts'
import { projection, table } from '../projection.ts'
import { FIRST_PAGE, rfc3339, toPage, type Breakdown, type Page, type PageQuery } from './shown.ts'
import type { ViewQuery, ViewReader } from './view-reader.ts'

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
  keepNewest: 10_000,
})

const TOLD = [
  'OrderPlaced',
  'OrderConfirmed',
  'OrderCancelled',
  'OrderExpired',
  'OrderCompleted',
  'OrderRejected',
  'ProductListed',
  'PriceChanged',
  'StockReceived',
  'StockAdjusted',
  'CustomerRegistered',
  'CustomerTierChanged',
] as const

export const activity = projection({
  name: 'activity',
  version: 2,
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

type ActivityEvent = Extract<DomainEvent, { readonly type: (typeof TOLD)[number] }>

interface Told {
  readonly kind: ActivityView['kind']
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

function tellOrder(event: Exclude<OrderEvent, OrderReturned>): Told {
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
  readonly kind: 'order' | 'inventory' | 'customer'
  readonly type: string
  /** Of the order, product or customer. */
  readonly id: string
  /** Name of the product, or of the first product of an order. */
  readonly title: string | null
  readonly customerId: string | null
  readonly amount: Money | null
  readonly units: number | null
  /** Code of a rejection. */
  readonly reason: string | null
}

export interface ActivityQueries {
  /** Newest first, among the newest 10,000. */
  list(query: PageQuery): Promise<Page<ActivityView>>
  /** Those at these positions that are kept, oldest first. */
  byKeys(positions: readonly Position[]): Promise<Breakdown<ActivityView>>
}

interface ActivityRow {
  readonly position: string
  readonly at: string
  readonly kind: ActivityView['kind']
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
    async list({ limit, cursor }) {
      const found = await reader.read<ActivityRow>(activityPage, [cursor ?? FIRST_PAGE, limit + 1])
      return toPage(found, limit, { item: activityView, position: (row) => Number(row.position) })
    },

    async byKeys(positions) {
      const { shown, rows } = await reader.read<ActivityRow>(activityByKeys, [positions])
      return { items: rows.map(activityView), ...shown }
    },
  }
}

/** Values: the cursor, the limit. */
export const activityPage: ViewQuery = {
  name: 'page',
  rows: (physical) => `
    select * from ${physical(activityTable)}
    where position < $1
    order by position desc
    limit $2`,
  orderBy: 'position desc',
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
