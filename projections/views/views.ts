/** The read models as the API sees them. */
import type { Position } from '../../store/commit/command.ts'
import { readHead } from '../../store/log/log-status.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { activity, activityQueries, type ActivityQueries } from './activity.ts'
import { alertQueries, alerts, type AlertQueries } from './alerts.ts'
import { deliveries, deliveryQueries, type DeliveryQueries } from './deliveries.ts'
import { customerQueries, customers, type CustomerQueries } from './customers.ts'
import { notificationQueries, notifications, type NotificationQueries } from './notifications.ts'
import { orderQueries, orders, type OrderQueries } from './orders.ts'
import { paymentQueries, payments, type PaymentQueries } from './payments.ts'
import { productQueries, products, type ProductQueries } from './products.ts'
import { setPaused } from '../generations.ts'
import { projections } from './list.ts'
import type { Progress } from '../live/progress.ts'
import { readProjectionStates, type ProjectionState } from '../live/projection-states.ts'
import {
  cancelReplay,
  createReplay,
  readNewestReplays,
  readReplay,
  ReplayUnfinished,
  setReplayPaused,
  type Replay,
  type ReplayRequest,
} from '../replay/replays.ts'
import { salesBreakdowns, salesItemQueries, type SalesBreakdowns, type SalesItemQueries } from './sales-breakdowns.ts'
import { sales, salesQueries, type SalesQueries } from './sales.ts'
import { businessQueries, type BusinessQueries } from '../insights/business-queries.ts'
import { demand } from '../insights/demand.ts'
import { demandQueries, type DemandQueries } from '../insights/demand-queries.ts'
import { fraudAlertQueries, fraudAlerts, type FraudAlertQueries } from '../insights/fraud-alerts.ts'
import { together, togetherQueries, type TogetherQueries } from '../insights/together.ts'
import { ViewReader } from '../queries/view-reader.ts'
import { ShownWatch } from '../queries/shown-watch.ts'

export { ReplayUnfinished }
export type { ProjectionState, Replay, ReplayRequest }

/** Every query answers from one snapshot: its rows and its position always belong together. */
export interface Views {
  readonly orders: OrderQueries
  readonly products: ProductQueries
  readonly customers: CustomerQueries
  readonly sales: SalesQueries & SalesBreakdowns
  readonly salesItems: SalesItemQueries
  readonly business: BusinessQueries
  readonly activity: ActivityQueries
  readonly payments: PaymentQueries
  readonly deliveries: DeliveryQueries
  readonly alerts: AlertQueries
  readonly notifications: NotificationQueries
  readonly together: TogetherQueries
  readonly demand: DemandQueries
  readonly fraudAlerts: FraudAlertQueries
  /** Of the log, as the database has it now. */
  head(): Promise<Position>
  /**
   * Resolves with true as soon as the projection shows everything up to `position`; with false after 5 s, when `signal`
   * aborts, and at once where the log does not reach so far.
   */
  waitFor(projection: ViewName, position: Position, signal?: AbortSignal): Promise<boolean>
  states(): Promise<readonly ProjectionState[]>
  /** False: there is no such projection. */
  setPaused(projection: string, paused: boolean): Promise<boolean>
  readonly replays: Replays
}

/** Null everywhere: there is no such projection, or no such replay. */
export interface Replays {
  /** Rejects with ReplayUnfinished when one of that projection is under way. */
  start(projection: string, request: ReplayRequest): Promise<Replay | null>
  /** The newest first, at most `limit`. */
  newest(limit: number): Promise<readonly Replay[]>
  read(replayId: string): Promise<Replay | null>
  setPaused(replayId: string, paused: boolean): Promise<Replay | null>
  cancel(replayId: string): Promise<Replay | null>
}

export type ViewName =
  | ('orders' | 'products' | 'customers' | 'sales' | 'activity' | 'payments' | 'deliveries')
  | ('alerts' | 'notifications' | 'together' | 'demand' | 'fraud-alerts')

export interface ViewsParts {
  /** Sessions that read; they write only what is asked of projections and replays. */
  readonly pool: Pool
  readonly progress: Progress
  /** The shop's only one: sums are kept without it. */
  readonly currency: string
  /** Whether answers name the history and the tables that they are of. */
  readonly epochs?: boolean
}

/** Opens nothing by itself: a query rejects with ViewNotReady until a projector has made the tables. */
export function openViews({ pool, progress, currency, epochs = false }: ViewsParts): Views {
  const readers: Readonly<Record<ViewName, ViewReader>> = {
    orders: new ViewReader(pool, orders.name, { epochs }),
    products: new ViewReader(pool, products.name, { epochs }),
    customers: new ViewReader(pool, customers.name, { epochs }),
    sales: new ViewReader(pool, sales.name, { epochs }),
    activity: new ViewReader(pool, activity.name, { epochs }),
    payments: new ViewReader(pool, payments.name, { epochs }),
    deliveries: new ViewReader(pool, deliveries.name, { epochs }),
    alerts: new ViewReader(pool, alerts.name, { epochs }),
    notifications: new ViewReader(pool, notifications.name, { epochs }),
    together: new ViewReader(pool, together.name, { epochs }),
    demand: new ViewReader(pool, demand.name, { epochs }),
    'fraud-alerts': new ViewReader(pool, fraudAlerts.name, { epochs }),
  }
  const watch = (projection: ViewName): ShownWatch =>
    new ShownWatch({ projection, reader: readers[projection], progress, head: () => readHead(pool) })
  const watches: Readonly<Record<ViewName, ShownWatch>> = {
    orders: watch('orders'),
    products: watch('products'),
    customers: watch('customers'),
    sales: watch('sales'),
    activity: watch('activity'),
    payments: watch('payments'),
    deliveries: watch('deliveries'),
    alerts: watch('alerts'),
    notifications: watch('notifications'),
    together: watch('together'),
    demand: watch('demand'),
    'fraud-alerts': watch('fraud-alerts'),
  }
  return {
    orders: orderQueries(readers.orders),
    products: productQueries(readers.products),
    customers: customerQueries(readers.customers, currency),
    sales: { ...salesQueries(readers.sales, currency), ...salesBreakdowns(readers.sales, currency) },
    salesItems: salesItemQueries(readers.sales, currency),
    business: businessQueries(readers.sales, readers['fraud-alerts'], currency),
    activity: activityQueries(readers.activity),
    payments: paymentQueries(readers.payments),
    deliveries: deliveryQueries(readers.deliveries),
    alerts: alertQueries(readers.alerts),
    notifications: notificationQueries(readers.notifications),
    together: togetherQueries(readers.together),
    demand: demandQueries(readers.demand),
    fraudAlerts: fraudAlertQueries(readers['fraud-alerts']),
    head: () => readHead(pool),
    waitFor: (projection, position, signal) => watches[projection].waitFor(position, signal),
    states: () => readProjectionStates(pool, progress),
    setPaused: (projection, paused) => setPaused(pool, projection, paused),
    replays: {
      async start(name, request) {
        const projection = projections.find((known) => known.name === name)
        return projection === undefined ? null : createReplay(pool, projection, request)
      },
      newest: (limit) => readNewestReplays(pool, limit),
      read: (replayId) => readReplay(pool, replayId),
      setPaused: (replayId, paused) => setReplayPaused(pool, replayId, paused),
      cancel: (replayId) => cancelReplay(pool, replayId),
    },
  }
}
