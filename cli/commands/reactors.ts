/** Shows the reactors and what they have still to do, pauses them, and has them try again what they could not. */
import type { Command } from 'commander'
import type { Reactor, ReactorList } from '../../dashboard/api-shapes.ts'
import { addServiceOptions, requireSuccess, withService, type ServiceOptions } from '../client/service.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { wholeNumber } from '../load/options.ts'
import { reactorsText } from '../output/reactor-texts.ts'

export function register(program: Command, context: CommandContext): void {
  const reactors = program
    .command('reactors')
    .description('show the reactors, pause them, and retry what they could not do')
    .addHelpText('after', examples('orderledger reactors list', 'orderledger reactors retry expire-orders'))
  addServiceOptions(reactors.command('list').description('show every reactor, its position and what it has parked'))
    .addHelpText('after', examples('orderledger reactors list', 'orderledger reactors list --json'))
    .action((options: ServiceOptions) =>
      withService(context, options, async (client) => {
        const reply = await client.get('/reactors')
        requireSuccess(reply, `GET ${client.url}/reactors`)
        const { items } = reply.body as ReactorList
        context.output.result({ items }, () => reactorsText(items))
      }),
    )

  const act = (options: ServiceOptions, path: string, body: object = {}) =>
    withService(context, options, async (client) => {
      const reply = await client.post(path, JSON.stringify(body))
      requireSuccess(reply, `POST ${client.url}${path}`)
      const items = [reply.body as Reactor]
      context.output.result({ items }, () => reactorsText(items))
    })
  for (const [verb, description] of [
    ['pause', 'have a reactor begin nothing until it is resumed'],
    ['resume', 'have a paused reactor continue with what waited'],
  ] as const) {
    addServiceOptions(reactors.command(verb).description(description).argument('<reactor>', 'which'))
      .addHelpText(
        'after',
        examples(`orderledger reactors ${verb} expire-orders`, `orderledger reactors ${verb} expire-orders --json`),
      )
      .action((name: string, options: ServiceOptions) => act(options, `/reactors/${encodeURIComponent(name)}/${verb}`))
  }
  addServiceOptions(
    reactors
      .command('retry')
      .description('retry the event at which a reactor stopped, and all that it has parked')
      .argument('<reactor>', 'which')
      .argument('[position]', 'only what is parked of the event at this position', eventPosition)
      .option('--webhook <n>', "with a position: the payment provider's message of this number", webhookNumber),
  )
    .addHelpText(
      'after',
      examples('orderledger reactors retry expire-orders', 'orderledger reactors retry expire-orders 4711'),
    )
    .action((name: string, position: number | undefined, { webhook, ...options }: CauseOptions, command: Command) => {
      if (position !== undefined) return act(options, `${causePath(name, position)}/retry`, { webhook })
      if (webhook !== undefined) {
        command.error("error: option '--webhook <n>' needs the position of its event: see orderledger reactors list", {
          exitCode: 2,
        })
      }
      return act(options, `/reactors/${encodeURIComponent(name)}/retry`)
    })
  addServiceOptions(
    reactors
      .command('skip')
      .description('give up what a reactor has parked of one event')
      .argument('<reactor>', 'which')
      .argument('<position>', 'of the event', eventPosition)
      .requiredOption('--reason <text>', 'why')
      .option('--webhook <n>', "the payment provider's message of this number", webhookNumber),
  )
    .addHelpText(
      'after',
      `
What is recorded: a charge ends as declined (skipped), a refund counts as settled outside, a mail or text message as failed;
of a payment provider's message, and of all other reactors, nothing.`,
    )
    .addHelpText(
      'after',
      examples(
        "orderledger reactors skip payments 4711 --reason 'refunded at the desk'",
        "orderledger reactors skip payments 4711 --webhook 1 --reason 'settled by hand'",
      ),
    )
    .action((name: string, position: number, { webhook, reason, ...options }: CauseOptions & { reason: string }) =>
      act(options, `${causePath(name, position)}/skip`, { webhook, reason }),
    )
}

interface CauseOptions extends ServiceOptions {
  readonly webhook?: number
}

const webhookNumber = wholeNumber(1, 1_000_000)
const eventPosition = wholeNumber(1, 1e15 - 1)

function causePath(name: string, position: number): string {
  return `/reactors/${encodeURIComponent(name)}/causes/${String(position)}`
}
