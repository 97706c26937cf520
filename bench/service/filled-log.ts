/** A log in a database of its own, written without deciding anything: for figures of what reads it. */
import type pg from 'pg'
import { newId, newIdBytes } from '../../app/clock.ts'
import { migrate } from '../../store/postgres/migrate.ts'
import { encode } from '../../schemas/codec.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { append, appendStatement } from '../../store/log/append.ts'
import { uuidBytes } from '../../store/postgres/binary-array.ts'
import { openPool } from '../../store/postgres/database.ts'
import type { Cleanup } from '../cleanup.ts'
import { ORDER } from '../order-event.ts'
import { startDurablePostgres } from './durable-postgres.ts'

const BATCH = 5_000
const PRODUCTS = 1_000

interface Addressed {
  readonly stream: string
  readonly event: DomainEvent
}

/** The URL of the database. `eventAt`: the event at an index from 0 (default: orders that are cancelled). */
export async function fillLog(
  scope: Cleanup,
  events: number,
  eventAt: (index: number) => Addressed = cancelledOrders,
): Promise<string> {
  const databaseUrl = await startDurablePostgres(scope)
  const pool = openPool(databaseUrl, { name: 'bench', max: 1, queryTimeout: 0 })
  await migrate(pool)
  const client = await pool.connect()
  try {
    const versions = new Map<string, number>()
    for (let known = 0; known < events; known += BATCH) {
      const some = Array.from({ length: Math.min(BATCH, events - known) }, (_, index) => eventAt(known + index))
      await appendBatch(client, known, { some, versions })
    }
    await client.query('analyze log.events')
  } finally {
    client.release()
    await pool.end()
  }
  return databaseUrl
}

interface Batch {
  readonly some: readonly Addressed[]
  /** Of the streams so far. */
  readonly versions: Map<string, number>
}

async function appendBatch(client: pg.ClientBase, known: number, { some, versions }: Batch): Promise<void> {
  const events = some.map(({ stream, event }) => {
    const version = (versions.get(stream) ?? 0) + 1
    versions.set(stream, version)
    const ids = { id: newIdBytes(), commandId: newIdBytes(), correlationId: uuidBytes(newId()), causationId: null }
    return { stream, version, ...encode(event), ...ids }
  })
  const { outcome } = await append(client, appendStatement(known, { events, keyed: [] }))
  if (outcome !== 'appended') throw new Error(`somebody else writes to the log: ${outcome}`)
}

/** Of three events one is an order of one line, one what it reserved, one its cancellation. */
function cancelledOrders(index: number): Addressed {
  const number = Math.floor(index / 3)
  const orderId = `0198f3a2-5c1e-7d40-9b3a-${String(number).padStart(12, '0')}`
  const sku = `SKU-${String(number % PRODUCTS)}`
  const lines = ORDER.lines.slice(0, 1).map((line) => ({ ...line, sku }))
  switch (index % 3) {
    case 0:
      return { stream: `order-${orderId}`, event: { ...ORDER, orderId, lines } }
    case 1:
      return { stream: `inventory-${sku}`, event: { type: 'StockReserved', sku, orderId, quantity: 1 } }
    default: {
      const { customerId, tier, region, total, placedAt } = ORDER
      const cancelled = { customerId, tier, region, lines, total, placedAt, reason: 'changed my mind' }
      return { stream: `order-${orderId}`, event: { type: 'OrderCancelled', orderId, from: 'placed', ...cancelled } }
    }
  }
}
