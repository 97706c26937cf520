/** The only place that reads `process.env`. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Env } from './config.ts'
import { StartFailure } from '../start-failure.ts'

export interface Environment {
  readonly env: Env
  /** The names that came from the `.env` file. */
  readonly dotEnv: ReadonlySet<string>
  /** True when DEBUG is set: failures are shown with their stack. */
  readonly debug: boolean
}

/** The environment, completed from `.env` in the working directory when there is one; the real environment wins. */
export function loadEnvironment(directory: string = process.cwd()): Environment {
  const before = new Set(Object.keys(process.env))
  const path = resolve(directory, '.env')
  if (existsSync(path)) loadFile(path)
  const dotEnv = new Set(Object.keys(process.env).filter((name) => !before.has(name)))
  return { env: { ...process.env }, dotEnv, debug: (process.env['DEBUG'] ?? '') !== '' }
}

function loadFile(path: string): void {
  try {
    process.loadEnvFile(path)
  } catch (error) {
    throw new StartFailure(
      {
        code: 'unreadable-env-file',
        exitCode: 2,
        what: error instanceof Error ? error.message : String(error),
        tried: `to read ${path}`,
        next: `make ${path} readable for this user, or remove it`,
      },
      { cause: error },
    )
  }
}
