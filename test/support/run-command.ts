/** Runs the command line as a user does: in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../cli/orderledger.js', import.meta.url))

export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly finished: Promise<CommandResult>
  /** What it has printed so far. */
  stdout(): string
  stderr(): string
  /** Does nothing once the command has ended. */
  signal(signal: NodeJS.Signals): void
}

export interface CommandOptions {
  /** The command line of another release. */
  readonly bin?: string
  readonly env?: Readonly<Record<string, string>>
  /** What it reads from its standard input; null: nothing, and no end. Absent: it has none. */
  readonly input?: string | null
}

/** Starts `orderledger <args>` beside the service of a data directory. */
export function startCommand(
  dataDir: string,
  args: readonly string[],
  { bin = BIN, env = {}, input }: CommandOptions = {},
): RunningCommand {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: dataDir,
    env: { PATH, HOME, DATA_DIR: dataDir, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  if (typeof input === 'string' || input === undefined) child.stdin.end(input)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return {
    finished: once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr })),
    stdout: () => stdout,
    stderr: () => stderr,
    signal: (signal) => void child.kill(signal),
  }
}

/** Runs it to its end; with `--json` among the arguments, `json()` is what it printed. */
export async function runCommand(dataDir: string, ...args: readonly string[]) {
  const result = await startCommand(dataDir, args).finished
  return { ...result, json: (): unknown => JSON.parse(result.stdout) }
}
