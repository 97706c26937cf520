/** The database of this process: the one that DATABASE_URL names, or the embedded one, started and stopped with us. */
import type { Config } from '../config/config.ts'
import { hidePassword } from '../config/describe-config.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import type { Log } from '../log.ts'
import type { Claim } from '../start/run-file.ts'

export interface Database {
  readonly url: string
  /** For people: what it is and where, without its password. `version`: as the server names it. */
  describe(version: string): string
  stop(): Promise<void>
}

/** Starts the embedded one if none is named. Throws a StartFailure that says what to do. */
export async function openDatabase(
  config: Config,
  parts: { readonly claim: Claim; readonly log: Log },
): Promise<Database> {
  if (config.databaseUrl !== null) {
    const url = config.databaseUrl
    return { url, describe: (version) => namedDatabase(url, version), stop: () => Promise.resolve() }
  }
  const embedded = await startEmbeddedPostgres(parts)
  return {
    url: embedded.url,
    describe: (version) => `embedded Postgres ${version}, port ${String(embedded.port)}`,
    stop: () => embedded.stop(),
  }
}

export function namedDatabase(url: string, version: string): string {
  return `Postgres ${version} at ${hidePassword(url)}`
}
