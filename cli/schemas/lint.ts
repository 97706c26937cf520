/** `schemas lint`: style and safety of the newest versions, by rules with codes. */
import type { Command } from 'commander'
import { lint } from '../../contract/check/lint.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { reportFindings } from '../output/findings.ts'
import { addFolderOption, folderOf, type FolderOptions } from './folder.ts'

const details = `
schemas/README.md lists the rules by their codes. List a deliberate exception in
schemas/lint-exceptions.json, with the reason. Exits with 1 if it finds anything.`

export function registerLint(schemas: Command, context: CommandContext): void {
  addFolderOption(schemas.command('lint'))
    .description('check the style and the safety of the newest versions')
    .addHelpText('after', details)
    .addHelpText('after', examples('orderledger schemas lint', 'orderledger schemas lint --json'))
    .action((options: FolderOptions) => reportFindings(context, lint(folderOf(options)), 'no findings in the schemas'))
}
