/** Shows the log, decoded: its end as it grows, or one event of it. */
import { setTimeout as delay } from 'node:timers/promises'
import { Argument, type Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import type { HttpClient } from '../client/http-client.ts'
import { field } from '../load/delivery.ts'
import { watchInterruption } from '../load/interruption.ts'
import { wholeNumber } from '../load/options.ts'
import { addServiceOptions, connect, requireSuccess, type ServiceOptions } from '../client/service.ts'

interface TailOptions extends ServiceOptions {
  readonly number: number
  readonly type?: string
  readonly stream?: string
  readonly follow: boolean
}

/** How often the log is asked for news while it has none. */
const POLL_MS = 250
/** The most the service gives at once. */
const PAGE = 200
/** How far back the last events of one type or stream are looked for. */
const LOOK_BACK = 10_000

export function register(program: Command, context: CommandContext): void {
  const events = program
    .command('events')
    .description('show the log, decoded')
    .addHelpText('after', examples('orderledger events tail -n 5', 'orderledger events show 42'))
  addServiceOptions(
    events
      .command('tail')
      .description('print the newest events, then each new one until Ctrl-C')
      .option('-n, --number <n>', 'number of newest events to start with', wholeNumber(0, LOOK_BACK), 10)
      .option('--type <type>', 'only events of this type, such as OrderPlaced')
      .option('--stream <stream>', 'only events of this stream, such as inventory-IPHONE-17')
      .option('--no-follow', 'exit after the newest events'),
  )
    .addHelpText('after', `\nWith --type the newest ones are looked for among the last ${LOOK_BACK} events.`)
    .addHelpText('after', '\nWith --json each event is a line of JSON.')
    .addHelpText(
      'after',
      examples(
        'orderledger events tail --type OrderRejected',
        'orderledger events tail --stream inventory-IPHONE-17 -n 50',
      ),
    )
    .action((options: TailOptions) => tail(context, options))
  addServiceOptions(
    events
      .command('show')
      .description('print one whole event')
      .addArgument(
        new Argument('<position>', 'position in the log, from 1').argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
      ),
  )
    .addHelpText('after', examples('orderledger events show 42', 'orderledger events show 42 --json'))
    .action((position: number, options: ServiceOptions) => show(context, position, options))
}

async function tail(context: CommandContext, options: TailOptions): Promise<void> {
  const interruption = watchInterruption(() => undefined)
  const { signal } = interruption
  const client = await connect(context, { options, connections: 1, signal })
  try {
    const head = await positionOfView(client)
    const filtered = options.type !== undefined || options.stream !== undefined
    const from = options.stream !== undefined ? 0 : Math.max(head - (filtered ? LOOK_BACK : options.number), 0)
    const newest = await newestFrom(client, options, from)
    for (const event of newest.events) print(context, event)
    if (options.follow) await follow(context, client, { options, after: newest.after, signal })
  } finally {
    interruption.release()
    await client.close()
  }
}

interface Newest {
  readonly events: readonly unknown[]
  readonly after: number
}

async function newestFrom(client: HttpClient, options: TailOptions, from: number): Promise<Newest> {
  const events: unknown[] = []
  let after = from
  for (;;) {
    const { items, next } = await page(client, { ...options, after, limit: PAGE })
    events.push(...items)
    events.splice(0, Math.max(events.length - options.number, 0))
    after = next ?? lastPosition(items) ?? after
    if (next === null) return { events, after }
  }
}

interface Following {
  readonly options: TailOptions
  readonly after: number
  readonly signal: AbortSignal
}

async function follow(
  context: CommandContext,
  client: HttpClient,
  { options, after, signal }: Following,
): Promise<void> {
  let behind = after
  while (!signal.aborted) {
    const { items, next } = await page(client, { ...options, after: behind, limit: PAGE })
    for (const event of items) print(context, event)
    behind = next ?? lastPosition(items) ?? behind
    if (next === null) await delay(POLL_MS, undefined, { signal }).catch(() => undefined)
  }
}

async function show(context: CommandContext, position: number, options: ServiceOptions): Promise<void> {
  const { signal } = new AbortController()
  const client = await connect(context, { options, connections: 1, signal })
  try {
    const { items } = await page(client, { after: position - 1, limit: 1 })
    const [event] = items
    if (event === undefined) {
      throw new StartFailure({
        code: 'no-such-event',
        exitCode: 1,
        what: `no event has the position ${position}`,
        tried: `GET ${client.url}/events?after=${position - 1}&limit=1`,
        next: 'orderledger events tail -n 1',
      })
    }
    context.output.result(event, () => JSON.stringify(event, null, 2))
  } finally {
    await client.close()
  }
}

interface PageQuery {
  readonly after: number
  readonly limit: number
  readonly type?: string
  readonly stream?: string
}

interface Page {
  readonly items: readonly unknown[]
  /** Where to go on; null at the end of the log. */
  readonly next: number | null
}

/** How far a view has followed the log: the end of the log, or shortly before it. */
async function positionOfView(client: HttpClient): Promise<number> {
  const reply = await client.get('/activity?limit=1')
  requireSuccess(reply, `GET ${client.url}/activity?limit=1`)
  const position = field(reply.body, 'position')
  return typeof position === 'number' ? position : 0
}

async function page(client: HttpClient, { after, limit, type, stream }: PageQuery): Promise<Page> {
  const query = new URLSearchParams({ after: String(after), limit: String(limit) })
  if (type !== undefined) query.set('type', type)
  if (stream !== undefined) query.set('stream', stream)
  const path = `/events?${query}`
  const reply = await client.get(path)
  requireSuccess(reply, `GET ${client.url}${path}`)
  const [items, next] = [field(reply.body, 'items'), field(reply.body, 'next')]
  return { items: Array.isArray(items) ? items : [], next: typeof next === 'number' ? next : null }
}

function lastPosition(items: readonly unknown[]): number | null {
  const position = field(items.at(-1), 'position')
  return typeof position === 'number' ? position : null
}

function print({ output }: CommandContext, event: unknown): void {
  output.streams.stdout.write(`${output.json() ? JSON.stringify(event) : eventLine(event)}\n`)
}

/** An event in a line: where it stands, when it was recorded, what happened to what, and its data. */
export function eventLine(event: unknown): string {
  const text = (name: string) => String(field(event, name))
  const data = field(event, 'data')
  const content = data === null ? `unreadable: ${text('error')}` : JSON.stringify(data)
  return `${text('position').padStart(9)}  ${text('recordedAt')}  ${text('type').padEnd(18)}  ${text('stream')} v${text('version')}  ${content}`
}
