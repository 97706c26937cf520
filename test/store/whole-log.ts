/** The whole log of a test's database, checked for law 1 by reading it. */
import type pg from 'pg'
import { inventory, type Inventory } from '../../domain/inventory.ts'
import { decode } from '../../schemas/codec.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import type { StoredEvent } from '../../store/log/feed.ts'
import { readEvents } from '../../store/log/read-log.ts'

/** Every event in log order. Throws when positions or versions are not dense, or the head is not the last of them. */
export async function wholeLog(pool: pg.Pool): Promise<readonly StoredEvent[]> {
  const events = await readEvents(pool, 0, 10_000_000)
  const versions = new Map<string, number>()
  events.forEach(({ position, stream, version }, index) => {
    const next = (versions.get(stream) ?? 0) + 1
    if (position !== index + 1) throw new Error(`position ${String(position)} stands at place ${String(index + 1)}`)
    if (version !== next) throw new Error(`${stream} has version ${String(version)} where ${String(next)} belongs`)
    versions.set(stream, version)
  })
  const { rows } = await pool.query<{ position: string }>('select position from log.log_head')
  if (Number(rows[0]?.position) !== events.length) {
    throw new Error(`the head says ${String(rows[0]?.position)}, the log has ${String(events.length)} events`)
  }
  return events
}

export function decoded({ type, schemaVersion, data }: StoredEvent): DomainEvent {
  return decode(type, schemaVersion, data)
}

/** The stock of a product as its events tell it; throws when law 4 is broken at any version. */
export function stockOf(events: readonly StoredEvent[], sku: string): Inventory {
  let stock = inventory.initial
  for (const event of events) {
    if (event.stream !== `inventory-${sku}`) continue
    const change = decoded(event)
    if (!isOfInventory(change)) throw new Error(`${event.stream} has a ${change.type}`)
    stock = inventory.evolve(stock, change)
    if (stock.reserved < 0 || stock.reserved > stock.onHand) throw new Error(`oversold at ${String(event.position)}`)
  }
  return stock
}

/** The ids of the orders whose first event is of the type. */
export function ordersBy(events: readonly StoredEvent[], type: 'OrderPlaced' | 'OrderRejected'): readonly string[] {
  return events.filter((event) => event.type === type).map(({ stream }) => stream.slice('order-'.length))
}

function isOfInventory(event: DomainEvent): event is Parameters<typeof inventory.evolve>[1] {
  return event.type.startsWith('Stock') || event.type === 'ProductListed' || event.type === 'PriceChanged'
}
