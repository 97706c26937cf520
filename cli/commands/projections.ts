/** Shows the read models and how far they are, pauses and resumes them, and compares them with the log. */
import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import type { HttpClient } from '../client/http-client.ts'
import { wholeNumber } from '../load/options.ts'
import { addServiceOptions, withService, type ServiceOptions } from '../client/service.ts'
import { checkOneRow } from '../replaying/check-one-row.ts'
import { namesOf, post, readProjections, resumeProjections } from '../client/replay-client.ts'
import { runReplays } from '../replaying/run-replays.ts'
import { projectionsText, resumedText } from '../output/replay-texts.ts'

interface CheckOptions extends ServiceOptions {
  readonly rate: number
  readonly key?: string
  readonly heal?: true
}

/** Slow enough that a check of everything takes no notice of orders, and they none of it. */
const CHECK_RATE = 20_000

export function register(program: Command, context: CommandContext): void {
  const projections = program
    .command('projections')
    .description('show the read models, pause and resume them, compare them with the log')
    .addHelpText('after', examples('orderledger projections list', 'orderledger projections check all'))
  addServiceOptions(projections.command('list').description('show every projection and how far it is'))
    .addHelpText('after', examples('orderledger projections list', 'orderledger projections list --json'))
    .action((options: ServiceOptions) => withService(context, options, (client) => show(context, client, 'all')))
  for (const step of ['pause', 'resume'] as const) {
    addServiceOptions(
      projections
        .command(step)
        .description(step === 'pause' ? 'pause one' : 'resume one; a failed one is retried, and it says how that went')
        .argument('<projection>', 'a projection, or all'),
    )
      .addHelpText('after', examples(`orderledger projections ${step} sales`, `orderledger projections ${step} all`))
      .action((name: string, options: ServiceOptions) =>
        withService(context, options, async (client) => {
          const names = await namesOf(client, name)
          if (step === 'resume') return resume(context, client, names)
          for (const each of names) await post(client, `/projections/${each}/${step}`)
          await show(context, client, name)
        }),
      )
  }
  addServiceOptions(
    projections
      .command('check')
      .description('compare the rows with the log at a low rate; changes nothing')
      .argument('<projection>', 'a projection, or all')
      .option('--rate <n>', 'maximum events per second', wholeNumber(1, 1_000_000), CHECK_RATE)
      .option('--key <key>', 'check one row only, of a projection whose rows each have one stream: an order, a product')
      .option('--heal', 'with --key: write the row as its stream tells it'),
  )
    .addHelpText('after', '\nExits with 1 if rows differ.')
    .addHelpText(
      'after',
      examples('orderledger projections check sales', 'orderledger projections check orders --key ORDER --heal'),
    )
    .action((name: string, { key, heal, ...options }: CheckOptions) =>
      key === undefined
        ? runReplays(context, name, { ...options, check: true })
        : checkOneRow(context, { name, key, heal: heal === true }),
    )
}

/** Exits with 1 when one of them failed again. */
async function resume(context: CommandContext, client: HttpClient, names: readonly string[]): Promise<void> {
  const items = await resumeProjections(client, names)
  context.output.result({ items }, () => resumedText(items))
  if (items.some(({ outcome }) => outcome === 'failed')) context.exitWith(1)
}

async function show(context: CommandContext, client: HttpClient, name: string): Promise<void> {
  const names = await namesOf(client, name)
  const items = (await readProjections(client)).filter((projection) => names.includes(projection.name))
  context.output.result({ items }, () => projectionsText(items))
}
