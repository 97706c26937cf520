/** A shop on a database of its own, and what takes orders over Kafka for it, as a process of the role api has it. */
import type pg from 'pg'
import { newId, systemClock } from '../../app/clock.ts'
import type { TakingParts } from '../../kafka/inbound/take-command.ts'
import { openPool } from '../../store/postgres/database.ts'
import { testDatabase } from '../support/database.ts'
import { orderReader } from '../support/order-reader.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { startStoreProcess, type StoreProcess } from '../support/store-process.ts'

export interface TakingShop {
  readonly shop: Shop
  readonly store: StoreProcess
  readonly pool: pg.Pool
  /** `schemaId`: of PlaceOrder in its registry; null: that has none. */
  taking(schemaId?: number | null): TakingParts
  /** Ids of the orders that were placed, in the order of the log. */
  placed(): Promise<readonly string[]>
  close(): Promise<void>
}

/** With units of each product, and customers. */
export async function openTakingShop(
  products: Readonly<Record<string, number>>,
  customers: readonly string[],
): Promise<TakingShop> {
  const database = await testDatabase()
  const shop = await openShop(database.url)
  for (const [sku, units] of Object.entries(products)) await shop.list(sku, units)
  for (const customer of customers) await shop.register(customer)
  const store = await startStoreProcess(database.url, { listens: true })
  const pool = openPool(database.url, { name: 'test inbound', max: 4 })
  const settings = { currency: 'EUR', reservationMinutes: 15, clock: systemClock, newId, pseudonym: () => null }
  return {
    ...{ shop, store, pool },
    taking: (schemaId = null) => ({ executor: store.committer, shop: settings, ...orderReader(schemaId) }),
    async placed() {
      const text = `select stream from log.events where type = 'OrderPlaced' order by position`
      const { rows } = await pool.query<{ stream: string }>(text)
      return rows.map(({ stream }) => stream.slice('order-'.length))
    },
    async close() {
      await store.stop()
      await pool.end()
      await shop.close()
      await database.drop()
    },
  }
}
