/** Processes of a benchmark: with their output in a file, and never outliving it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { knownNames } from '../../app/config/variables.ts'
import { waitUntil } from '../../store/waiting/pause.ts'
import type { Cleanup } from '../cleanup.ts'

export interface ChildOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  /** On top of our environment without what would configure the service. */
  readonly env?: Readonly<Record<string, string>>
  /** Gets stdout and stderr. */
  readonly logFile: string
}

export interface Child {
  readonly pid: number
  hasEnded(): boolean
  /** The last of what it printed. */
  tail(): string
  /** SIGTERM, and SIGKILL when it does not end in time. Resolves when it is gone. */
  stop(): Promise<void>
}

/** The flag that lets node run our TypeScript. */
export const TSX = ['--import', import.meta.resolve('tsx')]

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The flags with which `npm start` runs Node: everything that is measured, the echo too, runs with the same. */
export const NODE_FLAGS: readonly string[] =
  /"start": "([^"]+)"/
    .exec(readFileSync(join(ROOT, 'package.json'), 'utf8'))?.[1]
    ?.split(' ')
    .filter((word) => word.startsWith('--')) ?? []

const STOPS_WITHIN_MS = 30_000
const TAIL_LENGTH = 2_000
const living = new Set<ChildProcess>()

// The last resort, when we end without cleaning up: nothing asynchronous can run any more.
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

export function startChild(scope: Cleanup, { command, args, cwd, env = {}, logFile }: ChildOptions): Child {
  const log = openSync(logFile, 'a')
  const child = spawn(command, args, { cwd, env: { ...neutralEnv(), ...env }, stdio: ['ignore', log, log] })
  closeSync(log)
  const { pid } = child
  if (pid === undefined) throw new Error(`${command} cannot be started`)
  living.add(child)
  let stopping = false
  const ended = new Promise<void>((resolve) => {
    child.on('exit', (code, signal) => {
      living.delete(child)
      resolve()
      // What depended on it fails in a way of its own, which says nothing of the cause.
      if (!stopping) console.error(`process ${pid} ended by itself (${signal ?? code}):\n${tailOf(logFile)}`)
    })
  })
  async function stop(): Promise<void> {
    stopping = true
    if (!living.has(child)) return
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS)
    await ended
    clearTimeout(timer)
  }
  scope.add(stop)
  return {
    pid,
    hasEnded: () => !living.has(child),
    tail: () => tailOf(logFile),
    stop,
  }
}

/** Waits until a condition of a child holds. Throws with the last of its output when it ends before, or takes too long. */
export async function waitForChild(child: Child, condition: () => boolean | Promise<boolean>): Promise<void> {
  const ready = await waitUntil(async () => child.hasEnded() || (await condition()), { everyMs: 5, withinMs: 60_000 })
  if (ready && !child.hasEnded()) return
  throw new Error(`a process ${ready ? 'ended' : 'did not become ready'}:\n${child.tail()}`)
}

/** Our environment without any variable of the service: the figures are those of its defaults. */
export function neutralEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !knownNames.includes(name)))
}

function tailOf(logFile: string): string {
  return readFileSync(logFile, 'utf8').slice(-TAIL_LENGTH)
}
