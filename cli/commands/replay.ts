/** Rebuilds read models from the log beside the live ones, and watches over it. */
import type { Command } from 'commander'
import { examples } from '../examples.ts'
import type { CommandContext } from '../command-context.ts'
import type { HttpClient } from '../client/http-client.ts'
import { wholeNumber } from '../load/options.ts'
import { addServiceOptions, withService, type ServiceOptions } from '../client/service.ts'
import { buildAhead } from '../replaying/build-ahead.ts'
import { runReplays } from '../replaying/run-replays.ts'
import { cancel, post, readReplay, readReplays } from '../client/replay-client.ts'
import { outcomeText, replaysText } from '../output/replay-texts.ts'

interface ReplayOptions extends ServiceOptions {
  readonly check?: true
  readonly rate?: number
  readonly acceptDifferences?: true
  readonly ahead?: true
}

const details = `
A replay builds new rows next to the live ones and compares them. If they are equal, the new rows become live in one step.
If they differ, the live rows stay and the command shows the differences. Ctrl-C leaves the replay running.
Exits with 1 if rows differ or a replay fails.`

export function register(program: Command, context: CommandContext): void {
  const replay = program.command('replay').description('rebuild read models from the log, next to the live ones')
  addServiceOptions(
    replay
      .argument('<projection>', 'a projection, or all')
      .option('--check', 'compare only, do not switch')
      .option('--rate <n>', 'maximum events per second', wholeNumber(1, 1_000_000))
      .option('--accept-differences', 'switch even if rows differ')
      .option('--ahead', 'run this from a newer release to build its rows before you deploy it'),
  )
    .addHelpText('after', details)
    .addHelpText('after', examples('orderledger replay sales --check', 'orderledger replay all --rate 20000'))
    .action((name: string, options: ReplayOptions) =>
      options.ahead === true ? buildAhead(context, name) : runReplays(context, name, options),
    )
  addServiceOptions(replay.command('list').description('show the newest replays'))
    .addHelpText('after', examples('orderledger replay list', 'orderledger replay list --json'))
    .action((options: ServiceOptions) =>
      withService(context, options, async (client) => {
        const items = await readReplays(client)
        context.output.result({ items }, () => replaysText(items))
      }),
    )
  for (const { name, description, act } of STEPS) {
    addServiceOptions(
      replay.command(name).description(description).argument('<replay>', 'replay id, as `replay list` shows it'),
    )
      .addHelpText(
        'after',
        examples(
          `orderledger replay ${name} 01a1ffa1-cbee-76fe-b117-ed130f4c2db4`,
          `orderledger replay ${name} --help`,
        ),
      )
      .action((replayId: string, options: ServiceOptions) =>
        withService(context, options, async (client) => {
          await act(client, replayId)
          const now = await readReplay(client, replayId)
          context.output.result(now, () => outcomeText([now]))
        }),
      )
  }
}

const STEPS: readonly {
  readonly name: string
  readonly description: string
  readonly act: (client: HttpClient, replayId: string) => Promise<unknown>
}[] = [
  { name: 'status', description: 'show one replay and its progress', act: async () => undefined },
  { name: 'pause', description: 'pause one', act: (client, id) => post(client, `/replays/${id}/pause`) },
  { name: 'resume', description: 'resume one', act: (client, id) => post(client, `/replays/${id}/resume`) },
  { name: 'cancel', description: 'cancel one and drop what it built', act: (client, id) => cancel(client, id) },
]
