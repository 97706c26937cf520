/** Runs one of the programs of this folder, and others of the project, as a process of its own. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface StartedProcess {
  readonly child: ChildProcess
  /** The first line it prints; rejects with its stderr when it ends without one. */
  readonly firstLine: Promise<string>
  readonly exit: Promise<{
    readonly code: number | null
    readonly signal: NodeJS.Signals | null
    readonly stdout: string
  }>
  kill(signal: NodeJS.Signals): void
}

/** `program`: a path relative to the project's root. */
export function startProcess(
  program: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): StartedProcess {
  const path = fileURLToPath(new URL(`../../${program}`, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let stderr = ''
  let stdout = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  const exit = new Promise<Awaited<StartedProcess['exit']>>((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout })
    })
  })
  const firstLine = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    void exit.then(({ code, signal }) => {
      reject(new Error(`${program} ended (${String(code ?? signal)}) without a line: ${stderr}`))
    })
  })
  // Not every test asks for the line; one that is killed before it must not end the run.
  firstLine.catch(() => {})
  return { child, firstLine, exit, kill: (signal) => child.kill(signal) }
}
