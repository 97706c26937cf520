/** The database of this process: the one that DATABASE_URL names, or the embedded one, started and stopped with us. */
import pg from 'pg'
import { clientConfig, PROBE_SESSION } from '../../store/postgres/database.ts'
import type { Config } from '../config/config.ts'
import { hidePassword } from '../config/describe-config.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import type { Log } from '../log.ts'
import type { Claim } from '../start/run-file.ts'
import { unreachable } from '../checks/database-checks.ts'

export interface Database {
  readonly url: string
  /** For people: what it is and where, without its password. */
  readonly description: string
  stop(): Promise<void>
}

/** Resolves once the database answers. Throws a StartFailure that says what to do. */
export async function openDatabase(
  config: Config,
  parts: { readonly claim: Claim; readonly log: Log },
): Promise<Database> {
  if (config.databaseUrl !== null) {
    const version = await probeDatabase(config.databaseUrl)
    const description = `Postgres ${version} at ${hidePassword(config.databaseUrl)}`
    return { url: config.databaseUrl, description, stop: () => Promise.resolve() }
  }
  const embedded = await startEmbeddedPostgres(parts)
  const version = await probeDatabase(embedded.url)
  const description = `embedded Postgres ${version}, port ${String(embedded.port)}`
  return { url: embedded.url, description, stop: () => embedded.stop() }
}

/** Connects once, and resolves with the version of the server. Throws a StartFailure that says what to do. */
export async function probeDatabase(url: string): Promise<string> {
  let client: pg.Client | null = null
  try {
    client = new pg.Client(clientConfig(url, { name: PROBE_SESSION }))
    client.on('error', () => undefined) // the query under way rejects as well
    await client.connect()
    const { rows } = await client.query<{ version: string }>(
      "select split_part(current_setting('server_version'), ' ', 1) as version",
    )
    return rows[0]?.version ?? '?'
  } catch (error) {
    throw unreachable(url, error)
  } finally {
    void client?.end().catch(() => undefined)
  }
}
