import type { Command } from 'commander'
import { WebSocket } from 'undici'
import { LiveClient, type LiveFrame, type Socket } from '../../dashboard/live.ts'
import { StartFailure } from '../../app/start-failure.ts'
import { addServiceOptions, connect, serviceOf, type ServiceOptions } from '../client/service.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { watchInterruption } from '../load/interruption.ts'
import { wholeNumber } from '../load/options.ts'

interface WatchOptions extends ServiceOptions {
  readonly limit?: number
  readonly stream?: boolean
}

export function register(program: Command, context: CommandContext): void {
  const command = program
    .command('watch')
    .description('show changes as they come, until Ctrl-C; a connection that breaks goes on where it was')
    .argument('<topic...>', 'orders, payments, deliveries, stock, sales, activity, alerts, projections, reactors, lag')
    .option('--limit <n>', 'items to begin with, of each topic', wholeNumber(1, 200))
    .option('--stream', 'as an event stream instead of a WebSocket')
    .addHelpText('after', examples('orderledger watch orders', 'orderledger watch activity --json'))
  addServiceOptions(command).action((topics: string[], options: WatchOptions) => watch(context, topics, options))
}

/** Results are the frames (with --json: as they came, one a line); how the connection does goes to stderr. */
async function watch(context: CommandContext, names: readonly string[], options: WatchOptions): Promise<void> {
  const { output } = context
  const interruption = watchInterruption(() => undefined)
  const greeting = await connect(context, { options, connections: 1, signal: interruption.signal })
  await greeting.close()
  const { url, token } = serviceOf(context, options)
  const asked = options.limit === undefined ? {} : { limit: options.limit }
  const failure = await new Promise<StartFailure | null>((resolve) => {
    const refused = (code: string, what: string): void =>
      resolve(
        new StartFailure({
          code,
          exitCode: 2,
          what,
          tried: `to follow ${names.join(', ')}`,
          next: 'orderledger watch --help',
        }),
      )
    const client = new LiveClient({
      ...{ url, token, topics: Object.fromEntries(names.map((name) => [name, asked])) },
      ...(options.stream === true && { carriers: ['event-stream'] as const }),
      openSocket: (address) => new WebSocket(address) as unknown as Socket,
      onFrame: (frame) => output.streams.stdout.write(output.json() ? `${JSON.stringify(frame)}\n` : frameText(frame)),
      onStatus(status, detail) {
        if (status === 'ended' && !interruption.signal.aborted) refused('live-ended', `the service ended it: ${detail}`)
        else output.note(`${status}: ${detail}`)
      },
      onError: ({ code, topic, detail }) => {
        if (topic === null) refused(code, detail)
        else output.note(`${topic}: ${detail}`)
      },
    })
    client.start()
    interruption.signal.addEventListener('abort', () => {
      client.stop()
      resolve(null)
    })
  })
  interruption.release()
  if (failure !== null) throw failure
}

/** A line for each item: where it stands, its topic, and what it is. */
function frameText({ topic, type, reason, to, items }: LiveFrame): string {
  const head = `${String(to).padStart(9)}  ${topic.padEnd(11)}`
  const lines = items.map((item) => `${head}  ${JSON.stringify(item)}\n`).join('')
  return type === 'snapshot' ? `${head}  snapshot (${reason ?? ''}) of ${String(items.length)}\n${lines}` : lines
}
