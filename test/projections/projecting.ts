/** A database with a log, a projector on it and its views: what tests of projections need. */
import { openProjector, openReplayer, projectorPool } from '../../app/roles/open-projector.ts'
import type { Addressed } from '../../domain/decision.ts'
import {
  customerRegistered,
  eur,
  NOON,
  orderCancelled,
  orderLine,
  orderPlaced,
  orderRejected,
  productListed,
  stockReceived,
  stockReserved,
} from '../../domain/test-events.ts'
import { projections as all } from '../../projections/views/list.ts'
import { Progress, PROGRESS_CHANNEL } from '../../projections/live/progress.ts'
import type { Projection } from '../../projections/projection.ts'
import type { Projector, ProjectorParts } from '../../projections/live/projector.ts'
import type { Replayer } from '../../projections/replay/replayer.ts'
import type { ReplayerParts } from '../../projections/replay/replayer-parts.ts'
import { REPLAYS_CHANNEL } from '../../projections/replay/replays.ts'
import type { ProjectionState } from '../../projections/live/projection-states.ts'
import { openViews, type Views } from '../../projections/views/views.ts'
import { verifyProjections } from '../../audit/view-audit.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { appendNotice } from '../../store/log/append.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import type { Feed } from '../../store/log/feed.ts'
import { Listener } from '../../store/postgres/listener.ts'
import { LogFeed } from '../../store/log/log-feed.ts'
import { appendEvents } from '../support/append-events.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { spillEverything } from '../support/spill.ts'

export interface Projecting {
  readonly url: string
  readonly pool: Pool
  readonly views: Views
  readonly feed: Feed
  /** What projectors warned of or reported as errors. */
  readonly complaints: readonly string[]
  /** Starts one more projector, as another process would. */
  project(options?: Partial<Pick<ProjectorParts, 'projections' | 'feed' | 'owner' | 'reachPoint'>>): Promise<Projector>
  /** Starts a replayer, as another process would. */
  replay(options?: Partial<Pick<ReplayerParts, 'projections' | 'owner' | 'reachPoint'>>): Replayer
  /** Resolves when these projections (all, if none is named) show everything up to the position. */
  shown(position: number, ...names: readonly string[]): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export async function openProjecting(): Promise<Projecting> {
  const database = await testDatabase()
  const pool = openPool(database.url, { name: 'test', max: 5 })
  const writers = projectorPool(database.url, 'test projector')
  const copiers = openPool(database.url, { name: 'test replayer', max: 10 })
  const feed = new LogFeed(pool)
  const progress = new Progress(() => Date.now())
  const listener = new Listener(database.url, {
    log: (head) => feed.headMoved(appendNotice(head).head),
    [PROGRESS_CHANNEL]: (payload) => progress.notified(payload),
    [REPLAYS_CHANNEL]: () => replayers.forEach((replayer) => replayer.changed()),
  })
  await listener.start()
  const views = openViews({ pool, progress, currency: 'EUR' })
  const projectors: Projector[] = []
  const replayers: Replayer[] = []
  const complaints: string[] = []
  const complain = (fields: object, message: string) => complaints.push(`${message} ${JSON.stringify(fields)}`)
  const log = { info: () => undefined, warn: complain, error: complain }

  return {
    url: database.url,
    pool,
    views,
    feed,
    complaints,

    async project(options = {}) {
      // With a progress of its own: what it tells comes to the views by NOTIFY, as from another process.
      const projector = openProjector({ pool: writers, feed, log, ...options })
      projectors.push(projector)
      await projector.start()
      return projector
    },

    replay(options = {}) {
      const replayer = openReplayer({ pool: copiers, log, ...options })
      replayers.push(replayer)
      replayer.start()
      return replayer
    },

    async shown(position, ...names) {
      await eventually(async () => {
        const states = await views.states()
        const awaited = states.filter(({ name }) => names.length === 0 || names.includes(name))
        return awaited.length > 0 && awaited.every((state) => state.position >= position)
      })
    },

    async [Symbol.asyncDispose]() {
      await Promise.all([...projectors, ...replayers].map((worker) => worker.stop()))
      await listener.stop()
      await Promise.all([pool.end(), writers.end(), copiers.end()])
      await database.drop()
    },
  }
}

/** Every row of a projection's first generation, as JSON, without the named columns; sorted. */
export async function rowsOf(
  pool: Pool,
  projections: readonly Projection[],
  without: readonly string[] = [],
): Promise<Readonly<Record<string, readonly string[]>>> {
  const rows: Record<string, readonly string[]> = {}
  for (const { name } of projections.flatMap(({ tables }) => tables)) {
    const found = await pool.query<{ row: string }>(
      `select (to_jsonb(t) - $1::text[])::text as row from views.${name}_g1 t order by 1`,
      [without],
    )
    rows[name] = found.rows.map(({ row }) => row)
  }
  return rows
}

export function ofProduct(sku: string, ...events: readonly DomainEvent[]): readonly Addressed[] {
  return events.map((event) => ({ stream: `inventory-${sku}`, event }))
}

export function ofOrder(orderId: string, ...events: readonly DomainEvent[]): readonly Addressed[] {
  return events.map((event) => ({ stream: `order-${orderId}`, event }))
}

/** Products as their first event lists them. */
export function listed(...skus: readonly string[]): readonly Addressed[] {
  return skus.flatMap((sku) => ofProduct(sku, productListed(sku)))
}

/** Orders of one unit. */
export function placed(...ids: readonly string[]): readonly Addressed[] {
  return ids.flatMap((id) => ofOrder(id, orderPlaced(id, [orderLine('A1', 1)])))
}

export async function stateOf(projecting: Projecting, name: string): Promise<ProjectionState> {
  const state = (await projecting.views.states()).find((each) => each.name === name)
  if (state === undefined) throw new Error(`no projection ${name}`)
  return state
}

/** The names of those whose rows are not a fold of the log, with the reason; found by way of files. */
export async function breachesOf({ pool }: Projecting): Promise<readonly (readonly [string, string])[]> {
  const spill = spillEverything()
  const checks = await verifyProjections({ pool, projections: all, spill, rowsInMemory: 2 })
  spill.close()
  return checks.flatMap(({ projection, breach }) => (breach === null ? [] : [[projection, breach] as const]))
}

/** A customer, two products, an order placed, one cancelled and one rejected. */
export async function sold(): Promise<Projecting> {
  const projecting = await openProjecting()
  const o1 = [orderLine('A1', 2), orderLine('B2', 1, { category: 'cases', unitPrice: eur(500) }), orderLine('A1', 1)]
  const o2 = [orderLine('B2', 4, { category: 'cases', unitPrice: eur(500) })]
  const head = await appendEvents(projecting.pool, [
    { stream: 'customer-c1', event: customerRegistered('c1') },
    ...ofProduct('A1', productListed('A1'), stockReceived('A1', 10)),
    ...ofProduct('B2', productListed('B2', { category: 'cases', price: eur(500) }), stockReceived('B2', 0)),
    ...ofOrder('o1', orderPlaced('o1', o1, { reservedUntil: NOON + 900_000 })),
    ...ofProduct('A1', stockReserved('A1', 'o1', 3)),
    ...ofOrder('o2', orderPlaced('o2', o2, { placedAt: NOON + 3_600_000, region: 'south', tier: 'vip' })),
    ...ofOrder('o2', orderCancelled('o2', o2, { reason: 'too late' })),
    ...ofOrder('o3', orderRejected('o3', { shortages: [{ sku: 'B2', wanted: 9, available: 1 }] })),
  ])
  await projecting.project()
  await projecting.shown(head)
  return projecting
}
