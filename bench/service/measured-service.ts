/** The real service in a process of its own, with production settings: all roles, logs to a file, metrics on. */
import { join } from 'node:path'
import { readRunFile } from '../../app/start/run-file.ts'
import type { Cleanup } from '../cleanup.ts'
import { type Child, NODE_FLAGS, ROOT, startChild, TSX, waitForChild } from './child.ts'
import { openLogWatch, type LogWatch } from './log-watch.ts'

export interface ServiceOptions {
  /** Absent: a new one. */
  readonly dataDir?: string
  readonly env?: Readonly<Record<string, string>>
  /** What node runs (default: the command line). */
  readonly program?: readonly string[]
}

export interface MeasuredService {
  readonly url: string
  readonly pid: number
  readonly dataDir: string
  readonly databaseUrl: string
  readonly log: LogWatch
  stop(): Promise<void>
}

const COMMAND_LINE = [join(ROOT, 'cli/orderledger.js'), 'start']
/** Orders end by themselves only where a figure, or the one who measures, wants it. */
const { RESERVATION_MINUTES = '0' } = process.env
const ONE_TRANSACTION = [...TSX, join(ROOT, 'bench/one-transaction.ts')]

/** Resolves when the service is ready; it stops with the scope. */
export async function startService(scope: Cleanup, options: ServiceOptions = {}): Promise<MeasuredService> {
  const { dataDir = scope.folder(), env = {}, program = COMMAND_LINE } = options
  const child = startChild(scope, {
    command: process.execPath,
    args: [...NODE_FLAGS, ...program],
    // Not the project's folder: an .env there would configure the service.
    cwd: dataDir,
    env: { DATA_DIR: dataDir, PORT: '0', DEMO: 'DEMO_ORDERS' in env ? 'on' : 'off', RESERVATION_MINUTES, ...env },
    logFile: join(dataDir, 'service.log'),
  })
  const { url, databaseUrl } = await readyService(child, dataDir)
  const log = await openLogWatch(databaseUrl)
  scope.add(() => log.close())
  return {
    url,
    pid: child.pid,
    dataDir,
    databaseUrl,
    log,
    async stop() {
      await log.close()
      await child.stop()
    },
  }
}

/** The same composition, but each command is a transaction of its own. */
export function startOneTransactionService(scope: Cleanup): Promise<MeasuredService> {
  return startService(scope, { program: ONE_TRANSACTION })
}

/** Waits until the service that a child started (itself or, like npm, through another one) says that it is ready. */
export async function readyService(
  child: Child,
  dataDir: string,
): Promise<{ readonly url: string; readonly databaseUrl: string; readonly pid: number }> {
  let ready: ReturnType<typeof readRunFile> = null
  await waitForChild(child, async () => {
    const run = readRunFile(dataDir)
    if (run === null || !(await answersReady(run.url))) return false
    ready = run
    return true
  })
  const run = ready ?? readRunFile(dataDir)
  if (run === null) throw new Error(`${dataDir} has no running service`)
  return run
}

async function answersReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/readyz', url))
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
