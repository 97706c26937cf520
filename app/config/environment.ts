/** The only place that reads `process.env`. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Env } from './config.ts'
import { StartFailure } from '../start-failure.ts'

// Read by the driver when it is loaded, which is later than this file: with it, sessions would not be those that we know.
delete process.env['NODE_PG_FORCE_NATIVE']

export interface Environment {
  readonly env: Env
  /** The names that came from the `.env` file. */
  readonly dotEnv: ReadonlySet<string>
  /** True when DEBUG is set: failures are shown with their stack. */
  readonly debug: boolean
}

/** The environment, completed from `.env` in the working directory when there is one; the real environment wins. */
export function loadEnvironment(directory: string = process.cwd()): Environment {
  const before = new Set(Object.keys(process.env))
  const path = resolve(directory, '.env')
  if (existsSync(path)) loadFile(path)
  keepFromDriver()
  const dotEnv = new Set(Object.keys(process.env).filter((name) => !before.has(name)))
  return { env: { ...process.env }, dotEnv, debug: (process.env['DEBUG'] ?? '') !== '' }
}

/** What the driver may take from the shell to complete a DATABASE_URL; how sessions speak is ours alone. */
const COMPLETING = ['PGHOST', 'PGPORT', 'PGUSER', 'PGPASSWORD', 'PGPASSFILE', 'PGSSLMODE', 'PGSSLNEGOTIATION']

/** The embedded database depends on no variable of the driver. */
function keepFromDriver(): void {
  const named = ['DATABASE_URL', 'DATABASE_URL_FILE'].some((name) => (process.env[name] ?? '') !== '')
  for (const name of Object.keys(process.env)) {
    if (/^PG[A-Z]/.test(name) && !(named && COMPLETING.includes(name))) delete process.env[name]
  }
}

/** Those that are set, by name. */
export function driverVariables(): readonly string[] {
  return COMPLETING.filter((name) => (process.env[name] ?? '') !== '')
}

function loadFile(path: string): void {
  try {
    process.loadEnvFile(path)
  } catch (error) {
    throw new StartFailure(
      {
        code: 'unreadable-env-file',
        exitCode: 2,
        what: error instanceof Error ? error.message : String(error),
        tried: `to read ${path}`,
        next: `make ${path} readable for this user, or remove it`,
      },
      { cause: error },
    )
  }
}
