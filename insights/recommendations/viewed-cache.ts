/**
 * What was learnt from sessions that are over, in memory: read again when it is asked for and old. What was bought together
 * does not depend on it: callers wait for a moment at most, and while it cannot be read get what was known last.
 */
import type { WorkerLog } from '../../store/log/under-lease.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { Refreshed, within } from '../refreshed.ts'
import { learn, LEARNT_AGE } from './learnt-cache.ts'
import type { Learnt } from './neighbours.ts'

export interface ViewedShown {
  /** `bought`: by product, the sessions that have it among their first products. */
  readonly learnt: Learnt
  /** Time of the newest event, milliseconds; null: there was none. */
  readonly asOf: number | null
}

export interface ViewedCache {
  /** Never rejects. */
  value(): Promise<ViewedShown>
}

export interface ViewedCacheParts {
  readonly pool: Pool
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
  readonly log: Pick<WorkerLog, 'warn'>
}

const NOTHING: ViewedShown = { learnt: { bought: new Map(), neighbours: new Map(), popular: [] }, asOf: null }
/** For the first reading. */
const WAIT_MS = 1_000

export function viewedCache({ pool, monotonic, log }: ViewedCacheParts): ViewedCache {
  const shown = new Refreshed<ViewedShown>({
    ...{ monotonic, freshMs: LEARNT_AGE.freshMs },
    async read(before) {
      try {
        return await readViewed(pool, monotonic)
      } catch (error) {
        log.warn({ err: error }, 'could not read what is viewed together; recommendations use what was read last')
        return before ?? NOTHING
      }
    },
  })
  return { value: () => within(WAIT_MS, shown.value(), NOTHING) }
}

async function readViewed(pool: Pool, monotonic: () => number): Promise<ViewedShown> {
  const [{ rows: products }, { rows: ends }] = await Promise.all([
    pool.query<{ sku: string; sessions: string; pairs: string | null }>(viewedTogether),
    pool.query<{ newest: Date | null }>('select max(newest) as newest from behaviour.partitions'),
  ])
  const counted = products.map(({ sku, sessions, pairs }) => ({ sku, baskets: Number(sessions), pairs }))
  return { learnt: await learn(counted, monotonic), asOf: ends[0]?.newest?.getTime() ?? null }
}

/** A pair of a product with itself counts its sessions. The pairs of a product come as one text, as those of orders do. */
const viewedTogether = `
  select single.sku, single.sessions, pair.pairs
  from (select sku, sum(sessions) as sessions from behaviour.pairs where sku = other group by sku) single
  left join (
    select sku, string_agg(other || ' ' || sessions, E'\n' order by other) as pairs
    from (
      select sku, other, sum(sessions) as sessions from behaviour.pairs
      where sku <> other group by sku, other having sum(sessions) > 1
    ) twice
    group by sku
  ) pair on pair.sku = single.sku`
