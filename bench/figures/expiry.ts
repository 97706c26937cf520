import type pg from 'pg'
import { newId, newIdBytes } from '../../app/clock.ts'
import { encode } from '../../schemas/codec.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { append, appendStatement } from '../../store/log/append.ts'
import { uuidBytes } from '../../store/postgres/binary-array.ts'
import { openPool } from '../../store/postgres/database.ts'
import { databaseTime } from '../../store/postgres/database-clock.ts'
import { waitUntil } from '../../store/waiting/pause.ts'
import { atMost, figure, inRounds, stated } from '../figure.ts'
import { loadOpen } from '../load/open-loop.ts'
import { ORDER } from '../order-event.ts'
import { startShop } from '../service/loaded-shop.ts'
import { everyProduct, PRODUCTS, skuOf, writeOrders } from '../service/shop.ts'

const RESERVED = 10_000
const BATCH = 1_000
const RATE = 200
/** As long as the reservations take that end meanwhile, at 1,000 a second. */
const SECONDS = 12
/** When they are due, from the start of the loader on: it warms up first, for about as long. */
const DUE_MS = 4_000
/** So much is allowed however short orders take without expiries. */
const ALLOWED_MS = 25

/** What it costs to end the orders that nobody paid. */
export const expiry = figure({
  id: 'E1',
  title: `${RESERVED.toLocaleString('en-US')} reservations run out at once beside ${String(RATE)} orders a second`,
  numbers: {
    drained: atMost('from their time to the last of 10,000 expired', 's', { must: 15 }),
    perSecond: atMost('expired a second meanwhile', '/s', { must: 1_000 }),
    slower: atMost('p99 of POST /orders ÷ the larger of 25 ms and 1.5 times that without', 'x', { must: 1 }),
    beside: stated('p99 of POST /orders at 200 a second while orders expire', 'ms'),
    without: stated('p99 of POST /orders at 200 a second without', 'ms'),
  },
  async run(context) {
    const { scope } = context
    const lines = writeOrders(scope, everyProduct)
    const { url, databaseUrl, log } = await startShop(scope)
    const pool = openPool(databaseUrl, { name: 'bench', max: 1 })
    scope.add(() => pool.end())
    const load = { url, method: 'POST', lines, connections: 64, rate: RATE, seconds: SECONDS } as const

    return inRounds(context, async () => {
      const { p99: without } = await loadOpen(load)
      await log.caughtUp()
      const dueAt = await reserve(pool, DUE_MS)
      await log.caughtUp()
      const { p99: beside } = await loadOpen(load)
      const { first, last } = await expired(pool, dueAt)
      await told(pool)
      await log.caughtUp()
      return {
        drained: (last - dueAt) / 1_000,
        perSecond: (RESERVED * 1_000) / (last - first),
        slower: beside / Math.max(ALLOWED_MS, 1.5 * without),
        beside,
        without,
      }
    })
  },
})

/** Writes orders of one unit into the log as if they had been placed, all due at once; resolves with that time. */
async function reserve(pool: pg.Pool, dueMs: number): Promise<number> {
  const client = await pool.connect()
  try {
    // Written first and due later: the more so the slower the machine.
    const began = await databaseTime(client)
    const dueAt = Math.floor(began) + dueMs + 15_000
    for (let done = 0; done < RESERVED; done += BATCH) await appendSome(client, dueAt)
    const left = dueAt - dueMs - (await databaseTime(client))
    await waitUntil(async () => (await databaseTime(client)) >= dueAt - dueMs, { everyMs: 10, withinMs: left + 60_000 })
    return dueAt
  } finally {
    client.release()
  }
}

async function appendSome(client: pg.ClientBase, reservedUntil: number): Promise<void> {
  const orders = Array.from({ length: BATCH }, (_, index) => ({ orderId: newId(), sku: skuOf(index % PRODUCTS) }))
  const { rows: versions } = await client.query<{ stream: string; version: number }>(
    'select stream, max(version) as version from log.events where stream = any($1) group by stream',
    [orders.map(({ sku }) => `inventory-${sku}`)],
  )
  const latest = new Map(versions.map(({ stream, version }) => [stream, version]))
  const asStored = (stream: string, event: DomainEvent) => {
    const version = (latest.get(stream) ?? 0) + 1
    latest.set(stream, version)
    const ids = { id: newIdBytes(), commandId: newIdBytes(), correlationId: uuidBytes(newId()), causationId: null }
    return { stream, version, ...encode(event), ...ids }
  }
  const events = orders.flatMap(({ orderId, sku }) => {
    const lines = ORDER.lines.slice(0, 1).map((line) => ({ ...line, sku }))
    return [
      asStored(`order-${orderId}`, { ...ORDER, orderId, lines, reservedUntil }),
      asStored(`inventory-${sku}`, { type: 'StockReserved', sku, orderId, quantity: 1 }),
    ]
  })
  const { rows: heads } = await client.query<{ position: string }>('select position from log.log_head')
  const { outcome } = await append(client, appendStatement(Number(heads[0]?.position), { events, keyed: [] }))
  if (outcome !== 'appended') throw new Error(`somebody else wrote to the log: ${outcome}`)
}

/** Waits until nothing is due any more: whose order has expired gets a mail. */
async function told(pool: pg.Pool): Promise<void> {
  const isDone = async () => {
    const { rows } = await pool.query<{ due: number }>(
      `select count(*)::int as due from log.due where reactor = 'mail'`,
    )
    return rows[0]?.due === 0
  }
  if (!(await waitUntil(isDone, { everyMs: 250, withinMs: 300_000 }))) throw new Error('not all mails were sent')
}

/** Waits until all of them are expired; when the first and the last were. Throws when one was before its time. */
async function expired(pool: pg.Pool, dueAt: number): Promise<{ readonly first: number; readonly last: number }> {
  const read = async () => {
    const { rows } = await pool.query<{ count: number; early: number; first: number; last: number }>(
      `select count(*)::int as count, count(*) filter (where recorded_at < to_timestamp($1::bigint / 1000.0))::int as early,
        extract(epoch from min(recorded_at))::float8 * 1000 as first,
        extract(epoch from max(recorded_at))::float8 * 1000 as last
      from log.events where type = 'OrderExpired' and recorded_at > to_timestamp($1::bigint / 1000.0) - interval '20 s'`,
      [dueAt],
    )
    return rows[0] ?? { count: 0, early: 0, first: 0, last: 0 }
  }
  const done = await waitUntil(async () => (await read()).count >= RESERVED, { everyMs: 250, withinMs: 150_000 })
  const { count, early, first, last } = await read()
  if (!done || count !== RESERVED) throw new Error(`${String(count)} of ${String(RESERVED)} orders expired`)
  if (early > 0) throw new Error(`${String(early)} orders expired before their time`)
  return { first, last }
}
