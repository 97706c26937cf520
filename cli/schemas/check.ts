/** `schemas check`: whether the schemas may go out, whole and offline. */
import type { Command } from 'commander'
import { check } from '../../contract/check/check.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { reportFindings } from '../output/findings.ts'
import { addFolderOption, folderOf, type FolderOptions } from './folder.ts'
import { loadUpcasters } from './load-upcasters.ts'

const details = `
Checks every version against every other, in both directions: by the rules of registries, with our own reader, and for
changes of meaning that both of them allow. Also checks golden bytes, the lock, generated files and upcasters. Needs no
service. Exits with 1 if it finds anything.`

export function registerCheck(schemas: Command, context: CommandContext): void {
  addFolderOption(schemas.command('check'))
    .description('check that every version reads every other, and that nothing published was changed')
    .addHelpText('after', details)
    .addHelpText('after', examples('orderledger schemas check', 'orderledger schemas check --json'))
    .action(async (options: FolderOptions) => {
      const folder = folderOf(options)
      const upcasters = await loadUpcasters(folder)
      const fine = 'every version reads every other, and no published version has changed'
      reportFindings(context, check({ folder, upcasters }), fine)
    })
}
