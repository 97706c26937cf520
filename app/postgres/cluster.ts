/** Makes the files of a database cluster, whole or not at all. */
import { chownSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { StartFailure, systemCode, writeFailure } from '../start-failure.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { postgresFailure } from './postgres-failure.ts'
import { runAs } from './run-as.ts'

export interface Cluster {
  readonly directory: string
  readonly binaries: Binaries
  readonly account: Account | null
  readonly password: string
  /** Where Postgres writes its log. */
  readonly logFile: string
  /** False: nothing is synced to disk. For databases that are thrown away. */
  readonly durable: boolean
}

/** The superuser of every cluster made here. */
export const clusterUser = 'orderledger'

const majorVersion = '18'

/**
 * Makes the cluster unless it is there. initdb works under another name, which then becomes the directory's in one step:
 * a kill in its middle leaves a leftover that the next call removes, never a half database. The caller owns the parent
 * directory (no other process makes or runs a cluster there meanwhile).
 */
export async function ensureCluster(cluster: Cluster): Promise<void> {
  const { directory } = cluster
  removeLeftovers(directory)
  if (!isEmptyOrMissing(directory)) {
    const foreign = foreignCluster(directory)
    if (foreign !== null) throw foreign
    return
  }
  const fresh = `${directory}.new-${String(process.pid)}`
  const passwordFile = `${fresh}.password`
  try {
    mkdirSync(fresh, { mode: 0o700 })
    writeFileSync(passwordFile, `${cluster.password}\n`, { mode: 0o600 })
    own(fresh, cluster.account)
    own(passwordFile, cluster.account)
    await initdb(cluster, fresh, passwordFile)
    if (existsSync(directory)) rmdirSync(directory)
    renameSync(fresh, directory)
    if (cluster.durable) syncDirectory(dirname(directory))
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    throw error instanceof StartFailure ? error : writeFailure(error, `to create a database in ${directory}`, directory)
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

async function initdb(cluster: Cluster, directory: string, passwordFile: string): Promise<void> {
  const { binaries, account } = cluster
  const args = [
    ...['-D', directory, '--username', clusterUser, '--pwfile', passwordFile, '--auth=scram-sha-256'],
    // A commit that begins a new segment waits for it to be filled with zeros: 4 ms for 1 MB, 60 ms for the default 16 MB.
    '--wal-segsize=1',
    // The password is 96 random bits or more: nobody guesses it, and 4,096 rounds would cost each connection a millisecond.
    ...['--set', 'scram_iterations=1'],
    // Said outright, or an unset LANG gives SQL_ASCII. macOS knows no C.UTF-8.
    ...['--encoding=UTF8', process.platform === 'darwin' ? '--locale=C' : '--locale=C.UTF-8', '--lc-messages=C'],
    ...(cluster.durable ? [] : ['--no-sync']),
  ]
  const child = runAs({
    path: binaries.initdb,
    args,
    account,
    stdio: ['ignore', 'pipe', 'pipe'],
    parentDeathSignal: 'KILL',
  })
  let output = ''
  const gather = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout?.on('data', gather)
  child.stderr?.on('data', gather)
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      output += `${error.message}\n`
      resolve(null)
    })
    child.on('close', resolve)
  })
  if (code === 0) return
  throw postgresFailure({ tried: `initdb in ${directory}`, output, directory: dirname(directory), binaries, account })
}

function removeLeftovers(directory: string): void {
  const parent = dirname(directory)
  const prefix = `${basename(directory)}.new-`
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix)) rmSync(join(parent, name), { recursive: true, force: true })
  }
}

function isEmptyOrMissing(directory: string): boolean {
  try {
    return readdirSync(directory).length === 0
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return true
    throw writeFailure(error, `to read ${directory}`, directory)
  }
}

/** Why what lies in the directory is not a cluster that our Postgres can run; null: it is one, or nothing is there. */
export function foreignCluster(directory: string): StartFailure | null {
  if (isEmptyOrMissing(directory)) return null
  const versionFile = join(directory, 'PG_VERSION')
  const version = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : null
  if (version === majorVersion) return null
  return new StartFailure({
    code: 'foreign-database',
    exitCode: 1,
    what: version === null ? `${directory} is not a database` : `${directory} is a database of Postgres ${version}`,
    tried: `to start Postgres ${majorVersion} in it`,
    next:
      version === null
        ? `move it away to start with an empty shop: mv ${directory} ${directory}.old`
        : 'orderledger db dump DIR with the release that made it, then orderledger db restore DIR with this one and another DATA_DIR',
  })
}

function own(path: string, account: Account | null): void {
  if (account !== null) chownSync(path, account.uid, account.gid)
}

function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
