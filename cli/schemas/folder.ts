/** Where the schemas are that a command works on. */
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import { SchemaRuleError } from '../../contract/authoring/schema-files.ts'
import { packageRoot } from '../package-root.ts'

export interface FolderOptions {
  readonly folder?: string
}

export function addFolderOption(command: Command): Command {
  return command.option('--folder <path>', 'the folder of schemas (default: that of this checkout)')
}

/** The sources, also when the command itself was built: a build holds no schema files. */
export function folderOf({ folder }: FolderOptions): string {
  return folder === undefined ? join(packageRoot, 'schemas') : resolve(folder)
}

export interface Refusal {
  /** 1 what was found, 2 what was asked for. */
  readonly exitCode: 1 | 2
  readonly tried: string
  readonly next: string
}

/** Does the work; a rule of the schemas that is broken becomes three lines and the exit code. */
export function obeyed<Result>(work: () => Result, { exitCode, tried, next }: Refusal): Result {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof SchemaRuleError)) throw error
    throw new StartFailure({ code: error.code, exitCode, what: error.message, tried, next }, { cause: error })
  }
}
