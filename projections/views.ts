/** The read models as the API sees them. */
import type { Position } from '../store/command.ts'
import type { ActivityQueries } from './activity.ts'
import type { CustomerQueries } from './customers.ts'
import type { OrderQueries } from './orders.ts'
import type { ProductQueries } from './products.ts'
import type { SalesQueries } from './sales.ts'

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
