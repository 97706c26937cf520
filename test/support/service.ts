/** A whole service in a process of its own, as `npm start` runs it, for tests that kill, stop and restart it. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { knownNames } from '../../app/config/variables.ts'
import { eventually } from './eventually.ts'

const BIN = fileURLToPath(new URL('../../cli/orderledger.js', import.meta.url))

/** A start takes a second or two; ten times as long where several processes of several tests start beside each other. */
const READY_MS = 90_000

export interface ServiceOptions {
  readonly dataDir: string
  readonly env?: Readonly<Record<string, string>>
  /** Resolve as soon as the process runs, ready or not: for starts that are meant to fail or to die early. */
  readonly unready?: boolean
  /** The command line of another release (default: this one's). */
  readonly bin?: string
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Service {
  readonly url: string
  readonly pid: number
  readonly dataDir: string
  readonly exited: Promise<Exit>
  /** What it printed so far, both streams. */
  output(): string
  /** Of that, what went to stderr. */
  errors(): string
  /** From now on nobody reads what it prints. */
  dropOutput(): void
  signal(signal: NodeJS.Signals): void
  /** Resolves when it answers `ready`, as the service with its URL. */
  ready(): Promise<Service>
  /** kill -9, and waits for the end. */
  kill(): Promise<Exit>
  /** SIGTERM, and waits for the end. */
  stop(): Promise<Exit>
}

/** A data directory that the embedded Postgres may enter (mkdtemp makes 0700). */
export function makeDataDir(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'orderledger-'))
  chmodSync(path, 0o755)
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) }
}

export async function startService({
  dataDir,
  env = {},
  unready = false,
  bin = BIN,
}: ServiceOptions): Promise<Service> {
  const child = spawn(process.execPath, ['--max-semi-space-size=64', bin, 'start'], {
    cwd: dataDir,
    env: {
      ...inherited(),
      DATA_DIR: dataDir,
      PORT: '0',
      ...demoOf(env),
      RESERVATION_MINUTES: '0',
      EFFECTS: 'off',
      ...PSEUDONYMS,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error('the service could not be spawned')
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    errors += chunk.toString()
  })
  let ended: Exit | null = null
  const exited = new Promise<Exit>((resolve) => {
    child.on('close', (code, signal) => resolve((ended = { code, signal })))
  })
  const signal = (name: NodeJS.Signals) => void (ended === null && process.kill(pid, name))
  const end = (name: NodeJS.Signals) => {
    signal(name)
    return exited
  }
  const service = (url: string): Service => ({
    url,
    pid,
    dataDir,
    exited,
    output: () => output,
    errors: () => errors,
    dropOutput() {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    signal,
    ready,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  })
  const ready = async (): Promise<Service> => {
    const url = await eventually(
      () => {
        if (ended !== null) throw new Error(`the service ended with ${JSON.stringify(ended)}`)
        return readyUrl(dataDir, pid)
      },
      { timeout: READY_MS },
    )
    return service(url)
  }
  if (unready) return service('')
  try {
    return await ready()
  } catch (cause) {
    await end('SIGKILL')
    throw new Error(`the service did not become ready:\n${output}`, { cause })
  }
}

async function readyUrl(dataDir: string, pid: number): Promise<string | null> {
  const run = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as { pid: number; url: string | null }
  if (run.pid !== pid || run.url === null) return null
  const response = await fetch(new URL('/readyz', run.url))
  await response.body?.cancel()
  return response.ok ? run.url : null
}

/** A shop is empty for a test that asks for no orders. */
export function demoOf(env: Readonly<Record<string, string>>): { readonly DEMO: string } {
  return { DEMO: Number(env['DEMO_ORDERS'] ?? 0) > 0 ? 'on' : 'off' }
}

/** Without a secret a service on a shared database is degraded. */
export const PSEUDONYMS = { PSEUDONYM_SECRET: 'of the tests of this project' } as const

/** The environment without what would configure the service behind the test's back. */
function inherited(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !knownNames.includes(name))
  return Object.fromEntries(others.filter(([name]) => !/^(NODE_V8_COVERAGE|VITEST)/.test(name)))
}
