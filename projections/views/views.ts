/** The read models as the API sees them. */
import type { Position } from '../../store/commit/command.ts'
import { readHead } from '../../store/log/log-status.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { activityQueries, type ActivityQueries } from './activity.ts'
import { alertQueries, type AlertQueries } from './alerts.ts'
import { deliveryQueries, type DeliveryQueries } from './deliveries.ts'
import { customerQueries, type CustomerQueries } from './customers.ts'
import { notificationQueries, type NotificationQueries } from './notifications.ts'
import { orderQueries, type OrderQueries } from './orders.ts'
import { paymentQueries, type PaymentQueries } from './payments.ts'
import { productQueries, type ProductQueries } from './products.ts'
import { setPaused } from '../generations.ts'
import { projections, type ProjectionName } from './list.ts'
import type { Progress } from '../live/progress.ts'
import { readProjectionStates, type ProjectionState } from '../live/projection-states.ts'
import {
  cancelReplay,
  createReplay,
  readNewestReplays,
  readReplay,
  setReplayPaused,
  type Replay,
  type ReplayRequest,
} from '../replay/replays.ts'
import { salesBreakdowns, salesItemQueries, type SalesBreakdowns, type SalesItemQueries } from './sales-breakdowns.ts'
import { salesQueries, type SalesQueries } from './sales.ts'
import { businessQueries, type BusinessQueries } from '../insights/business-queries.ts'
import { demandQueries, type DemandQueries } from '../insights/demand-queries.ts'
import { fraudAlertQueries, type FraudAlertQueries } from '../insights/fraud-alerts.ts'
import { togetherQueries, type TogetherQueries } from '../insights/together.ts'
import { ViewReader } from '../queries/view-reader.ts'
import { ShownWatch } from '../queries/shown-watch.ts'

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
  waitFor(projection: ProjectionName, position: Position, signal?: AbortSignal): Promise<boolean>
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
  const reader = oneForEach((name) => new ViewReader(pool, name, { epochs }))
  const watch = oneForEach(
    (projection) => new ShownWatch({ projection, reader: reader(projection), progress, head: () => readHead(pool) }),
  )
  return {
    orders: orderQueries(reader('orders')),
    products: productQueries(reader('products')),
    customers: customerQueries(reader('customers'), currency),
    sales: { ...salesQueries(reader('sales'), currency), ...salesBreakdowns(reader('sales'), currency) },
    salesItems: salesItemQueries(reader('sales'), currency),
    business: businessQueries(reader('sales'), reader('fraud-alerts'), currency),
    activity: activityQueries(reader('activity')),
    payments: paymentQueries(reader('payments')),
    deliveries: deliveryQueries(reader('deliveries')),
    alerts: alertQueries(reader('alerts')),
    notifications: notificationQueries(reader('notifications')),
    together: togetherQueries(reader('together')),
    demand: demandQueries(reader('demand')),
    fraudAlerts: fraudAlertQueries(reader('fraud-alerts')),
    head: () => readHead(pool),
    waitFor: (projection, position, signal) => watch(projection).waitFor(position, signal),
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

/** One for each projection, made when it is first asked for. */
function oneForEach<Value>(make: (projection: ProjectionName) => Value): (projection: ProjectionName) => Value {
  const made = new Map<ProjectionName, Value>()
  return (projection) => {
    const known = made.get(projection)
    if (known !== undefined) return known
    const value = make(projection)
    made.set(projection, value)
    return value
  }
}
