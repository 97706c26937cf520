/** Makes virtual environments of Python, each once, with exactly the packages asked for. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { cacheFolder } from './cache-directory.ts'

/** The largest package that we fetch has 100 MB. */
const INSTALL_MS = 600_000
const LAST_LINES = 6

export interface PythonEnvironment {
  readonly cacheDir: string
  /** What the folder is called, before a fingerprint of the packages. */
  readonly name: string
  /** As pip takes them: `fastavro==1.12.0`. */
  readonly packages: readonly string[]
}

/** Python is not installed, or could not fetch the packages. */
export class PythonFailure extends Error {
  readonly code = 'python-failed'
  readonly retriable = true
  override readonly name = 'PythonFailure'
}

/** The folder of the environment; its `bin/python` has the packages. Throws PythonFailure. */
export async function pythonEnvironment({ cacheDir, name, packages }: PythonEnvironment): Promise<string> {
  const folder = cacheFolder(cacheDir, name, packages)
  // An environment knows its own path and cannot be moved into place: the mark says that it is whole.
  const mark = join(folder, 'whole')
  if (existsSync(mark)) return folder
  await mkdir(cacheDir, { recursive: true })
  const lock = `${folder}.lock`
  await whileLocked(lock, async () => {
    if (existsSync(mark)) return
    await rm(folder, { recursive: true, force: true })
    await run('python3', ['-m', 'venv', folder], packages)
    await run(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', ...packages], packages)
    await writeFile(`${mark}.aside`, '')
    await rename(`${mark}.aside`, mark)
  })
  return folder
}

/** Others wait: two that fill one folder spoil it. A lock that its maker left behind is broken after a while. */
async function whileLocked(lock: string, work: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + INSTALL_MS
  for (;;) {
    try {
      await mkdir(lock)
      break
    } catch (error) {
      if (performance.now() > deadline) await rm(lock, { recursive: true, force: true })
      else if (error instanceof Error && 'code' in error && error.code === 'EEXIST') await pause(200)
      else throw error
    }
  }
  try {
    await work()
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}

async function run(program: string, args: readonly string[], packages: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(program, [...args], { timeout: INSTALL_MS })
  } catch (cause) {
    throw failureOf(cause, packages)
  }
}

function failureOf(cause: unknown, packages: readonly string[]): PythonFailure {
  const wanted = packages.join(' ')
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    return new PythonFailure(`${wanted} needs Python: apt-get install -y python3 python3-venv`, { cause })
  }
  const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause)
  const end = said.split('\n').slice(-LAST_LINES).join('\n')
  return new PythonFailure(`pip could not install ${wanted} (apt-get install -y python3-venv?):\n${end}`, { cause })
}
