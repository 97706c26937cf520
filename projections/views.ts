/** The read models as the API sees them. */
import type { Money, OrderLine, RejectedLine, Shortage, Tier } from '../schemas/events.ts'
import type { Position } from '../store/command.ts'
import type { Breakdown, Found, Page, PageQuery, Shown } from './shown.ts'

/** Every query answers from one snapshot: its rows and its position always belong together. */
export interface Views {
  readonly orders: {
    /** Newest first. */
    list(query: OrdersQuery): Promise<Page<OrderView>>
    get(orderId: string): Promise<Found<OrderView>>
    /** How many orders have each status now. */
    counts(): Promise<OrderCounts>
  }
  readonly products: {
    /** Newest first. */
    list(query: PageQuery): Promise<Page<ProductView>>
    get(sku: string): Promise<Found<ProductView>>
  }
  readonly customers: {
    get(customerId: string): Promise<Found<CustomerView>>
  }
  readonly sales: {
    totals(): Promise<SalesTotals>
    live(): Promise<LiveSales>
    /** Oldest first; the newest 1,000 hours with an accepted order. */
    hours(): Promise<Breakdown<{ readonly hour: string } & SalesFigures>>
    /** These four by GMV, largest first; at most 1,000. */
    regions(): Promise<Breakdown<{ readonly region: string } & SalesFigures>>
    categories(): Promise<Breakdown<{ readonly category: string } & SalesFigures>>
    tiers(): Promise<Breakdown<{ readonly tier: string } & SalesFigures>>
    products(): Promise<Breakdown<{ readonly sku: string } & SalesFigures>>
  }
  readonly activity: {
    /** Newest first, among the newest 1,000. */
    list(query: PageQuery): Promise<Page<ActivityView>>
  }
  /**
   * Resolves with true as soon as the projection shows everything up to `position`, with false after 5 s or when
   * `signal` aborts.
   */
  waitFor(projection: ViewName, position: Position, signal?: AbortSignal): Promise<boolean>
  states(): Promise<readonly ProjectionState[]>
}

export type ViewName = 'orders' | 'products' | 'customers' | 'sales' | 'activity'

export interface OrdersQuery extends PageQuery {
  readonly status: OrderStatus | null
  readonly customerId: string | null
}

export type OrderStatus = 'placed' | 'confirmed' | 'rejected' | 'cancelled' | 'expired' | 'completed'

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

export interface OrderCounts extends Shown {
  readonly counts: Readonly<Record<OrderStatus, number>>
}

export interface ProductView {
  readonly sku: string
  readonly name: string
  readonly category: string
  readonly price: Money
  readonly onHand: number
  readonly reserved: number
  readonly available: number
  readonly version: number
}

export interface CustomerView {
  readonly customerId: string
  readonly name: string
  readonly email: string | null
  readonly phone: string | null
  readonly region: string
  readonly tier: Tier
  readonly language: string
  /** Accepted orders, whatever became of them, and their sum. */
  readonly orders: number
  readonly spent: Money
  readonly version: number
}

export interface SalesTotals extends Shown {
  /** What ever happened: an order counts under every outcome it had. */
  readonly orders: Readonly<Record<OrderStatus, number>>
  readonly units: number
  readonly gmv: Money
  /** Captured minus refunded payments. */
  readonly revenue: Money
  /** GMV by accepted order, rounded down to a minor unit; 0 without orders. */
  readonly averageOrder: Money
  /** Distinct customers with an accepted order. */
  readonly customers: number
}

export interface LiveSales extends Shown {
  /** Orders placed in the 60 seconds that end with `lastUpdated`. */
  readonly ordersPerMinute: number
  readonly paymentsPerMinute: number
  readonly gmv: Money
  readonly revenue: Money
  /** The same as `asOf`: nothing later is known. */
  readonly lastUpdated: string | null
}

export interface SalesFigures {
  readonly orders: number
  readonly units: number
  readonly gmv: Money
}

/** Something that happened; without personal data and without free text. */
export interface ActivityView {
  readonly position: Position
  readonly at: string
  readonly kind: string
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

export interface ProjectionState {
  readonly name: ViewName
  readonly version: number
  readonly generation: number
  readonly state: 'live' | 'replaying' | 'paused' | 'failed'
  readonly position: Position
  readonly head: Position
  readonly lagEvents: number
  /** Age of the oldest event that is not shown yet; 0 when all are. */
  readonly lagSeconds: number
  readonly eventsPerSecond: number
  readonly lastError: { readonly code: string; readonly message: string; readonly position: Position } | null
}
