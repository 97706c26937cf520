/** Works on the Avro schemas of the events, in a checkout of the project. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { StartFailure } from '../app/start-failure.ts'
import { staleGenerated, writeGenerated } from '../schemas/codegen.ts'
import { SchemaRuleError } from '../schemas/schema-files.ts'
import type { CommandContext } from './command-context.ts'
import { examples } from './examples.ts'
import { packageRoot } from './package-root.ts'
import { registerUsage } from './schemas/usage.ts'

/** The sources, also when the command itself was built: a build holds no schema files. */
const SCHEMAS = join(packageRoot, 'schemas')

export function register(program: Command, context: CommandContext): void {
  const schemas = program
    .command('schemas')
    .description('work on the Avro schemas of the events')
    .addHelpText('after', examples('orderledger schemas codegen', 'orderledger schemas codegen --check'))
  schemas
    .command('codegen')
    .option('--check', 'write nothing; exit with 1 when something is out of date')
    .description('make the types, the lock and the golden samples that belong to the schema files')
    .addHelpText('after', examples('orderledger schemas codegen', 'orderledger schemas codegen --check'))
    .action(({ check = false }: { readonly check?: boolean }) => codegen(context, check))
  registerUsage(schemas, context)
}

function codegen({ output, exitWith }: CommandContext, check: boolean): void {
  const stale = obeyed(() => staleGenerated(SCHEMAS))
  if (!check && stale.length > 0) obeyed(() => writeGenerated(SCHEMAS))
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

function obeyed<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof SchemaRuleError)) throw error
    throw new StartFailure(
      {
        code: error.code,
        exitCode: 1,
        what: error.message,
        tried: 'to generate from schemas/',
        next: 'schemas/README.md says how a schema may change',
      },
      { cause: error },
    )
  }
}
