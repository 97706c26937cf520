/** One running Postgres process of a cluster. */
import type { ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import pg from 'pg'
import { StartFailure, writeFailure } from '../start-failure.ts'
import { clientConfig, PROBE_SESSION } from '../../store/postgres/database.ts'
import { sqlState } from '../../store/postgres/sqlstate.ts'
import { waitUntil } from '../../store/waiting/pause.ts'
import { clusterUser } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import { readPidFile } from './pid-file.ts'
import { postgresFailure } from './postgres-failure.ts'
import { runAs } from './run-as.ts'

export interface Postmaster {
  readonly pid: number
  readonly port: number
  /** Settles when the process is gone, for whatever reason. */
  readonly exited: Promise<void>
  /** Ends all sessions and writes a checkpoint (fast); after the time-out without one (immediate: the next start recovers). */
  stop(timeoutMs?: number): Promise<void>
  /** Stops as after a power cut: no checkpoint, and the next start recovers from the log. */
  stopImmediately(): Promise<void>
}

export interface PostmasterOptions {
  readonly port: number
  /** `-c name=value`, beyond those that every start has. */
  readonly settings: Readonly<Record<string, string>>
}

// Recovery after a crash replays at most a few GB of log (max_wal_size is 1 GB), seconds on any disk; a hung disk is
// the only thing that takes longer.
const startTimeoutMs = 120_000
const fastShutdownMs = 20_000
const immediateShutdownMs = 5_000
const logTailBytes = 8_192

/** Starts Postgres and resolves once it answers a query. Throws a StartFailure with the words of its log. */
export async function startPostmaster(cluster: Cluster, { port, settings }: PostmasterOptions): Promise<Postmaster> {
  const log = openLogFile(cluster)
  const logStart = fstatSync(log).size
  const child = runAs({
    path: cluster.binaries.postgres,
    args: postgresArguments(cluster, port, settings),
    account: cluster.account,
    stdio: ['ignore', log, log],
    parentDeathSignal: 'INT',
  })
  closeSync(log)
  const exit = followExit(child)

  try {
    await ready(cluster, { port, child, exit, logStart })
  } catch (error) {
    await stop(child, exit, 'SIGINT', fastShutdownMs)
    throw error
  }
  return {
    pid: child.pid ?? 0,
    port,
    exited: exit.done,
    stop: (timeoutMs = fastShutdownMs) => stop(child, exit, 'SIGINT', timeoutMs),
    stopImmediately: () => stop(child, exit, 'SIGQUIT', immediateShutdownMs),
  }
}

/** The URL of a database of the cluster, password included. */
export function clusterUrl(cluster: Cluster, port: number, database: string): string {
  return `postgres://${clusterUser}:${cluster.password}@127.0.0.1:${String(port)}/${database}`
}

function postgresArguments(cluster: Cluster, port: number, settings: Readonly<Record<string, string>>): string[] {
  const all = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    // Said outright, because initdb scales both with the size of a segment.
    max_wal_size: '1GB',
    min_wal_size: '128MB',
    ...(cluster.durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...settings,
  }
  return ['-D', cluster.directory, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

interface Exit {
  readonly done: Promise<void>
  isDone(): boolean
  /** Why the program could not even be spawned; '' otherwise. */
  spawnError(): string
}

function followExit(child: ChildProcess): Exit {
  let gone = false
  let spawnError = ''
  // Where the kernel does not tell Postgres that we died, at least an orderly exit of ours does.
  const farewell = (): void => {
    child.kill('SIGINT')
  }
  process.on('exit', farewell)
  const done = new Promise<void>((resolve) => {
    const end = (): void => {
      gone = true
      process.off('exit', farewell)
      resolve()
    }
    child.once('exit', end)
    child.on('error', (error) => {
      spawnError = error.message
      if (child.pid === undefined) end()
    })
  })
  return { done, isDone: () => gone, spawnError: () => spawnError }
}

async function stop(child: ChildProcess, exit: Exit, signal: 'SIGINT' | 'SIGQUIT', timeoutMs: number): Promise<void> {
  const harder = { SIGINT: 'SIGQUIT', SIGQUIT: 'SIGKILL' } as const
  child.kill(signal)
  if (await waitUntil(exit.isDone, { everyMs: 5, withinMs: timeoutMs })) return
  child.kill(harder[signal])
  if (await waitUntil(exit.isDone, { everyMs: 5, withinMs: immediateShutdownMs })) return
  child.kill('SIGKILL')
  await exit.done
}

interface Starting {
  readonly port: number
  readonly child: ChildProcess
  readonly exit: Exit
  readonly logStart: number
}

async function ready(cluster: Cluster, { port, child, exit, logStart }: Starting): Promise<void> {
  const tried = `to start Postgres in ${cluster.directory} on port ${String(port)} (its log: ${cluster.logFile})`
  // The pid file is asked before the port: on a port that another server has, our connection would reach that one.
  const accepts = (): boolean => {
    const file = readPidFile(cluster.directory)
    return file !== null && file.pid === child.pid && file.ready
  }
  const inTime = await waitUntil(() => exit.isDone() || accepts(), { everyMs: 5, withinMs: startTimeoutMs })
  if (inTime && !exit.isDone()) {
    await connectOnce(clusterUrl(cluster, port, 'postgres'), tried, cluster)
    return
  }
  throw postgresFailure({
    tried,
    output: inTime
      ? `${exit.spawnError()}\n${readTail(cluster.logFile, logStart)}`
      : `not ready after ${String(startTimeoutMs / 1000)} s`,
    directory: cluster.directory,
    binaries: cluster.binaries,
    account: cluster.account,
  })
}

/** A server that does not let us in with its own password has another one: only then is its data worth moving. */
const NOT_LET_IN = /^28/

async function connectOnce(url: string, tried: string, cluster: Cluster): Promise<void> {
  const client = new pg.Client({ ...clientConfig(url, { name: PROBE_SESSION }), connectionTimeoutMillis: 10_000 })
  try {
    await client.connect()
    await client.query('select 1')
  } catch (error) {
    throw new StartFailure(
      {
        code: 'postgres-refused',
        exitCode: 1,
        what: error instanceof Error ? error.message : String(error),
        tried,
        next: NOT_LET_IN.test(sqlState(error) ?? '')
          ? `restore the password file of this database, or start with an empty shop: mv ${cluster.directory} ${cluster.directory}.old`
          : `look into ${cluster.logFile}, then start again`,
      },
      { cause: error },
    )
  } finally {
    await client.end().catch(() => {})
  }
}

function openLogFile(cluster: Cluster): number {
  try {
    return openSync(cluster.logFile, 'a', 0o600)
  } catch (error) {
    throw writeFailure(error, `to write ${cluster.logFile}`, cluster.directory)
  }
}

function readTail(path: string, from: number): string {
  const fd = openSync(path, 'r')
  try {
    const start = Math.max(from, fstatSync(fd).size - logTailBytes)
    const buffer = Buffer.alloc(logTailBytes)
    return buffer.subarray(0, readSync(fd, buffer, 0, logTailBytes, start)).toString()
  } finally {
    closeSync(fd)
  }
}
