/** What the figures were measured on: figures without it say nothing. */
import { execFileSync } from 'node:child_process'
import { statfsSync } from 'node:fs'
import { cpus, release, tmpdir, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import { postgresBinaries } from '../../app/postgres/binaries.ts'
import { Cleanup } from '../cleanup.ts'
import { measureFdatasync } from './fdatasync.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly system: string
  readonly node: string
  readonly postgres: string
  /** Of the source; marked when it has uncommitted changes. */
  readonly revision: string
  /** Median of an 8 kB write made durable, where the databases lie. */
  readonly fdatasyncMs: number
  readonly loader: string
  /** What makes these figures worth less; empty when nothing does. */
  readonly warnings: readonly string[]
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const TMPFS = 0x01021994

export async function describeMachine(loader: string): Promise<Machine> {
  const cleanup = new Cleanup()
  try {
    const inMemory = statfsSync(tmpdir()).type === TMPFS
    return {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
      node: process.version,
      postgres: run(postgresBinaries().postgres, ['--version']).replace(/^postgres \(PostgreSQL\) /, ''),
      revision: revision(),
      fdatasyncMs: measureFdatasync(cleanup.folder()),
      loader,
      warnings: inMemory ? [`${tmpdir()} lies in memory: nothing here is durable (set TMPDIR to a disk)`] : [],
    }
  } finally {
    await cleanup.run()
  }
}

function revision(): string {
  try {
    const commit = run('git', ['rev-parse', '--short', 'HEAD'])
    return run('git', ['status', '--porcelain']) === '' ? commit : `${commit} with uncommitted changes`
  } catch {
    return 'no git checkout'
  }
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { cwd: root, encoding: 'utf8' }).trim()
}
