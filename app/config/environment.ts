/** The only place that reads `process.env`. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { Env } from './config.ts'
import { misspelledVariables } from './misspelled.ts'
import { readText } from './read-text.ts'
import { knownNames } from './variables.ts'
import { StartFailure } from '../start-failure.ts'

// Read by the driver when it is loaded, which is later than this file: with it, sessions would not be those that we know.
delete process.env['NODE_PG_FORCE_NATIVE']

export interface Environment {
  readonly env: Env
  /** The names that came from the `.env` file. */
  readonly dotEnv: ReadonlySet<string>
  /** The names in the `.env` file that are not ours, and had no effect. */
  readonly leftOut: readonly string[]
  /** True when DEBUG is set: failures are shown with their stack. */
  readonly debug: boolean
}

/**
 * The environment, completed from `.env` in the working directory when there is one; the real environment wins. The file
 * sets our variables and nothing else: it may have come with whatever else is in the directory, and a PATH or
 * NODE_OPTIONS would decide what is run. What looks like one of ours is kept, so that it is found to be misspelled.
 */
export function loadEnvironment(directory: string = process.cwd()): Environment {
  const path = resolve(directory, '.env')
  const written = existsSync(path) ? Object.entries(readFile(path)) : []
  const fresh = written.filter(([name]) => isOurs(name) && !(name in process.env))
  Object.assign(process.env, Object.fromEntries(fresh))
  keepFromDriver()
  const leftOut = written.map(([name]) => name).filter((name) => !isOurs(name))
  const dotEnv = new Set(fresh.map(([name]) => name))
  return { env: { ...process.env }, dotEnv, leftOut, debug: (process.env['DEBUG'] ?? '') !== '' }
}

function isOurs(name: string): boolean {
  return knownNames.includes(name) || misspelledVariables([name], knownNames).length > 0
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

function readFile(path: string): Readonly<Record<string, string>> {
  try {
    return parseEnv(readText(path)) as Readonly<Record<string, string>>
  } catch (error) {
    throw new StartFailure(
      {
        code: 'unreadable-env-file',
        exitCode: 2,
        what: error instanceof Error ? error.message : String(error),
        tried: `to read ${path}`,
        next: `make ${path} readable for this user and save it as UTF-8, or remove it`,
      },
      { cause: error },
    )
  }
}
