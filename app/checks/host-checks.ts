/** Looks at the machine before anything is started: each check says what it saw and, where needed, the fix. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { advice, failed, fine, type Check } from './check.ts'
import { clusterChecks } from './cluster-checks.ts'
import { directoryChecks, PASSWORD_FILE } from './directory-checks.ts'
import { examineDatabase } from './database-checks.ts'
import { checkCurrency } from './currency-check.ts'
import { checkHolds } from './hold-check.ts'
import { checkLetters } from './letter-check.ts'
import { checkProjections } from './projection-check.ts'
import { checkReactors } from './reactor-check.ts'
import type { Config } from '../config/config.ts'
import { hidePassword } from '../config/describe-config.ts'
import { lookUp } from '../postgres/account.ts'
import type { Account } from '../postgres/account.ts'
import { foreignCluster } from '../postgres/cluster.ts'
import { missingPassword } from '../postgres/password-file.ts'
import { findBinaries, missingSymlinks } from '../postgres/binaries.ts'
import type { Binaries } from '../postgres/binaries.ts'
import { canSetParentDeathSignal } from '../postgres/run-as.ts'
import { firstUnreachable } from '../postgres/unreachable.ts'
import { NO_SECRET, SECRET_FIX } from '../pseudonyms.ts'
import { trustedRunFile } from '../start/run-file.ts'
import { migrationFailure } from '../start/migrate-database.ts'
import { sessionCounts } from '../session-counts.ts'
import { namesOfReactors } from '../../reactors/list.ts'
import { openPool, PROBE_SESSION, READER_SETTINGS, type Pool } from '../../store/postgres/database.ts'
import { migrationStatus } from '../../store/postgres/migrate.ts'
import { StartFailure, systemCode } from '../start-failure.ts'

const nodeFloor = [20, 20, 2]
const leastFreeBytes = 200_000_000

/** Every check that applies to this configuration, in the order in which a start would stumble over them. */
export async function hostChecks(config: Config): Promise<readonly Check[]> {
  const embedded = config.databaseUrl === null
  return [
    checkNode(process.versions.node),
    checkDataDirectory(config.dataDir),
    ...directoryChecks(config.dataDir),
    checkDiskSpace(config.dataDir),
    ...(embedded ? embeddedChecks(config.dataDir) : []),
    ...(await databaseChecks(config)),
    ...(await clusterChecks(config)),
    checkPseudonyms(config),
    await checkPort(config),
  ]
}

/** Without a secret that all processes share nothing is refused, and nothing is known of cards and devices. */
export function checkPseudonyms({ pseudonymSecret: secret, databaseUrl }: Config): Check {
  if (secret === null && databaseUrl !== null) return advice('pseudonyms', NO_SECRET, SECRET_FIX)
  return fine('pseudonyms', secret === null ? 'with the secret in DATA_DIR' : 'with PSEUDONYM_SECRET')
}

export function checkNode(version: string): Check {
  const numbers = version.split('.').map(Number)
  const at = nodeFloor.findIndex((number, index) => numbers[index] !== number)
  const older = at >= 0 && (numbers[at] ?? 0) < (nodeFloor[at] ?? 0)
  if (older) return failed('node', version, `install Node ${nodeFloor.join('.')} or newer (22 or 24 recommended)`)
  return fine('node', version)
}

export function checkDataDirectory(dataDir: string): Check {
  const nearest = nearestExisting(dataDir)
  try {
    accessSync(nearest, constants.R_OK | constants.W_OK | constants.X_OK)
    return fine('data directory', nearest === dataDir ? dataDir : `${dataDir} (will be created)`)
  } catch (error) {
    const saw = error instanceof Error ? error.message : String(error)
    return failed('data directory', saw, `chown or chmod ${nearest}, or set DATA_DIR to a writable directory`)
  }
}

export function checkDiskSpace(dataDir: string): Check {
  const { bavail, bsize } = statfsSync(nearestExisting(dataDir))
  const free = bavail * bsize
  const saw = `${(free / 1e9).toFixed(1)} GB free`
  if (free >= leastFreeBytes) return fine('disk', saw)
  return failed('disk', saw, `free at least 0.2 GB on the disk of ${dataDir}, or set DATA_DIR to another disk`)
}

/** Whether what a start finds in the data directory is a database that it can go on with. */
function checkCluster(dataDir: string): Check {
  const name = 'embedded database'
  const directory = join(dataDir, 'postgres')
  const password = join(dataDir, PASSWORD_FILE)
  try {
    const lost = existsSync(directory) && !existsSync(password)
    const failure = foreignCluster(directory) ?? (lost ? missingPassword(password, directory) : null)
    if (failure !== null) return failed(name, failure.what, failure.next)
    return fine(name, existsSync(directory) ? directory : `${directory} (will be created)`)
  } catch (error) {
    if (error instanceof StartFailure) return failed(name, error.what, error.next)
    throw error
  }
}

/** Whether the embedded Postgres can be run from here. */
function embeddedChecks(dataDir: string): readonly Check[] {
  const binaries = findBinaries()
  if (binaries === null) {
    return [failed('embedded postgres', 'not installed', 'npm ci --include=optional, or set DATABASE_URL')]
  }
  const root = process.getuid?.() === 0
  const account = root ? lookUp() : null
  return [
    checkCluster(dataDir),
    checkSymlinks(binaries),
    ...(root ? [checkAccount(account), ...(account === null ? [] : [checkReach(account, binaries, dataDir)])] : []),
    ...(process.platform === 'linux' ? [checkParentDeathSignal()] : []),
  ]
}

function checkSymlinks(binaries: Binaries): Check {
  const missing = missingSymlinks(binaries.folder).length
  if (missing === 0) return fine('embedded postgres', binaries.postgres)
  const saw = `${String(missing)} symbolic links are missing (install scripts were blocked)`
  return advice('embedded postgres', saw, 'nothing to do: the next start creates them')
}

function checkAccount(account: Account | null): Check {
  if (account !== null) return fine('user', `root; Postgres runs as ${account.name} (uid ${String(account.uid)})`)
  return advice('user', 'root, and no user postgres exists', 'nothing to do: the next start adds it with useradd')
}

function checkReach(account: Account, binaries: Binaries, dataDir: string): Check {
  const umask = `umask 0${process.umask().toString(8).padStart(3, '0')}`
  for (const path of [binaries.postgres, nearestExisting(dataDir)]) {
    const closed = firstUnreachable(path, account)
    if (closed === null) continue
    const saw = `${account.name} cannot enter ${closed.path} (mode ${closed.mode}, ${umask})`
    const cure = path === binaries.postgres ? 'umask 022 && npm ci' : 'set DATA_DIR to a directory outside it'
    return failed('paths', saw, `chmod o+x ${closed.path}, or ${cure}`)
  }
  return fine('paths', `open to ${account.name} (${umask})`)
}

function checkParentDeathSignal(): Check {
  if (canSetParentDeathSignal()) return fine('setpriv', 'Postgres stops when the service is killed')
  return advice(
    'setpriv',
    'missing: after a kill -9 of the service its Postgres keeps running until the next start',
    'install util-linux 2.33 or newer',
  )
}

/** Asks the configured Postgres, or that of the service that runs here. */
async function databaseChecks(config: Config): Promise<readonly Check[]> {
  const url = config.databaseUrl ?? trustedRunFile(config.dataDir)?.databaseUrl ?? null
  if (url === null) return []
  try {
    const { version, checks } = await examineDatabase(url, {
      counts: sessionCounts(config),
      runsAlready: trustedRunFile(config.dataDir) !== null,
    })
    const answers = fine('database', `Postgres ${version} at ${hidePassword(url)} answers`)
    return [answers, ...checks, ...(await storedChecks(url, config))]
  } catch (error) {
    if (error instanceof StartFailure) return [failed('database', error.what, error.next)]
    throw error
  }
}

/** What is stored there already, if anything. */
async function storedChecks(url: string, config: Config): Promise<readonly Check[]> {
  const { currency, deadLetters, fraudHold } = config
  const pool = openPool(url, { name: PROBE_SESSION, max: 1, settings: READER_SETTINGS })
  try {
    const schema = await checkSchema(pool)
    if (schema.state === 'failed') return [schema]
    return [
      schema,
      ...(await checkCurrency(pool, currency)),
      ...(await checkProjections(pool)),
      ...(await checkReactors(pool, namesOfReactors(config))),
      ...(await checkHolds(pool, fraudHold)),
      ...(await checkLetters(pool, deadLetters)),
    ]
  } finally {
    await pool.end()
  }
}

/** Whether this release can bring it to its schema. */
async function checkSchema(pool: Pool): Promise<Check> {
  try {
    const missing = (await migrationStatus(pool)).filter(({ appliedAt }) => appliedAt === null)
    return fine(
      'schema',
      missing.length === 0 ? 'up to date' : `the start applies ${String(missing.length)} migrations`,
    )
  } catch (error) {
    const { what, next } = migrationFailure(error)
    return failed('schema', what, next)
  }
}

async function checkPort({ host, port, portExplicit, dataDir }: Config): Promise<Check> {
  const running = trustedRunFile(dataDir)
  const address = `${host}:${String(port)}`
  if (running !== null)
    return fine('port', `the service of this folder runs at ${running.url} (pid ${String(running.pid)})`)
  const error = await listenError(host, port)
  if (error === null) return fine('port', `${address} is free`)
  const saw = `${address}: ${messageOf(error)}`
  if (systemCode(error) === 'EADDRINUSE' && !portExplicit) {
    return advice('port', saw, 'nothing to do: the service takes the next free port')
  }
  return failed('port', saw, 'stop the process that listens there, or set another PORT (or HOST)')
}

function listenError(host: string, port: number): Promise<Error | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen(port, host, () => {
      server.close(() => {
        resolve(null)
      })
    })
  })
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path))
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
