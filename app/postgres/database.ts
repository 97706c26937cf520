/** The database of this process: the one that DATABASE_URL names, or the embedded one, started and stopped with us. */
import pg from 'pg'
import { clientConfig, PROBE_SESSION } from '../../store/postgres/database.ts'
import type { Config } from '../config/config.ts'
import { hidePassword } from '../config/describe-config.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import type { Log } from '../log.ts'
import type { Claim } from '../start/run-file.ts'
import { StartFailure } from '../start-failure.ts'

export interface Database {
  readonly url: string
  /** For people: what it is and where, without its password. */
  readonly description: string
  /** Settings that make an answered order less than durable, as `name=value`; none on a server as it should be. */
  readonly unsafeSettings: readonly string[]
  stop(): Promise<void>
}

/** Resolves once the database answers. Throws a StartFailure that says what to do. */
export async function openDatabase(
  config: Config,
  parts: { readonly claim: Claim; readonly log: Log },
): Promise<Database> {
  if (config.databaseUrl !== null) {
    const { version, unsafeSettings } = await probeDatabase(config.databaseUrl)
    const description = `Postgres ${version} at ${hidePassword(config.databaseUrl)}`
    return { url: config.databaseUrl, description, unsafeSettings, stop: () => Promise.resolve() }
  }
  const embedded = await startEmbeddedPostgres(parts)
  const { version, unsafeSettings } = await probeDatabase(embedded.url)
  const description = `embedded Postgres ${version}, port ${String(embedded.port)}`
  return { url: embedded.url, description, unsafeSettings, stop: () => embedded.stop() }
}

interface ProbedDatabase {
  readonly version: string
  readonly unsafeSettings: readonly string[]
}

/** Connects once. Throws a StartFailure that says what to do. */
export async function probeDatabase(url: string): Promise<ProbedDatabase> {
  const client = new pg.Client(clientConfig(url, { name: PROBE_SESSION }))
  client.on('error', () => undefined) // the query under way rejects as well
  try {
    await client.connect()
    const { rows } = await client.query<{ name: string; setting: string }>(
      `select name, setting from pg_settings
      where name in ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes')`,
    )
    const settings = new Map(rows.map(({ name, setting }) => [name, setting]))
    const version = settings.get('server_version')?.split(' ')[0] ?? '?'
    settings.delete('server_version')
    const unsafe = [...settings].filter(([, setting]) => setting === 'off')
    return { version, unsafeSettings: unsafe.map(([name, setting]) => `${name}=${setting}`) }
  } catch (error) {
    throw new StartFailure(
      {
        code: 'database-unreachable',
        exitCode: 3,
        what: `Postgres: ${describe(error)}`,
        tried: `to connect to ${hidePassword(url)}`,
        next: 'correct DATABASE_URL, start that server, or unset DATABASE_URL to use the embedded one',
      },
      { cause: error },
    )
  } finally {
    void client.end().catch(() => undefined)
  }
}

// A refused connection to `localhost`, tried over both IP versions, is an AggregateError without a message.
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describe).join('; ')
  return error instanceof Error ? error.message : String(error)
}
