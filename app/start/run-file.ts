/**
 * Who owns a data directory, and where its service can be found.
 *
 * Node has no file locks, so ownership is a row of numbered files, `run.lock.<n>`. The highest number is the latest
 * claim; it holds the owner's pid and identity, or says that it was released. States of a directory:
 *
 *   free      no lock file, or the highest one is released, or its owner is dead
 *   claimed   the highest one's owner lives
 *
 * free -> claimed: link a finished file to `run.lock.<highest + 1>`; link fails when the name exists, so of two who saw
 * the same highest number one wins. A slow claimant may still create a number that the winner has already passed and
 * removed: so a claim counts only if, looked at again, nothing higher is there. The highest file is never removed,
 * only marked released; that is what makes numbers never come back.
 *
 * `run.json` tells other commands where the service is, and so where our tokens go. It counts only while the owner named
 * in it lives, and is refused where somebody else could have written it.
 */
import { closeSync, fstatSync, fsyncSync, linkSync, openSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileFault, ownUser, requireOwnership, RUN_FILE, untrusted } from '../checks/directory-checks.ts'
import type { Check } from '../checks/check.ts'
import { prepareDataDirectory } from './data-directory.ts'
import { processIdentity } from './process-table.ts'
import { StartFailure, systemCode, writeFailure } from '../start-failure.ts'

/** A running service, as other commands find it. */
export interface RunFile {
  readonly pid: number
  /** The base URL of its HTTP service. */
  readonly url: string
  /** With its password: the file is readable by its owner alone. */
  readonly databaseUrl: string
  /** RFC 3339, UTC. */
  readonly startedAt: string
}

/** The right to run in a data directory; held until released or until this process dies. */
export interface Claim {
  /** Absolute, with symbolic links resolved. */
  readonly dataDir: string
  /** What a start takes and people should know. */
  readonly remarks: readonly Check[]
  /** Writes run.json, so that other commands find the service. */
  publish(found: { readonly url: string; readonly databaseUrl: string; readonly startedAt: Date }): void
  /** Removes run.json and gives the directory free. A second call does nothing. */
  release(): void
}

const lockPattern = /^run\.lock\.(\d+)$/

/**
 * Claims the directory, making it if needed. `command` names the work for those who are turned away. Throws a StartFailure:
 * `already-running` with the pid and URL of the owner, or why the directory cannot be used.
 */
export function claimDataDirectory(path: string, command: string): Claim {
  prepareDataDirectory(path)
  const dataDir = realpathSync(path)
  try {
    const remarks = requireOwnership(dataDir).filter(({ state }) => state === 'advice')
    return hold({ dataDir, remarks }, takeLock(dataDir, command))
  } catch (error) {
    throw error instanceof StartFailure ? error : writeFailure(error, `to claim ${dataDir}`, dataDir)
  }
}

/**
 * The service that runs in this directory now, or null: a file left behind by a dead process does not count. Throws a
 * StartFailure, `untrusted-directory`, for one that somebody else may have written.
 */
export function readRunFile(path: string): RunFile | null {
  const file = join(path, RUN_FILE)
  const { text, fault } = readChecked(file) ?? { text: null, fault: null }
  const entry = parse(text)
  if (entry === null || !lives(entry)) return null
  if (fault !== null) throw untrusted(fault, `to read ${file}`)
  const { pid, url, databaseUrl, startedAt } = entry
  if (typeof url !== 'string' || typeof databaseUrl !== 'string' || typeof startedAt !== 'string') return null
  return { pid, url, databaseUrl, startedAt }
}

/** As `readRunFile`, for what does without: null for a file that is not trusted. */
export function trustedRunFile(path: string): RunFile | null {
  try {
    return readRunFile(path)
  } catch (error) {
    if (error instanceof StartFailure) return null
    throw error
  }
}

function takeLock(dataDir: string, command: string): number {
  const own = { pid: process.pid, identity: processIdentity(process.pid), command }
  const draft = join(dataDir, `run.lock.draft-${String(process.pid)}`)
  writeDurably(draft, JSON.stringify(own))
  try {
    for (;;) {
      const highest = highestLock(dataDir)
      if (highest > 0) refuseIfHeld(dataDir, highest)
      const number = highest + 1
      if (!tryLink(draft, lockPath(dataDir, number))) continue
      if (highestLock(dataDir) !== number) {
        rmSync(lockPath(dataDir, number), { force: true })
        continue
      }
      removeLocksBelow(dataDir, number)
      return number
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

function hold({ dataDir, remarks }: Pick<Claim, 'dataDir' | 'remarks'>, number: number): Claim {
  let held = true
  return {
    dataDir,
    remarks,
    publish({ url, databaseUrl, startedAt }) {
      const entry = {
        pid: process.pid,
        url,
        databaseUrl,
        startedAt: startedAt.toISOString(),
        identity: processIdentity(process.pid),
      }
      replace(dataDir, RUN_FILE, JSON.stringify(entry, null, 2))
    },
    release() {
      if (!held) return
      held = false
      rmSync(join(dataDir, RUN_FILE), { force: true })
      replace(dataDir, `run.lock.${String(number)}`, JSON.stringify({ released: true }))
    },
  }
}

function refuseIfHeld(dataDir: string, number: number): void {
  const owner = parse(readOrNull(lockPath(dataDir, number)))
  if (owner === null || !lives(owner)) return
  const run = readRunFile(dataDir)
  const work = typeof owner.command === 'string' ? `orderledger ${owner.command}` : 'orderledger'
  const where = run === null || run.pid !== owner.pid ? 'no URL yet' : run.url
  throw new StartFailure({
    code: 'already-running',
    exitCode: 1,
    what: `${work} already runs here: pid ${String(owner.pid)}, ${where}`,
    tried: `to claim ${dataDir}`,
    next: `use it, stop it (kill ${String(owner.pid)}), or set DATA_DIR to another directory`,
  })
}

interface Entry {
  readonly pid: number
  readonly identity: string | null
  readonly [property: string]: unknown
}

// The identity matters where pids come again: in a container the first process is always pid 1.
function lives(entry: Entry): boolean {
  const identity = processIdentity(entry.pid)
  return identity !== null && (entry.identity === null || entry.identity === identity)
}

function parse(text: string | null): Entry | null {
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('pid' in value)) return null
    const identity = 'identity' in value && typeof value.identity === 'string' ? value.identity : null
    return Number.isInteger(value.pid) && typeof value.pid === 'number' ? { ...value, pid: value.pid, identity } : null
  } catch {
    // Not ours, or cut short by a full disk or a power cut: it names no living owner.
    return null
  }
}

function highestLock(dataDir: string): number {
  return Math.max(0, ...lockNumbers(dataDir))
}

function lockNumbers(dataDir: string): readonly number[] {
  return readdirSync(dataDir).flatMap((name) => {
    const match = lockPattern.exec(name)
    return match === null ? [] : [Number(match[1])]
  })
}

function removeLocksBelow(dataDir: string, number: number): void {
  for (const lower of lockNumbers(dataDir)) {
    if (lower < number) rmSync(lockPath(dataDir, lower), { force: true })
  }
}

function lockPath(dataDir: string, number: number): string {
  return join(dataDir, `run.lock.${String(number)}`)
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
}

function replace(dataDir: string, name: string, text: string): void {
  const draft = join(dataDir, `${name}.draft-${String(process.pid)}`)
  writeDurably(draft, text)
  renameSync(draft, join(dataDir, name))
}

function writeDurably(path: string, text: string): void {
  rmSync(path, { force: true })
  const fd = openSync(path, 'wx', 0o600)
  try {
    writeSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** The file that was opened is the one that is checked. */
function readChecked(path: string) {
  try {
    const fd = openSync(path, 'r')
    try {
      return { fault: fileFault(path, ownUser(), fstatSync(fd)), text: readFileSync(fd, 'utf8') }
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null
    throw writeFailure(error, `to read ${path}`, path)
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null
    throw error
  }
}
