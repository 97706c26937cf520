/** `schemas check`: whether the schemas may go out, whole and offline. */
import type { Command } from 'commander'
import { check } from '../../contract/check/check.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { reportFindings } from '../output/findings.ts'
import { addFolderOption, folderOf, type FolderOptions } from './folder.ts'
import { loadUpcasters } from './load-upcasters.ts'

const details = `
Every version against every other, both ways: by the rules that registries apply, by the reader that we use, and for
changes of meaning that both let pass. Golden bytes, the lock, generated files and upcasters too. Needs no service.
Exits with 1 when anything is found.`

export function registerCheck(schemas: Command, context: CommandContext): void {
  addFolderOption(schemas.command('check'))
    .description('check that every version reads every other, and that nothing published was changed')
    .addHelpText('after', details)
    .addHelpText('after', examples('orderledger schemas check', 'orderledger schemas check --json'))
    .action(async (options: FolderOptions) => {
      const folder = folderOf(options)
      const upcasters = await loadUpcasters(folder)
      const fine = 'every version reads every other, and what is published is as it was'
      reportFindings(context, check({ folder, upcasters }), fine)
    })
}
