/** Shows the reactors and what they have still to do, and has them try again what they could not. */
import type { Command } from 'commander'
import type { Reactor, ReactorList } from '../../dashboard/api-shapes.ts'
import { addServiceOptions, requireSuccess, withService, type ServiceOptions } from '../client/service.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { reactorsText } from '../output/reactor-texts.ts'

export function register(program: Command, context: CommandContext): void {
  const reactors = program
    .command('reactors')
    .description('show the reactors, and retry what they could not do')
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
  addServiceOptions(
    reactors
      .command('retry')
      .description('retry the event at which a reactor stopped, and all that it has parked')
      .argument('<reactor>', 'which'),
  )
    .addHelpText(
      'after',
      examples('orderledger reactors retry expire-orders', 'orderledger reactors retry expire-orders --json'),
    )
    .action((name: string, options: ServiceOptions) =>
      withService(context, options, async (client) => {
        const path = `/reactors/${encodeURIComponent(name)}/retry`
        const reply = await client.post(path, '{}')
        requireSuccess(reply, `POST ${client.url}${path}`)
        const items = [reply.body as Reactor]
        context.output.result({ items }, () => reactorsText(items))
      }),
    )
}
