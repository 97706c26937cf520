/** Whether the server has the sessions that a process may come to hold: one too few is an order that is not answered. */
import pg from 'pg'
import type { SessionCount } from '../session-counts.ts'
import { advice, failed, fine, type Check } from './check.ts'

interface Limits {
  readonly most: number
  readonly reserved: number
  readonly role: string
  readonly role_most: number
  readonly database: string
  readonly database_most: number
  /** Held by others. */
  readonly others: number
}

const NAME = 'sessions'

export interface NeededSessions {
  /** Of one process. */
  readonly counts: readonly SessionCount[]
  /** Then what processes of this service hold is not held by others. */
  readonly runsAlready: boolean
}

export async function checkSessions(client: pg.Client, { counts, runsAlready }: NeededSessions): Promise<Check> {
  const { rows } = await client.query<Limits>(
    `select current_setting('max_connections')::int as most,
      current_setting('superuser_reserved_connections')::int
        + coalesce(current_setting('reserved_connections', true)::int, 0) as reserved,
      r.rolname as role, d.datname as database,
      case when r.rolsuper then -1 else r.rolconnlimit end as role_most,
      case when r.rolsuper then -1 else d.datconnlimit end as database_most,
      (select count(*)::int from pg_stat_activity
        where usesysid is not null and datid is not null and pid <> pg_backend_pid()
          and not ($1 and application_name like 'orderledger %')) as others
    from pg_roles r, pg_database d where r.rolname = current_user and d.datname = current_database()`,
    [runsAlready],
  )
  const [limits] = rows
  if (limits === undefined) throw new Error('pg_roles does not have the current user')
  return sessionsCheck(counts, limits)
}

export function sessionsCheck(needed: readonly SessionCount[], limits: Limits): Check {
  const { most, reserved, others } = limits
  const all = needed.reduce((sum, { sessions }) => sum + sessions, 0)
  const parts = needed.map(({ name, sessions }) => `${name} ${String(sessions)}`).join(', ')
  const uses = `this process uses up to ${String(all)} sessions (${parts})`
  for (const { limit, saw, fix } of boundsOf(limits, all))
    if (all > limit) return failed(NAME, `${uses}, and ${saw}`, fix)
  const free = most - reserved - others
  if (all <= free) return fine(NAME, `up to ${String(all)} of ${String(free)}`)
  return advice(
    NAME,
    `${uses}, and the server has ${String(free)} left: others hold ${String(others)} of max_connections=${String(most)}`,
    `ALTER SYSTEM SET max_connections = ${String(all + others + reserved)}, then restart Postgres; or stop other clients`,
  )
}

function boundsOf({ most, reserved, role, role_most, database, database_most }: Limits, all: number) {
  const [who, where] = [pg.escapeIdentifier(role), pg.escapeIdentifier(database)]
  const unlimited = (limit: number) => (limit < 0 ? Infinity : limit)
  return [
    {
      limit: most - reserved,
      saw: `the server gives ${String(most - reserved)}: max_connections=${String(most)}, of which ${String(reserved)} are reserved`,
      fix: `ALTER SYSTEM SET max_connections = ${String(all + reserved)}, then restart Postgres; or give each process fewer ROLES`,
    },
    {
      limit: unlimited(role_most),
      saw: `the role ${role} may have ${String(role_most)}`,
      fix: `ALTER ROLE ${who} CONNECTION LIMIT ${String(all)}; or give each process fewer ROLES`,
    },
    {
      limit: unlimited(database_most),
      saw: `the database ${database} takes ${String(database_most)}`,
      fix: `ALTER DATABASE ${where} CONNECTION LIMIT ${String(all)}; or give each process fewer ROLES`,
    },
  ]
}
