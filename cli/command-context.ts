/** What every command is given. */
import { requireConfig } from '../app/config/config.ts'
import type { Config } from '../app/config/config.ts'
import type { Environment } from '../app/config/environment.ts'
import type { Output } from './output/output.ts'

export interface CommandContext {
  readonly output: Output
  /** The environment with `.env`; read on first use, so that --help works beside a broken file. */
  environment(): Environment
  /** The configuration; throws a StartFailure that lists its faults. */
  config(): Config
  /** The code that the process exits with, unless the command throws: 0 fine, 1 found or failed. */
  exitWith(code: 0 | 1): void
}

export function commandContext(
  output: Output,
  exitWith: (code: 0 | 1) => void,
  load: () => Environment,
): CommandContext {
  let environment: Environment | null = null
  let config: Config | null = null
  const context: CommandContext = {
    output,
    environment: () => (environment ??= load()),
    config: () => (config ??= requireConfig(context.environment().env)),
    exitWith,
  }
  return context
}
