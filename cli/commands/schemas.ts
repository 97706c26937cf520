/** Works on the Avro schemas of the events, in a checkout of the project. */
import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { registerApply } from '../schemas/apply.ts'
import { registerCheck } from '../schemas/check.ts'
import { registerCodegen } from '../schemas/codegen.ts'
import { registerDiff } from '../schemas/diff.ts'
import { registerLint } from '../schemas/lint.ts'
import { registerNew } from '../schemas/new.ts'
import { registerPlan } from '../schemas/plan.ts'
import { registerRehearse } from '../schemas/rehearse.ts'
import { registerUsage } from '../schemas/usage.ts'

/** In the order in which a change goes through them. */
const verbs = [
  ...[registerNew, registerLint, registerDiff, registerCheck, registerRehearse],
  ...[registerPlan, registerApply, registerUsage, registerCodegen],
]

export function register(program: Command, context: CommandContext): void {
  const schemas = program
    .command('schemas')
    .description('work on the Avro schemas of the events')
    .addHelpText('after', examples('orderledger schemas check', 'orderledger schemas diff --against git:main'))
  for (const add of verbs) add(schemas, context)
}
