/** The read models as the API sees them. */
import type { Position } from '../store/command.ts'
import type { Pool } from '../store/database.ts'
import { activity, activityQueries, type ActivityQueries } from './activity.ts'
import { customerQueries, customers, type CustomerQueries } from './customers.ts'
import { orderQueries, orders, type OrderQueries } from './orders.ts'
import { productQueries, products, type ProductQueries } from './products.ts'
import type { Progress } from './progress.ts'
import { readProjectionStates, type ProjectionState } from './projection-states.ts'
import { sales, salesQueries, type SalesQueries } from './sales.ts'
import { ViewReader } from './view-reader.ts'
import { waitFor } from './wait-for.ts'

export type { ProjectionState }

/** Every query answers from one snapshot: its rows and its position always belong together. */
export interface Views {
  readonly orders: OrderQueries
  readonly products: ProductQueries
  readonly customers: CustomerQueries
  readonly sales: SalesQueries
  readonly activity: ActivityQueries
  /**
   * Resolves with true as soon as the projection shows everything up to `position`, with false after 5 s or when
   * `signal` aborts.
   */
  waitFor(projection: ViewName, position: Position, signal?: AbortSignal): Promise<boolean>
  states(): Promise<readonly ProjectionState[]>
}

export type ViewName = 'orders' | 'products' | 'customers' | 'sales' | 'activity'

export interface ViewsParts {
  /** Sessions that read: no query here writes. */
  readonly pool: Pool
  readonly progress: Progress
  /** The shop's only one: sums are kept without it. */
  readonly currency: string
}

/** Opens nothing by itself: a query rejects with ViewNotReady until a projector has made the tables. */
export function openViews({ pool, progress, currency }: ViewsParts): Views {
  const readers: Readonly<Record<ViewName, ViewReader>> = {
    orders: new ViewReader(pool, orders.name),
    products: new ViewReader(pool, products.name),
    customers: new ViewReader(pool, customers.name),
    sales: new ViewReader(pool, sales.name),
    activity: new ViewReader(pool, activity.name),
  }
  return {
    orders: orderQueries(readers.orders),
    products: productQueries(readers.products),
    customers: customerQueries(readers.customers, currency),
    sales: salesQueries(readers.sales, currency),
    activity: activityQueries(readers.activity),
    waitFor: (projection, position, signal) =>
      waitFor({ projection, position, reader: readers[projection], progress, signal }),
    states: () => readProjectionStates(pool, progress),
  }
}
