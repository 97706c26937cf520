/** Sessions that go on, as a reader has saved them. */
import { PARTITIONS, PartitionState } from '../../insights/behaviour/partition-state.ts'
import { loadPartitions, savePartitions, savingOf } from '../../insights/behaviour/state-table.ts'
import type { Pool } from '../../store/postgres/database.ts'

const PRODUCTS = 5_003

const manySkus = Array.from({ length: PRODUCTS }, (_, index) => `SKU-${String(index)}`)

/** This many, evenly over the partitions of a new database, each with views of five products at the time `at`. */
export async function saveOpenSessions(pool: Pool, sessions: number, at: number): Promise<void> {
  const states = Array.from({ length: PARTITIONS }, () => new PartitionState())
  for (let session = 0; session < sessions; session++) {
    const state = states[session % PARTITIONS]
    for (let view = 0; view < 5; view++) {
      const eventId = Buffer.alloc(16)
      eventId.writeUInt32BE(session, 0)
      eventId.writeUInt8(view, 4)
      // Few pairs of products come twice.
      const sku = manySkus[((session % 2_477) * 31 + view * (1_009 + Math.floor(session / 2_477))) % PRODUCTS] ?? null
      const about = { subject: `visitor-${String(session)}`, customerId: null, sku, moved: false } as const
      state?.fold({ eventId, type: 'product_view', at, receivedAt: at, ...about })
    }
  }
  for (const saved of await loadPartitions(pool)) {
    const state = states[saved.partition] ?? saved.state
    // They begin here: what they counted so far is nobody's.
    state.takeCounts()
    await savePartitions(pool, [await savingOf({ ...saved, state })])
  }
}
