/** The command line: in a process of its own, where it gets signals or reads its standard input, else in this one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { main } from '../../cli/main.ts'

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
  readonly input?: string | Buffer | null
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
  if (input !== null) child.stdin.end(input)
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

/**
 * Runs it to its end in this process, where a command that gets no signal does the same in less time; with `--json` among
 * the arguments, `json()` is what it printed.
 */
export async function runCommand(dataDir: string, ...args: readonly string[]) {
  return withJson(await inDirectory(dataDir, () => runHere(dataDir, args)))
}

function withJson(result: CommandResult) {
  return { ...result, json: (): unknown => JSON.parse(result.stdout) }
}

async function runHere(dataDir: string, args: readonly string[]): Promise<CommandResult> {
  const [stdout, stderr] = [textStream(), textStream()]
  const { PATH, HOME } = process.env
  const file = join(dataDir, '.env')
  const dotEnv = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
  const env = { ...dotEnv, PATH, HOME, DATA_DIR: dataDir }
  const environment = { env, dotEnv: new Set(Object.keys(dotEnv)), leftOut: [], debug: false }
  const code = await main(args, { stdout, stderr }, () => environment)
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

function textStream() {
  let text = ''
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _, done) {
      text += chunk.toString()
      done()
    },
  })
  return Object.assign(stream, { text: () => text })
}

let turn: Promise<unknown> = Promise.resolve()

/** One at a time: a process has one working directory. */
function inDirectory<Result>(directory: string, work: () => Promise<Result>): Promise<Result> {
  const mine = turn.then(async () => {
    const before = process.cwd()
    process.chdir(directory)
    try {
      return await work()
    } finally {
      process.chdir(before)
    }
  })
  turn = mine.catch(() => undefined)
  return mine
}
