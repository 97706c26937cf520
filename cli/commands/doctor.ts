import type { Command } from 'commander'
import { fine, type Check } from '../../app/checks/check.ts'
import { readConfig } from '../../app/config/config.ts'
import { checkNode, hostChecks } from '../../app/checks/host-checks.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { styled } from '../output/output.ts'
import type { Output } from '../output/output.ts'

export function register(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('check this machine and the configuration, and say how to fix each fault')
    .addHelpText('after', examples('orderledger doctor', 'orderledger doctor --json'))
    .action(async () => {
      const checks = await examine(context)
      context.output.result({ checks }, () => checks.map((check) => line(check, context.output)).join('\n'))
      if (checks.some(({ state }) => state === 'failed')) context.exitWith(1)
    })
}

// With a faulty configuration the other checks would look at the wrong places.
async function examine({ environment }: CommandContext): Promise<readonly Check[]> {
  const { env, leftOut } = environment()
  const config = readConfig(env)
  if (!('faults' in config)) {
    const others = leftOut.length === 0 ? '' : ` (of .env, ${leftOut.join(', ')} set nothing here)`
    return [fine('configuration', `no faults${others}`), ...(await hostChecks(config))]
  }
  const faults = config.faults.map(({ variable, wrong, fix }) => ({
    name: 'configuration',
    state: 'failed' as const,
    saw: `${variable} ${wrong}`,
    fix: `${variable}: ${fix}`,
  }))
  return [checkNode(process.versions.node), ...faults]
}

const marks = { fine: ['green', '✔'], advice: ['yellow', '○'], failed: ['red', '✖'] } as const

function line({ name, state, saw, fix }: Check, output: Output): string {
  const [style, mark] = marks[state]
  const first = `${styled(output.streams.stdout, style, mark)} ${name.padEnd(18)} ${saw}`
  return fix === null ? first : `${first}\n  ${''.padEnd(18)} fix: ${fix}`
}
