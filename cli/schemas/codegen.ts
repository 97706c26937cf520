/** `schemas codegen`: what belongs to the schema files is made from them, or seen to be up to date. */
import type { Command } from 'commander'
import { staleGenerated, writeGenerated } from '../../contract/authoring/codegen.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { addFolderOption, folderOf, obeyed, type FolderOptions } from './folder.ts'

interface CodegenOptions extends FolderOptions {
  readonly check?: boolean
}

const REFUSAL = {
  exitCode: 1,
  tried: 'to generate from schemas/',
  next: 'schemas/README.md says how a schema may change',
} as const

export function registerCodegen(schemas: Command, context: CommandContext): void {
  addFolderOption(schemas.command('codegen'))
    .option('--check', 'write nothing; exit with 1 if something is out of date')
    .description('generate the types, the lock and the golden samples from the schema files')
    .addHelpText('after', examples('orderledger schemas codegen', 'orderledger schemas codegen --check'))
    .action((options: CodegenOptions) => codegen(context, options))
}

function codegen({ output, exitWith }: CommandContext, options: CodegenOptions): void {
  const folder = folderOf(options)
  const check = options.check === true
  const stale = obeyed(() => staleGenerated(folder), REFUSAL)
  if (!check) writeGenerated(folder)
  const verb = check ? 'out of date' : 'written'
  output.result(check ? { stale } : { written: stale }, () =>
    stale.length === 0
      ? '✔ everything generated is up to date'
      : stale.map((file) => `${verb}: schemas/${file}`).join('\n'),
  )
  if (check && stale.length > 0) {
    output.note('next: orderledger schemas codegen')
    exitWith(1)
  }
}
