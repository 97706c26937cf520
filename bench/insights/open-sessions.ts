import { appendChunks, makeTables } from '../../insights/behaviour/chunk-table.ts'
import type { KeptRecord } from '../../insights/behaviour/chunk.ts'
import { encodeUserEvent } from '../../schemas/behaviour/user-event.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { atMost, figure, inRounds, stated } from '../figure.ts'
import { readProc } from '../machine/process-tree.ts'
import { startService } from '../service/measured-service.ts'
import { listedProducts, madeSkus, plainEvent } from './made-events.ts'
import { savedEvents } from './saved-events.ts'

const SESSIONS = 300_000
const EVENTS_EACH = 10
const PARTITIONS = 6
/** Of one append. */
const AT_ONCE = 30_000
const MINUTE_MS = 60_000
/** Between the first event of a session and its last. */
const SPREAD_MS = 25 * MINUTE_MS
/** Events of few sessions, so that the process is as large as work makes it. */
const WARM_UP = 300_000

/** What open sessions cost the process that reads user events, the ids of the last ten minutes among it. */
export const openSessions = figure({
  id: 'I3',
  title: '300,000 open sessions of 10 events and 5 products each',
  numbers: {
    growth: atMost('growth of the Pss of the process', 'MB', { must: 300, goal: 150 }),
    before: stated('its Pss before, after 300,000 events of 1,000 sessions', 'MB'),
  },
  run(context) {
    const { scope } = context
    return inRounds(context, async () => {
      const url = await listedProducts(scope)
      const pool = openPool(url, { name: 'bench', max: 2, queryTimeout: 0 })
      const service = await startService(scope, { env: { DATABASE_URL: url, ROLES: 'reactor' } })
      await makeTables(pool)
      const start = Date.now() - SPREAD_MS
      await append(pool, { events: WARM_UP, sessions: 1_000, start: start - 60 * MINUTE_MS, prefix: 'warm' })
      await savedEvents(pool)
      const before = proportional(service.pid)
      await append(pool, { events: SESSIONS * EVENTS_EACH, sessions: SESSIONS, start, prefix: 'visitor' })
      await savedEvents(pool)
      const { rows } = await pool.query<{ open: string }>('select sum(open) as open from behaviour.partitions')
      if (Number(rows[0]?.open) < SESSIONS) throw new Error(`${String(rows[0]?.open)} sessions are open`)
      const growth = proportional(service.pid) - before
      await service.stop()
      await pool.end()
      return { growth, before }
    })
  },
})

interface Visits {
  readonly events: number
  readonly sessions: number
  /** Milliseconds since 1970. */
  readonly start: number
  /** Of the subjects. */
  readonly prefix: string
}

/** All sessions go on at the same time. */
async function append(pool: Pool, { events, sessions, start, prefix }: Visits): Promise<void> {
  for (let from = 0; from < events; from += AT_ONCE) {
    const byPartition = new Map<number, KeptRecord[]>()
    for (let index = from; index < Math.min(from + AT_ONCE, events); index++) {
      const [session, round] = [index % sessions, Math.floor(index / sessions)]
      const at = Math.floor(start + (index / events) * SPREAD_MS)
      const subject = `${prefix}-${String(session)}`
      const sku = madeSkus[(session * 7 + round) % madeSkus.length] ?? ''
      const viewing = round % 2 === 1 ? ({ type: 'product_view', sku } as const) : {}
      const partition = partitionOf(subject, PARTITIONS)
      const records = byPartition.get(partition) ?? []
      byPartition.set(partition, records)
      records.push({ data: encodeUserEvent(plainEvent({ at, subject, ...viewing })), receivedAt: at, moved: false })
    }
    await appendChunks(pool, byPartition)
  }
}

/** Megabytes. */
function proportional(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readProc(pid, 'smaps_rollup') ?? '')?.[1]
  if (kilobytes === undefined) throw new Error(`Linux does not tell the memory of process ${String(pid)}`)
  return Number(kilobytes) / 1_024
}
