/** What was learnt from sessions that are over, in memory: read again when it is asked for and old. */
import type { Pool } from '../../store/postgres/database.ts'
import { Refreshed } from '../refreshed.ts'
import { learn, LEARNT_AGE } from './learnt-cache.ts'
import type { Learnt } from './neighbours.ts'

export interface ViewedShown {
  /** `bought`: by product, the sessions that have it among their first products. */
  readonly learnt: Learnt
  /** Time of the newest event, milliseconds; null: there was none. */
  readonly asOf: number | null
}

export type ViewedCache = Refreshed<ViewedShown>

/** Its value rejects with an error of the database, where it has to be waited for. */
export function viewedCache(pool: Pool, monotonic: () => number): ViewedCache {
  return new Refreshed({
    ...{ monotonic, ...LEARNT_AGE },
    async read() {
      const [{ rows: products }, { rows: ends }] = await Promise.all([
        pool.query<{ sku: string; sessions: string; pairs: string | null }>(viewedTogether),
        pool.query<{ newest: Date | null }>('select max(newest) as newest from behaviour.partitions'),
      ])
      const counted = products.map(({ sku, sessions, pairs }) => ({ sku, baskets: Number(sessions), pairs }))
      return { learnt: await learn(counted, monotonic), asOf: ends[0]?.newest?.getTime() ?? null }
    },
  })
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
