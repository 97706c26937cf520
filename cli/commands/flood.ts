/** Sends random orders, as fast as they are answered or at a steady rate, and reports what became of them. */
import { silentLog } from '../../kafka/client/connection.ts'
import { Option, type Command } from 'commander'
import { BatchSender } from '../../kafka/client/batch-sender.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { createTraffic } from '../../simulation/traffic.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { floodBehaviour, type BehaviourReport, type FloodingBehaviour } from '../load/flood-behaviour.ts'
import { floodTopic, type FloodingTopic } from '../load/flood-topic.ts'
import { watchInterruption } from '../load/interruption.ts'
import { positiveNumber, wholeNumber } from '../load/options.ts'
import { sendOrders } from '../load/send-orders.ts'
import { addServiceOptions, connect, type ServiceOptions } from '../client/service.ts'
import { Restock, type RestockReport } from '../load/restock.ts'
import { stockShop } from '../load/shop.ts'
import { table } from '../output/output.ts'
import { produceTargets } from '../producing/produce-targets.ts'
import { requireKafka, toldIfAway } from '../records/reach-kafka.ts'
import { grouped, reportRows, type DeliveryReport } from '../output/report.ts'

interface FloodOptions extends ServiceOptions {
  readonly number?: number
  readonly concurrency?: number
  /** Orders a second. */
  readonly rate?: number
  readonly intense?: true
  readonly extreme?: true
  readonly seed?: number
  readonly to: 'http' | 'kafka'
  readonly restock: boolean
  readonly behaviour?: true
}

interface Force {
  readonly number: number
  readonly concurrency: number
}

const gentle: Force = { number: 1_000, concurrency: 16 }
const intense: Force = { number: 10_000, concurrency: 64 }
const extreme: Force = { number: 50_000, concurrency: 256 }

/** A record waits for the batch it is sent in, and for the one in which it is read: many have to be under way. */
const overKafka = 1_000

const LONGEST_FLOOD = 10_000_000

const details = `
Without --rate it sends the next order when one is answered (closed loop): this measures how many orders a second the
service takes. With --rate it sends orders at evenly spaced moments, however slow the answers are (open loop), and counts
latency from the moment an order was due: this measures how long customers wait at that load. -c limits the orders in
flight in both cases. With --to kafka it sends orders to the topic order-commands, and an order counts as answered once
the log has its outcome (-c is then ${overKafka} by default). It creates missing products and customers. A refusal (a
product sold out) is an answer; exit code 1 if an order got no answer. Where its orders sell a product out it receives
stock again and says how much; --no-restock leaves the product sold out.`

export function register(program: Command, context: CommandContext): void {
  const command = program
    .command('flood')
    .description('send random orders to the service and report rate and latency')
    .option('-n, --number <n>', 'number of orders (default: 1000)', wholeNumber(1, LONGEST_FLOOD))
    .option('-c, --concurrency <n>', 'requests in flight (default: 16)', wholeNumber(1, 1_000))
    .option('--rate <r>', 'orders per second, evenly spaced', positiveNumber(100_000))
    .addOption(new Option('--intense', `-n ${intense.number} -c ${intense.concurrency}`).conflicts('extreme'))
    .option('--extreme', `-n ${extreme.number} -c ${extreme.concurrency}`)
    .addOption(new Option('--to <way>', 'how to send them').choices(['http', 'kafka']).default('http'))
    .addOption(
      new Option(
        '--behaviour',
        'send user events in batches of 100 instead of orders; -n and --rate count events',
      ).conflicts(['to', 'intense', 'extreme']),
    )
    .option('--no-restock', 'leave what its orders sell out sold out')
    .option(
      '--seed <s>',
      'send the same orders as another flood with this seed',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
  addServiceOptions(command)
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples('orderledger flood -n 30000 -c 128 --rate 500', 'orderledger flood --behaviour -n 100000 --rate 2000'),
    )
    .action((options: FloodOptions) => flood(context, options))
}

async function flood(context: CommandContext, options: FloodOptions): Promise<void> {
  const { output } = context
  const kafka = options.to === 'kafka' ? requireKafka(context, 'flood --to kafka') : null
  const { number: count, concurrency } = forceOf(options)
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32)
  const traffic = createTraffic(seed, { currency: context.config().currency })
  const interruption = watchInterruption(() =>
    output.note('finishing requests in flight; press Ctrl-C again to stop at once'),
  )
  const { signal } = interruption
  const client = await connect(context, { options, connections: concurrency, signal })
  const { rate } = options
  try {
    await stockShop({ client, ...traffic, concurrency, signal })
    if (options.behaviour === true) {
      await floodWithBehaviour(context, { client, count, seed, concurrency, signal, products: traffic.products, rate })
      return
    }
    const restock = options.restock ? new Restock(client) : null
    const progress = output.progress('flood', count)
    const sending = {
      client,
      count,
      nextOrder: traffic.nextOrder,
      concurrency,
      signal,
      ...(restock === null ? {} : { restock }),
      ...(rate === undefined ? {} : { schedule: (index: number) => (index * 1_000) / rate }),
      advance: () => progress.advance(1),
    }
    const report = await (
      kafka === null ? sendOrders(sending) : overTopic(kafka, sending, options.patience * 1_000)
    ).finally(() => progress.stop())
    const received = restock?.report() ?? null
    const interrupted = report.sent < count
    output.result({ seed, concurrency, rate: rate ?? null, ...report, received, interrupted }, () =>
      table(['flood', `seed ${seed}`], [...reportRows(report), ...receivedRows(received)]),
    )
    if (report.failed > 0 || report.invalid > 0 || report.sent < count) context.exitWith(1)
  } finally {
    interruption.release()
    await client.close()
  }
}

interface BehaviourFlood extends Pick<FloodingBehaviour, 'client' | 'count' | 'seed' | 'concurrency' | 'signal'> {
  readonly products: readonly { readonly sku: string }[]
  readonly rate: number | undefined
}

async function floodWithBehaviour(
  context: CommandContext,
  { products, rate, ...flooding }: BehaviourFlood,
): Promise<void> {
  const { output } = context
  const { count, seed, concurrency } = flooding
  const progress = output.progress('flood', count)
  const report = await floodBehaviour({
    ...flooding,
    skus: products.map(({ sku }) => sku),
    ...(rate === undefined ? {} : { rate }),
    advance: (events) => progress.advance(events),
  }).finally(() => progress.stop())
  output.result({ seed, concurrency, rate: rate ?? null, ...report, interrupted: report.sent < count }, () =>
    table(['flood', `behaviour, seed ${String(seed)}`], behaviourRows(report)),
  )
  if (report.failed > 0 || report.sent < count) context.exitWith(1)
}

function behaviourRows(report: BehaviourReport): readonly (readonly [string, string])[] {
  const { p50, p99, max } = report.latencyMs
  const verdicts = (['accepted', 'duplicates', 'late', 'parked', 'failed'] as const).filter((name) => report[name] > 0)
  return [
    ['events', grouped(report.sent)],
    ...verdicts.map((name) => [name, grouped(report[name])] as const),
    ['rate', `${grouped(report.ratePerSecond)} a second, ${report.seconds.toFixed(1)} s`],
    ['latency', `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms (of a request of 100)`],
  ]
}

function receivedRows(received: RestockReport | null): readonly (readonly [string, string])[] {
  if (received === null) return []
  const { receipts, units, products, failure } = received
  const times = receipts === 1 ? 'once' : `${grouped(receipts)} times`
  return [
    ...(receipts === 0
      ? []
      : [['received', `${grouped(units)} units, ${times}, of ${products} sold out (--no-restock)`] as const]),
    ...(failure === null ? [] : [['not received', failure] as const]),
  ]
}

type Sending = Omit<FloodingTopic, 'sender' | 'target' | 'patience'>

async function overTopic(kafka: KafkaSettings, sending: Sending, patience: number): Promise<DeliveryReport> {
  return toldIfAway(kafka, async () => {
    const target = (await produceTargets(kafka)).get('order-commands')
    if (target === undefined) throw new Error('records cannot be sent to order-commands')
    const parts = { kafka, clientId: 'flood', log: silentLog, linger: 0, patience, monotonic: () => performance.now() }
    const sender = new BatchSender({
      ...parts,
      now: () => Date.now(),
      onAcked: () => undefined,
      onRetry: () => undefined,
    })
    return floodTopic({ ...sending, sender, target, patience }).finally(() => sender.close())
  })
}

function forceOf(options: FloodOptions): Force {
  const preset = options.extreme ? extreme : options.intense ? intense : gentle
  return {
    number: options.number ?? preset.number,
    concurrency: options.concurrency ?? (options.to === 'kafka' ? overKafka : preset.concurrency),
  }
}
