/** A command of the command line in a process of its own: what it printed, how long it took as a whole, and the most memory that it had. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { memoryOf } from '../machine/memory.ts'
import { neutralEnv, ROOT } from './child.ts'

const WATCH_MS = 50
const MOST_PRINTED = 64 * 1024 * 1024

export interface MeasuredCommand {
  readonly stdout: string
  readonly seconds: number
  readonly peakMb: number
}

/** Exit 1 says that something was found, which is no failure here. Rejects for every other one. */
export async function runMeasured(
  dataDir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<MeasuredCommand> {
  const begin = performance.now()
  const running = promisify(execFile)(process.execPath, [join(ROOT, 'cli/orderledger.js'), ...args], {
    ...{ cwd: dataDir, env: { ...neutralEnv(), DATA_DIR: dataDir, ...env }, maxBuffer: MOST_PRINTED },
  })
  const { pid = 0 } = running.child
  let peakMb = 0
  const watching = setInterval(() => (peakMb = Math.max(peakMb, peakOf(pid))), WATCH_MS)
  const { stdout } = await running.catch(printed).finally(() => clearInterval(watching))
  return { stdout, seconds: (performance.now() - begin) / 1_000, peakMb }
}

function printed(error: unknown): { readonly stdout: string } {
  if (error instanceof Error && 'stdout' in error && 'code' in error && error.code === 1 && error.stdout !== '')
    return { stdout: String(error.stdout) }
  throw error
}

/** 0 once the process has ended. */
function peakOf(pid: number): number {
  try {
    return memoryOf(pid).peakMb
  } catch {
    return 0
  }
}
