/**
 * The database that a command works on: the one that DATABASE_URL names, else that of the service running in DATA_DIR,
 * else the embedded one, started for as long as the command takes.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { hidePassword } from '../../app/config/describe-config.ts'
import { namedDatabase, openDatabase } from '../../app/postgres/database.ts'
import { examineDatabase, probeDatabase, requireChecks } from '../../app/checks/database-checks.ts'
import { openLog } from '../../app/log.ts'
import { claimDataDirectory, readRunFile, type RunFile } from '../../app/start/run-file.ts'
import { StartFailure, systemCode } from '../../app/start-failure.ts'
import { sqlState, verdictOf } from '../../store/postgres/sqlstate.ts'
import type { CommandContext } from '../command-context.ts'

export interface FoundDatabase {
  readonly url: string
  /** For people: what it is and where, without its password. */
  readonly description: string
  /** The service that runs in DATA_DIR, no matter which database it uses; null when none does. */
  readonly running: RunFile | null
}

export interface DatabaseOptions {
  /** For those who are turned away meanwhile: `verify`, `db dump` ... */
  readonly command: string
  /** Make the embedded database when it is missing; else that is a failure. */
  readonly create: boolean
}

/** Throws a StartFailure (exit code 3) when the database cannot be reached, or is lost while the work is done. */
export async function withDatabase<Result>(
  context: CommandContext,
  options: DatabaseOptions,
  work: (database: FoundDatabase) => Promise<Result>,
): Promise<Result> {
  const config = context.config()
  const running = readRunFile(config.dataDir)
  const url = config.databaseUrl ?? running?.databaseUrl ?? null
  if (url !== null) {
    const description = namedDatabase(url, await (options.create ? suitable(url) : probeDatabase(url)))
    return lossTold(url, () => work({ url, running, description }))
  }
  if (!options.create) requireEmbedded(config.dataDir)
  const claim = claimDataDirectory(config.dataDir, options.command)
  const { log, flush } = openLog({ level: 'warn', fd: 2 })
  try {
    const database = await openDatabase(config, { claim, log })
    try {
      const description = database.describe(await probeDatabase(database.url))
      return await lossTold(database.url, () => work({ url: database.url, running: null, description }))
    } finally {
      await database.stop()
    }
  } finally {
    claim.release()
    flush()
  }
}

/** The version of a server that a start would take too. */
async function suitable(url: string): Promise<string> {
  const { version, checks } = await examineDatabase(url)
  requireChecks(url, checks)
  return version
}

function requireEmbedded(dataDir: string): void {
  const directory = join(dataDir, 'postgres')
  if (existsSync(directory)) return
  throw new StartFailure({
    code: 'no-database',
    exitCode: 3,
    what: `${dataDir} contains no database, and DATABASE_URL is not set`,
    tried: `to find ${directory}`,
    next: 'npm start creates one; or set DATA_DIR or DATABASE_URL to an existing one',
  })
}

async function lossTold<Result>(url: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw isLoss(error) ? lost(url, error) : error
  }
}

const CONNECTION_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH'])

/** The driver tells a connection that ended by these words alone. */
const CONNECTION_WORDS = /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/

function isLoss(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof StartFailure) return false
  if (sqlState(error) !== null) return verdictOf(error, 'reading') === 'nothing-written'
  return CONNECTION_CODES.has(systemCode(error)) || CONNECTION_WORDS.test(error.message)
}

function lost(url: string, cause: unknown): StartFailure {
  const what = cause instanceof Error ? cause.message : String(cause)
  return new StartFailure(
    {
      code: 'database-lost',
      exitCode: 3,
      what: `Postgres: ${what}`,
      tried: `to work with ${hidePassword(url)}`,
      next: 'run the same command again once orderledger doctor reports no fault of the database',
    },
    { cause },
  )
}
