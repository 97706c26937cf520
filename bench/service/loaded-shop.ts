/** A service with a filled shop, warmed up, and what one load of it yields. */
import type { Cleanup } from '../cleanup.ts'
import { loadClosed, type LoadReport } from '../load/closed-loop.ts'
import { type MeasuredService, type ServiceOptions, startService } from './measured-service.ts'
import { processorTime } from '../machine/processor-time.ts'
import { fillShop } from './shop.ts'

/** Seconds of load until V8 has compiled what is hot, and Postgres has its tables in memory. */
const WARM_UP_SECONDS = 3

export interface OrderLoad {
  readonly orders: string
  readonly connections: number
  readonly seconds: number
}

export interface OrdersReport extends LoadReport {
  /** Seconds after the load until every projection showed everything. */
  readonly catchUpSeconds: number
  /** Microseconds of processor time for each order, the projections' share included. */
  readonly serviceMicros: number
  /** The same of the Postgres below the service; 0 when it stands elsewhere. */
  readonly postgresMicros: number
}

/** Starts a service and fills its shop. */
export async function startShop(scope: Cleanup, options?: ServiceOptions): Promise<MeasuredService> {
  const service = await startService(scope, options)
  await fillShop(service.url)
  return service
}

export async function warmUp(service: MeasuredService, orders: string): Promise<void> {
  await placeOrders(service, { orders, connections: 64, seconds: WARM_UP_SECONDS })
}

/**
 * Loads a service with one-line orders and waits until the projections have caught up, so that the next load begins
 * with an idle service. Throws when the log holds fewer orders than were acknowledged.
 */
export async function placeOrders(service: MeasuredService, load: OrderLoad): Promise<OrdersReport> {
  const { pid, log, url } = service
  const before = { head: await log.head(), time: processorTime(pid) }
  const report = await loadClosed({ url, ...load })
  const catchUpSeconds = await log.caughtUp()
  requireDurable(report.answers, (await log.head()) - before.head)
  const time = processorTime(pid)
  return {
    ...report,
    catchUpSeconds,
    serviceMicros: (time.own - before.time.own) / report.answers,
    postgresMicros: (time.below - before.time.below) / report.answers,
  }
}

/** An order of one line is two events: OrderPlaced and StockReserved. */
export const EVENTS_PER_ORDER = 2

/** Throws when the log has grown by less than the acknowledged orders: then the rate is not one of durable orders. */
export function requireDurable(orders: number, events: number): void {
  if (events >= orders * EVENTS_PER_ORDER) return
  throw new Error(`${orders} orders were acknowledged, but the log grew by ${events} events`)
}
