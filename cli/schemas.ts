/** Works on the Avro schemas of the events, in a checkout of the project. */
import type { Command } from 'commander'
import type { CommandContext } from './command-context.ts'
import { examples } from './examples.ts'
import { registerCheck } from './schemas/check.ts'
import { registerCodegen } from './schemas/codegen.ts'
import { registerDiff } from './schemas/diff.ts'
import { registerLint } from './schemas/lint.ts'
import { registerNew } from './schemas/new.ts'
import { registerRehearse } from './schemas/rehearse.ts'
import { registerUsage } from './schemas/usage.ts'

export function register(program: Command, context: CommandContext): void {
  const schemas = program
    .command('schemas')
    .description('work on the Avro schemas of the events')
    .addHelpText('after', examples('orderledger schemas check', 'orderledger schemas diff --against git:main'))
  const checks = [registerLint, registerDiff, registerCheck, registerRehearse]
  for (const add of [registerNew, ...checks, registerUsage, registerCodegen]) add(schemas, context)
}
