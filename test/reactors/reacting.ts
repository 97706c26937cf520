/** A shop with reserved orders, and reactors on it as processes run them. */
import { verifyLog } from '../../audit/verify-log.ts'
import { newId, newIdBytes } from '../../app/clock.ts'
import {
  customerRegistered,
  orderLine,
  orderPlaced,
  productListed,
  stockReceived,
  stockReserved,
} from '../../domain/test-events.ts'
import type { Addressed } from '../../domain/decision.ts'
import { expireOrders } from '../../reactors/expire-orders.ts'
import { reactorNames, skips } from '../../reactors/list.ts'
import type { Reactor } from '../../reactors/reactor.ts'
import { readEvent } from '../../reactors/serving/read-stretch.ts'
import { openReactors, type Reactors, type ReactorState } from '../../reactors/reactor-states.ts'
import { serveReactors, type ReactorParts } from '../../reactors/serving/serve-reactors.ts'
import type { LeasedWorker } from '../../store/log/under-lease.ts'
import { readPage } from '../../store/log/read-page.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { DatabaseClock, databaseTime } from '../../store/postgres/database-clock.ts'
import { openPool } from '../../store/postgres/database.ts'
import { encode } from '../../schemas/codec.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { appendEvents, appendRaw, type RawEvent } from '../support/append-events.ts'
import { testDatabase } from '../support/database.ts'
import { startStoreProcess, type StoreProcess } from '../support/store-process.ts'
import { spill } from '../support/spill.ts'

export interface Reacting {
  readonly url: string
  readonly pool: Pool
  /** What reactors warned of or reported as errors. */
  readonly complaints: readonly string[]
  /** Starts one more reactor on a store of its own, as another process would: expire-orders, changed like this. */
  react(reactor?: Partial<Reactor>, options?: Partial<ReactorParts>): Promise<LeasedWorker>
  readonly reactors: Reactors
  /** Of expire-orders, else of the named one. */
  state(name?: string): Promise<ReactorState>
  retry(): Promise<ReactorState | null>
  retryCause(position: number): Promise<ReactorState | 'not-parked' | null>
  pause(): Promise<ReactorState | null>
  resume(): Promise<ReactorState | null>
  [Symbol.asyncDispose](): Promise<void>
}

export async function openReacting(): Promise<Reacting> {
  const database = await testDatabase()
  const pool = openPool(database.url, { name: 'test', max: 12 })
  const clock = new DatabaseClock({
    ask: () => databaseTime(pool),
    monotonic: () => performance.now(),
    onError: () => undefined,
  })
  await clock.start()
  const workers: LeasedWorker[] = []
  const stores: StoreProcess[] = []
  const complaints: string[] = []
  const reactors = openReactors({
    ...{ pool, names: reactorNames, skips, newId },
    executor: { execute: (command) => first(stores).committer.execute(command) },
  })
  const complain = (fields: object, message: string) => complaints.push(`${message} ${JSON.stringify(fields)}`)

  return {
    url: database.url,
    pool,
    complaints,
    reactors,
    async react(changed = {}, options = {}) {
      const store = await startStoreProcess(database.url, { listens: true })
      stores.push(store)
      const worker = serveReactors({
        pool,
        reactors: [{ ...expireOrders, ...changed }],
        moved: store.moved,
        owner: newId(),
        executor: store.committer,
        newId,
        clock: clock.now,
        effects: true,
        monotonic: () => performance.now(),
        log: { info: () => undefined, warn: complain, error: complain },
        reachPoint: () => undefined,
        ...options,
      })
      workers.push(worker)
      return worker
    },
    async state(name = 'expire-orders') {
      return first((await reactors.states()).filter((state) => state.name === name))
    },
    retry: () => reactors.retry('expire-orders'),
    retryCause: (position) => reactors.retryCause('expire-orders', { position, webhook: null }),
    pause: () => reactors.pause('expire-orders'),
    resume: () => reactors.resume('expire-orders'),
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.stop()))
      await Promise.all(stores.map((store) => store.stop()))
      clock.stop()
      await pool.end()
      await database.drop()
    },
  }
}

function first<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('there is none')
  return one
}

/** A product with enough stock, and a customer. */
export function shopEvents(stock: number): readonly Addressed[] {
  return [
    { stream: 'customer-c1', event: customerRegistered('c1') },
    { stream: 'inventory-A1', event: productListed('A1') },
    { stream: 'inventory-A1', event: stockReceived('A1', stock) },
  ]
}

/** Orders of one unit that were placed a minute before they are due. */
function reservedOrders(ids: readonly string[], dueAt: (index: number) => number): readonly RawEvent[] {
  return ids.flatMap((id, index) => {
    const reservedUntil = dueAt(index)
    const placed = orderPlaced(id, [orderLine('A1', 1)], { placedAt: reservedUntil - 60_000, reservedUntil })
    const commandId = newIdBytes()
    return [
      { stream: `order-${id}`, commandId, ...encode(placed) },
      { stream: 'inventory-A1', commandId, ...encode(stockReserved('A1', id, 1)) },
    ]
  })
}

/** Puts a shop with such orders into the log; resolves with its head. `due`: milliseconds from the database's now on. */
export async function reserve(pool: Pool, ids: readonly string[], due: (index: number) => number): Promise<number> {
  const now = Math.floor(await databaseTime(pool))
  let head = await headOf(pool)
  // A service that runs has put a table of fraud rules in force.
  const { rowCount } = await pool.query(`select from log.events where stream = 'inventory-A1' limit 1`)
  if (rowCount === 0) head = await appendEvents(pool, shopEvents(100_000))
  for (let first = 0; first < ids.length; first += 2_000) {
    const some = ids.slice(first, first + 2_000)
    head = await appendRaw(
      pool,
      reservedOrders(some, (index) => now + due(first + index)),
    )
  }
  return head
}

export async function headOf(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ position: string }>('select position from log.log_head')
  return Number(rows[0]?.position)
}

export interface Recorded {
  readonly id: string
  readonly stream: string
  readonly event: DomainEvent
}

/** Every event of the log. */
export async function eventsOf(pool: Pool): Promise<readonly Recorded[]> {
  const events: Recorded[] = []
  for (let page = { end: 0, full: true }; page.full;) {
    const read = await readPage(pool, { after: page.end, limit: 1_000, passed: [] })
    for (const found of read.events.map(readEvent)) {
      if ('code' in found.read) throw new Error(`the event at ${String(found.position)} cannot be read`)
      const { id, stream } = found
      events.push(...found.read.map((event) => ({ id, stream, event })))
    }
    page = read
  }
  return events
}

/** What the log breaks of the laws. */
export async function breaches(pool: Pool): Promise<readonly unknown[]> {
  const { checks } = await verifyLog({ pool, spill: spill() })
  return checks.filter(({ breaches: found }) => found > 0)
}

export interface Expiry {
  readonly stream: string
  /** By the database's clock. */
  readonly recordedAt: number
  readonly position: number
  /** The id of the event that made it due. */
  readonly cause: string | null
}

/** Every OrderExpired in the log. */
export async function expiries(pool: Pool): Promise<readonly Expiry[]> {
  const { rows } = await pool.query<Expiry & { readonly position: string }>(
    `select stream, extract(epoch from recorded_at)::float8 * 1000 as "recordedAt", position, causation_id as cause
    from log.events where type = 'OrderExpired' order by position`,
  )
  return rows.map((row) => ({ ...row, position: Number(row.position) }))
}

export function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `o${String(index + 1)}`)
}
