/** Postgres's own note of who runs a cluster: postmaster.pid. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine, isAlive } from '../start/process-table.ts'
import { StartFailure, systemCode } from '../start-failure.ts'
import { waitUntil } from '../../store/waiting/pause.ts'

export interface PidFile {
  readonly pid: number
  readonly port: number
  /** True once connections are accepted. */
  readonly ready: boolean
}

const fastShutdownMs = 30_000

/** What postmaster.pid says; null when it is missing or just being written. */
export function readPidFile(directory: string): PidFile | null {
  const lines = readLines(pidFilePath(directory))
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return null
  return { pid, port: Number(lines[3] ?? 0), ready: lines[7]?.trim() === 'ready' }
}

/**
 * Clears the way for a postmaster in this directory. The caller owns the data directory, so one that still runs here is
 * an orphan of a process that was killed, or is just stopping for that reason: it is stopped, and waited for.
 */
export async function stopOrphan(directory: string): Promise<'none' | 'stopped' | 'removed'> {
  const found = readPidFile(directory)
  if (found === null) return 'none'
  if (!runsHere(found.pid, directory)) {
    // The pid is dead, or belongs to another program by now, which Postgres itself would take for a running postmaster.
    rmSync(pidFilePath(directory), { force: true })
    return 'removed'
  }
  signal(found.pid, 'SIGINT')
  // The file is waited for, not the pid: an orphan nobody reaps stays as a zombie.
  const gone = await waitUntil(() => readPidFile(directory)?.pid !== found.pid, {
    everyMs: 20,
    withinMs: fastShutdownMs,
  })
  if (gone) return 'stopped'
  throw new StartFailure({
    code: 'orphan-postgres',
    exitCode: 1,
    what: `a Postgres left behind (pid ${String(found.pid)}) still runs in ${directory}`,
    tried: `SIGINT, and waited ${String(fastShutdownMs / 1000)} s`,
    next: `kill -QUIT ${String(found.pid)}`,
  })
}

/** True when the process is a postmaster of exactly this directory. */
function runsHere(pid: number, directory: string): boolean {
  return isAlive(pid) && ` ${commandLine(pid) ?? ''} `.includes(` -D ${directory} `)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    // It went by itself between the look and the signal.
    if (systemCode(error) !== 'ESRCH') throw error
  }
}

function pidFilePath(directory: string): string {
  return join(directory, 'postmaster.pid')
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}
