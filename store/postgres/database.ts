/** Connections to Postgres, each with the session settings its work needs, whatever database, role, URL or shell say. */
import pg from 'pg'
import { sessionUrl } from './session-url.ts'

export interface SessionOptions {
  /** Shown in pg_stat_activity. */
  readonly name: string
  /** Postgres settings of the session, e.g. `{ synchronous_commit: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Milliseconds until a silent server is taken as lost; 0 = never, for statements that may be long. */
  readonly queryTimeout?: number
}

/** Name of a session that only looks whether the server answers: it may linger for a moment after it was closed. */
export const PROBE_SESSION = 'probe'

/**
 * What every session of ours relies on, as Postgres shows it: queries, parameters and answers mean the same whatever
 * `alter database ... set` and `alter role ... set` say. `default_transaction_read_only` is not among them: hosts switch
 * it on when a disk is full, and it is theirs to switch off.
 */
export const SESSION_SETTINGS = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  array_nulls: 'on',
  transform_null_equals: 'off',
  standard_conforming_strings: 'on',
  search_path: 'public',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
} as const

/**
 * Writer sessions: a stopped process cannot block the others for long; what it lost is an unknown outcome.
 * All they do is look up by index. Their plans live as long as the session, and one made while a table was small would
 * scan it for good: an append with 500 keys took 36 ms instead of 13 after 300,000 keys (2 cores, 2026-11).
 */
export const WRITER_SETTINGS = {
  lock_timeout: '2s',
  idle_in_transaction_session_timeout: '1s',
  statement_timeout: '5s',
  enable_seqscan: 'off',
} as const

/** Reads, of ours or for the API: none holds a snapshot longer than 5 s, which would slow the head row. */
export const READER_SETTINGS = {
  idle_in_transaction_session_timeout: '5s',
  statement_timeout: '5s',
} as const

/** Writes of the registry wait for each other, for as long as a client waits. */
export const REGISTRY_SETTINGS = {
  lock_timeout: '4s',
  idle_in_transaction_session_timeout: '5s',
  statement_timeout: '5s',
} as const

/**
 * Sessions that send the same few statements all day, each of which looks up by an index: their plans are made once. Left to
 * itself Postgres plans most of them each time, because it expects more rows of an array or a limit that it does not know;
 * for small batches that is a quarter of their work. Whatever would walk over a whole table is off, since a plan lives as
 * long as its session, and the table may have been small when it was made.
 */
export const LOOK_UP_SETTINGS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
} as const

/** A server that answers nothing for so long is taken as lost, whatever its own time-outs say. */
const QUERY_TIMEOUT_MS = 8_000
const CONNECT_TIMEOUT_MS = 3_000

export function clientConfig(url: string, options: SessionOptions): pg.ClientConfig {
  const { name, settings = {}, queryTimeout = QUERY_TIMEOUT_MS } = options
  const { connectionString, options: given } = sessionUrl(url)
  const ours = Object.entries({ ...SESSION_SETTINGS, ...settings }).map(
    ([setting, value]) => `-c ${setting}=${value.replaceAll(/[\\ ]/g, '\\$&')}`,
  )
  return {
    connectionString,
    application_name: `orderledger ${name}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: queryTimeout,
    keepAlive: true,
    options: [...given, ...ours].join(' '),
  }
}

/**
 * What the options of a connection cannot say: older servers do not know transaction_timeout, and synchronous_commit is
 * raised from what loses answered orders, but a stronger one than ours is kept.
 */
export async function prepareSession(client: pg.ClientBase, { settings = {} }: SessionOptions): Promise<void> {
  const mayLose = 'synchronous_commit' in settings
  await client.query(
    `select case when current_setting('transaction_timeout', true) <> '0' then set_config('transaction_timeout', '0', false) end
    ${mayLose ? '' : ", case when current_setting('synchronous_commit') in ('off', 'local') then set_config('synchronous_commit', 'on', false) end"}`,
  )
}

/**
 * A pool whose connections may die without harm: the query under way rejects, and the next one gets a new connection.
 * `onLost` hears of connections that died idle.
 */
export function openPool(
  url: string,
  options: SessionOptions & { readonly max: number; readonly onLost?: (error: Error) => void },
): pg.Pool {
  const pool = new pg.Pool({
    ...clientConfig(url, options),
    max: options.max,
    idleTimeoutMillis: 30_000,
    verify: (client, done) => void prepareSession(client, options).then(() => done(), done),
  })
  pool.on('error', (error) => options.onLost?.(error))
  // The pool listens to idle clients only: one that dies between two statements of a transaction would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** For folders that use a connection without depending on the driver. */
export type Pool = pg.Pool
export type PoolClient = pg.PoolClient
