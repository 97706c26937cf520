/** A whole service in this process, on a database of its own, for tests that kill nothing. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { requireConfig } from '../../app/config/config.ts'
import { createLog } from '../../app/log.ts'
import { compose } from '../../app/start/compose.ts'
import { packageRoot } from '../../cli/package-root.ts'
import { packageVersion } from '../../cli/package-version.ts'
import { testDatabase } from './database.ts'
import { demoOf, makeDataDir, PSEUDONYMS } from './service.ts'

export interface ServiceHere {
  readonly url: string
  readonly dataDir: string
  readonly databaseUrl: string
  stop(): Promise<void>
}

export interface ServiceHereOptions {
  /** Default: one that is removed at the end. */
  readonly dataDir?: string
  /** Without DATABASE_URL it has a database that is dropped at the end. */
  readonly env?: Readonly<Record<string, string>>
  /** Resolve as soon as it is ready, while the lives of the demo's orders are played. */
  readonly early?: boolean
}

/** `orderledger start` without a process, effects, a port of its choice and demo orders. */
export async function serviceHere({ dataDir, env = {}, early = false }: ServiceHereOptions = {}): Promise<ServiceHere> {
  const database = env['DATABASE_URL'] === undefined ? await testDatabase() : null
  const data = dataDir === undefined ? makeDataDir() : { path: dataDir, remove: () => undefined }
  const own = database === null ? {} : { DATABASE_URL: database.url }
  const config = requireConfig({
    DATA_DIR: data.path,
    PORT: '0',
    ...demoOf(env),
    EFFECTS: 'off',
    ...PSEUDONYMS,
    ...own,
    ...env,
  })
  const built = join(packageRoot, 'dist/dashboard')
  const service = await compose({
    config,
    log: createLog('fatal', { write: (line) => void process.stderr.write(line) }),
    version: packageVersion(),
    dashboard: existsSync(built) ? built : null,
  })
  if (!early) await service.demoPlayed
  return {
    url: service.url,
    dataDir: data.path,
    databaseUrl: service.databaseUrl,
    async stop() {
      await service.stop()
      data.remove()
      await database?.drop()
    },
  }
}
