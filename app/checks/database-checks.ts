/** What a start relies on of the database, in one list: `start` refuses what `doctor` finds failed, with the same words. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { clientConfig, PROBE_SESSION, SESSION_SETTINGS } from '../../store/postgres/database.ts'
import { sqlState } from '../../store/postgres/sqlstate.ts'
import { hidePassword } from '../config/describe-config.ts'
import { connectionFault, DIRECT_ADDRESS } from '../postgres/connection-failure.ts'
import { StartFailure } from '../start-failure.ts'
import { advice, failed, fine, type Check } from './check.ts'
import { checkSessions, type NeededSessions } from './session-check.ts'

export interface ExaminedDatabase {
  readonly version: string
  readonly checks: readonly Check[]
}

/** A notice on a healthy connection takes one way over the network. */
const NOTICE_MS = 2_000

/** `needed`: sessions that a process is about to hold; null: few. Throws a StartFailure (exit code 3) when the database does not answer. */
export function examineDatabase(url: string, needed: NeededSessions | null = null): Promise<ExaminedDatabase> {
  return probing(url, async (client) => {
    const server = await look(client)
    const checks = [
      checkEncoding(server),
      checkWritable(server),
      checkRights(server),
      checkSettings(server),
      await checkDirect(url),
      checkDurability(server),
      ...(needed === null ? [] : [await checkSessions(client, needed)]),
    ]
    return { version: server.version, checks }
  })
}

/** Whether it answers: the version of the server. Throws as `examineDatabase`. */
export function probeDatabase(url: string): Promise<string> {
  return probing(url, async (client) => {
    const { rows } = await client.query<{ version: string }>(`select ${VERSION} as version`)
    return rows[0]?.version ?? '?'
  })
}

const VERSION = "split_part(current_setting('server_version'), ' ', 1)"

async function probing<Found>(url: string, work: (client: pg.Client) => Promise<Found>): Promise<Found> {
  let client: pg.Client | null = null
  try {
    client = new pg.Client(clientConfig(url, { name: PROBE_SESSION }))
    client.on('error', () => undefined) // the query under way rejects as well
    await client.connect()
    return await work(client)
  } catch (error) {
    throw unreachable(url, error)
  } finally {
    void client?.end().catch(() => undefined)
  }
}

/** Throws a StartFailure in the words of the first check that failed. */
export function requireChecks(url: string, checks: readonly Check[]): void {
  const [first] = checks.filter(({ state }) => state === 'failed')
  if (first === undefined) return
  throw new StartFailure({
    code: 'unsuitable-database',
    exitCode: 1,
    what: `${first.name}: ${first.saw}`,
    tried: `to use ${hidePassword(url)}`,
    next: first.fix ?? 'orderledger doctor',
  })
}

function unreachable(url: string, error: unknown): StartFailure {
  const { what, next } = connectionFault(error)
  return new StartFailure(
    { code: 'database-unreachable', exitCode: 3, what, tried: `to connect to ${hidePassword(url)}`, next },
    { cause: error },
  )
}

interface Server {
  readonly version: string
  readonly database: string
  readonly encoding: string
  readonly standby: boolean
  readonly read_only: string
  readonly read_only_source: string
  readonly migrated: boolean
  readonly creates_schemas: boolean
  readonly creates_tables: boolean
  readonly role: string
  readonly fsync: string
  readonly full_page_writes: string
  /** Settings of the session that are not what we asked for. */
  readonly lost: readonly string[]
}

async function look(client: pg.Client): Promise<Server> {
  const { rows } = await client.query<Server>(
    `select ${VERSION} as version, current_database() as database,
      current_setting('server_encoding') as encoding, pg_is_in_recovery() as standby,
      to_regclass('log.events') is not null as migrated, current_user as role,
      has_database_privilege(current_database(), 'CREATE') as creates_schemas,
      coalesce(has_schema_privilege(to_regnamespace('public'), 'CREATE'), false) as creates_tables,
      s.setting as read_only, s.source as read_only_source,
      current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
      array(select name || '=' || current_setting(name) from unnest($1::text[], $2::text[]) as asked (name, value)
        where current_setting(name) <> value) as lost
    from pg_settings s where s.name = 'default_transaction_read_only'`,
    [Object.keys(SESSION_SETTINGS), Object.values(SESSION_SETTINGS)],
  )
  const [server] = rows
  if (server === undefined) throw new Error('pg_settings is empty')
  return server
}

function checkEncoding({ encoding, database }: Server): Check {
  const name = 'encoding'
  if (encoding === 'UTF8') return fine(name, encoding)
  const create = `CREATE DATABASE ${pg.escapeIdentifier(`${database}_utf8`)} ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0`
  return failed(
    name,
    `the database has the encoding ${encoding}, which cannot hold every name`,
    `${create}, and name it in DATABASE_URL`,
  )
}

/** Where it is switched on is where it has to be switched off: it is theirs, and never overridden. */
function checkWritable({ standby, read_only: readOnly, read_only_source: source, database }: Server): Check {
  const name = 'writable'
  if (standby) return failed(name, 'the server is a standby', 'name its primary in DATABASE_URL')
  if (readOnly === 'off') return fine(name, 'default_transaction_read_only is off')
  const where: Readonly<Record<string, string>> = {
    database: `ALTER DATABASE ${pg.escapeIdentifier(database)} RESET default_transaction_read_only`,
    user: 'ALTER ROLE ... RESET default_transaction_read_only',
    client: 'remove it from the options in DATABASE_URL',
  }
  const fix = where[source] ?? 'ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf()'
  return failed(
    name,
    `default_transaction_read_only is on (set by: ${source})`,
    `see whether the disk of the server is full, then ${fix}`,
  )
}

/** What the first migration needs; the later ones work on what the role then owns. */
function checkRights({ migrated, creates_schemas, creates_tables, role, database }: Server): Check {
  const name = 'rights'
  const [who, where] = [pg.escapeIdentifier(role), pg.escapeIdentifier(database)]
  const lacking = [
    ...(creates_schemas ? [] : [`GRANT CREATE ON DATABASE ${where} TO ${who}`]),
    ...(creates_tables ? [] : [`CREATE SCHEMA IF NOT EXISTS public; GRANT CREATE ON SCHEMA public TO ${who}`]),
  ]
  if (migrated || lacking.length === 0) return fine(name, `${role} may do what a start does`)
  return failed(name, `the role ${role} may not create the tables of the service`, lacking.join('; '))
}

function checkSettings({ lost }: Server): Check {
  const name = 'session settings'
  if (lost.length === 0) return fine(name, 'as asked for')
  const saw = `a session does not get what it asks for: ${lost.join(', ')}; a pooler leaves it out`
  return failed(name, saw, DIRECT_ADDRESS)
}

/** Without these a crash of the server's machine takes acknowledged orders with it; our sessions see to synchronous_commit. */
function checkDurability({ fsync, full_page_writes }: Server): Check {
  const name = 'durability'
  const settings = Object.entries({ fsync, full_page_writes })
  const saw = settings.map(([setting, value]) => `${setting}=${value}`).join(', ')
  const off = settings.filter(([, value]) => value === 'off').map(([setting]) => `ALTER SYSTEM SET ${setting} = on`)
  if (off.length === 0) return fine(name, saw)
  return advice(
    name,
    `${saw}: this server may lose answered orders in a power cut`,
    `${off.join('; ')}; SELECT pg_reload_conf()`,
  )
}

/**
 * Whether a session is one session of the server: prepared statements, LISTEN and what was set last only there. A second
 * session takes, where a pooler lends them out by transaction, the very one that the first has just given back.
 */
async function checkDirect(url: string): Promise<Check> {
  const name = 'direct sessions'
  const [one, other] = [0, 1].map(() => new pg.Client(clientConfig(url, { name: PROBE_SESSION }))) as [
    pg.Client,
    pg.Client,
  ]
  for (const client of [one, other]) client.on('error', () => undefined)
  try {
    await one.connect()
    await other.connect()
    const channel = `probe_${randomUUID()}`
    const notice = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), NOTICE_MS)
      one.on('notification', () => {
        clearTimeout(timer)
        resolve(true)
      })
    })
    await one.query(`listen ${pg.escapeIdentifier(channel)}`)
    const first = await servedBy(one)
    await other.query('begin')
    const second = servedBy(one)
    // Not awaited before the commit: a pooler may have one session for both. It may fail meanwhile.
    second.catch(() => undefined)
    await other.query('select pg_notify($1, $2)', [channel, ''])
    await other.query('commit')
    const kept = (await second) === first
    if (kept && (await notice)) return fine(name, 'one for each connection')
    return failed(
      name,
      `a pooler in transaction mode is in between: ${kept ? 'a notice is lost' : 'the session changes'}`,
      DIRECT_ADDRESS,
    )
  } catch (error) {
    if (!LENT.has(sqlState(error) ?? '')) throw error
    const words = error instanceof Error ? error.message : String(error)
    return failed(name, `a pooler in transaction mode is in between: ${words}`, DIRECT_ADDRESS)
  } finally {
    await Promise.allSettled([one.end(), other.end()])
  }
}

/** A named statement that is not there, or is there already: another session's. */
const LENT = new Set(['26000', '42P05'])

async function servedBy(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>({
    name: 'probe-session',
    text: 'select pg_backend_pid() as pid',
  })
  return rows[0]?.pid
}
