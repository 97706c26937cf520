import type { Command } from 'commander'
import { readConfig } from '../../app/config/config.ts'
import { describeConfig } from '../../app/config/describe-config.ts'
import { envExample } from '../../app/config/env-example.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { table } from '../output/output.ts'

export function register(program: Command, context: CommandContext): void {
  const config = program
    .command('config')
    .description('show, check and document the configuration')
    .addHelpText('after', examples('orderledger config print', 'orderledger config example > .env'))
  config
    .command('print')
    .description('print each variable, its value (secrets hidden) and where it comes from')
    .addHelpText('after', examples('orderledger config print', 'PORT=4000 orderledger config print --json'))
    .action(() => {
      print(context)
    })
  config
    .command('check')
    .description('list every fault of the configuration; exit 1 if it has one')
    .addHelpText('after', examples('orderledger config check', 'orderledger config check --json'))
    .action(() => {
      check(context)
    })
  config
    .command('example')
    .description('print .env.example: every variable with its default')
    .addHelpText('after', examples('orderledger config example', 'orderledger config example > .env'))
    .action(() => {
      const text = envExample()
      context.output.result({ text }, () => text.trimEnd())
    })
}

function print({ output, environment }: CommandContext): void {
  const { env, dotEnv } = environment()
  const rows = describeConfig(env, dotEnv)
  output.result(rows, () =>
    table(
      ['variable', 'value', 'origin'],
      rows.map(({ variable, value, origin }) => [variable, value, origin]),
    ),
  )
}

function check({ output, environment, exitWith }: CommandContext): void {
  const config = readConfig(environment().env)
  const faults = 'faults' in config ? config.faults : []
  output.result({ faults }, () => {
    if (faults.length === 0) return '✔ the configuration is fine'
    return faults.map(({ variable, wrong, fix }) => `✖ ${variable} ${wrong}\n  next:  ${fix}`).join('\n')
  })
  if (faults.length > 0) exitWith(1)
}
