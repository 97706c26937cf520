/**
 * Leases: at most one process works for a name at a time, by the database's clock. A lease is a row and not a session
 * lock, because a stopped process keeps its session but cannot renew. It decides who should work; what makes a late
 * worker harmless is the compare-and-set of its checkpoint.
 */
import type pg from 'pg'

/** A lease is renewed every 0.5 s and good for 1.5 s, so that a standby takes over within 2 s. */
export const LEASE_RENEW_MS = 500
const GOOD_FOR = "interval '1.5 seconds'"

/** Takes a free or expired lease, or renews our own. False: somebody else holds it. */
export async function holdLease(pool: pg.Pool, name: string, owner: string): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'hold-lease',
    text: `insert into log.leases as held (name, owner, expires_at)
      values ($1, $2, clock_timestamp() + ${GOOD_FOR})
      on conflict (name) do update set owner = excluded.owner, expires_at = excluded.expires_at
      where held.owner = excluded.owner or held.expires_at < clock_timestamp()`,
    values: [name, owner],
  })
  return rowCount === 1
}

/** Gives a lease up at once, so that a standby need not wait for it to expire. */
export async function releaseLease(pool: pg.Pool, name: string, owner: string): Promise<void> {
  await pool.query('delete from log.leases where name = $1 and owner = $2', [name, owner])
}
