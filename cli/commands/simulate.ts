/** Plays scenes of a shop against the service: a sale that everybody wants a part of, and an ordinary day. */
import type { Command } from 'commander'
import { simulatedCarrier } from '../../simulation/carrier.ts'
import { arrivalsOfDay } from '../../simulation/day.ts'
import { lifeGenerator } from '../../simulation/lives.ts'
import { createTraffic } from '../../simulation/traffic.ts'
import { browser } from '../../simulation/visits/browse.ts'
import type { ReactorList } from '../../dashboard/api-shapes.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import type { HttpClient } from '../client/http-client.ts'
import { blackFriday, type BlackFridayReport } from '../load/black-friday.ts'
import { watchInterruption } from '../load/interruption.ts'
import { positiveNumber, wholeNumber } from '../load/options.ts'
import { playDay, type DayReport } from '../day/play-day.ts'
import { addServiceOptions, connect, requireSuccess, type ServiceOptions } from '../client/service.ts'
import { stockShop } from '../load/shop.ts'
import { styled, table } from '../output/output.ts'
import { grouped, reportRows } from '../output/report.ts'

interface BlackFridayOptions extends ServiceOptions {
  readonly number: number
  readonly concurrency: number
  readonly stock?: number
}

interface DayOptions extends ServiceOptions {
  readonly number: number
  readonly concurrency: number
  readonly speed: number
  readonly seed?: number
}

const MINUTES_OF_DAY = 1_440

export function register(program: Command, context: CommandContext): void {
  const simulate = program
    .command('simulate')
    .description('run a shop scenario against the service')
    .addHelpText(
      'after',
      examples('orderledger simulate black-friday -n 100 -c 20', 'orderledger simulate day --speed 2880'),
    )
  addServiceOptions(
    simulate
      .command('black-friday')
      .description('one hot product with more customers than units: checks what was sold, refused and (never) oversold')
      .option('-n, --number <n>', 'number of customers; each orders one unit', wholeNumber(1, 1_000_000), 100)
      .option('-c, --concurrency <n>', 'concurrent customers', wholeNumber(1, 1_000), 20)
      .option('--stock <units>', 'units in stock (default: half the number of customers)', wholeNumber(0, 1_000_000)),
  )
    .addHelpText('after', '\nExit code 1 if answers, log and view contradict each other, or if an order got no answer.')
    .addHelpText(
      'after',
      examples(
        'orderledger simulate black-friday -n 100 -c 20',
        'orderledger simulate black-friday -n 5000 -c 200 --stock 10',
      ),
    )
    .action((options: BlackFridayOptions) => playBlackFriday(context, options))
  addServiceOptions(
    simulate
      .command('day')
      .description(
        'a day of orders in one minute, with what customers look at before and what becomes of them: paid, declined, cancelled, delivered',
      )
      .option('-n, --number <n>', 'number of orders in the day', wholeNumber(1, 10_000_000), 5_000)
      .option('-c, --concurrency <n>', 'requests in flight', wholeNumber(1, 1_000), 64)
      .option('--speed <x>', 'how many times faster than real time', positiveNumber(1_000_000), MINUTES_OF_DAY)
      .option('--seed <s>', 'play the same day as another run with this seed', wholeNumber(0, Number.MAX_SAFE_INTEGER)),
  )
    .addHelpText(
      'after',
      examples('orderledger simulate day', 'orderledger simulate day -n 100000 --speed 288 --seed 7'),
    )
    .action((options: DayOptions) => playWholeDay(context, options))
}

async function playBlackFriday(context: CommandContext, options: BlackFridayOptions): Promise<void> {
  const { number: customers, concurrency, stock = Math.floor(customers / 2) } = options
  const { currency } = context.config()
  await withClient(context, options, async (client, signal) => {
    const progress = context.output.progress('black friday', customers)
    const advance = () => progress.advance(1)
    const report = await blackFriday({ client, customers, concurrency, stock, currency, signal, advance }).finally(() =>
      progress.stop(),
    )
    context.output.result(report, () => blackFridayText(context, report))
    if (report.breaches.length > 0 || report.failed > 0 || report.delivery.sent < customers) context.exitWith(1)
  })
}

function blackFridayText({ output }: CommandContext, report: BlackFridayReport): string {
  const { sku, stock, sold, oversold, breaches } = report
  const sale = [
    ['stock', grouped(stock)],
    ['sold', grouped(sold)],
    ['oversold', grouped(oversold)],
  ]
  const { stdout } = output.streams
  const verdict =
    breaches.length === 0
      ? [`${styled(stdout, 'green', '✔')} answers, log and GET /products/${sku} agree`]
      : breaches.map((breach) => `${styled(stdout, 'red', '✖')} ${breach}`)
  return [table(['black friday', sku], [...sale, ...reportRows(report.delivery)]), ...verdict].join('\n')
}

async function playWholeDay(context: CommandContext, options: DayOptions): Promise<void> {
  const { number: count, concurrency, speed, seed = Math.floor(Math.random() * 2 ** 32) } = options
  const traffic = createTraffic(seed, { currency: context.config().currency })
  const arrivals = arrivalsOfDay(seed, count)
  const tiers = new Map(traffic.customers.map(({ customerId, tier }) => [customerId, tier]))
  const nextLife = lifeGenerator(seed)
  await withClient(context, options, async (client, signal) => {
    await stockShop({ client, ...traffic, concurrency, signal })
    const progress = context.output.progress('day', count)
    const report = await playDay({
      ...{ client, arrivals, speed, concurrency, signal, nextOrder: traffic.nextOrder },
      browser: browser(
        seed,
        traffic.products.map(({ sku }) => sku),
      ),
      lifeOf: ({ customerId }) => nextLife(tiers.get(customerId) ?? 'standard'),
      carrier: (await hasCarrier(client)) ? null : simulatedCarrier(seed, PARCEL_STEPS),
      advance: () => progress.advance(1),
    }).finally(() => progress.stop())
    context.output.result({ seed, speed, ...report, interrupted: report.sent < count }, () =>
      table(
        ['day', `seed ${seed}, ${grouped(speed)} times faster`],
        [...reportRows(report), ...lifeRows(report.lives)],
      ),
    )
    if (report.failed > 0 || report.invalid > 0 || report.sent < count) context.exitWith(1)
  })
}

/** Of the shop's day: a parcel is fetched, and under way, for half an hour to four hours. */
const PARCEL_STEPS = { from: 1_800_000, to: 14_400_000 }

/** Whether the service delivers what is paid by itself (DELIVERY_SIMULATION). */
async function hasCarrier(client: HttpClient): Promise<boolean> {
  const reply = await client.get('/reactors')
  requireSuccess(reply, `GET ${client.url}/reactors`)
  const { items } = reply.body as ReactorList
  return items.some(({ name }) => name === 'deliveries')
}

function lifeRows({ refused, ...counts }: DayReport['lives']): readonly (readonly [string, string])[] {
  const names = {
    paid: 'paid',
    declined: 'declined',
    pending: 'unsettled',
    cancelled: 'cancelled',
    delivered: 'delivered',
    deliveriesFailed: 'not delivered',
    userEvents: 'user events',
  } as const
  const rows = Object.entries(names).flatMap(([key, name]) => {
    const count = counts[key as keyof typeof names]
    return count > 0 ? [[name, grouped(count)] as const] : []
  })
  const reasons = Object.entries(refused).map(([code, count]) => `${code} ${grouped(count)}`)
  return reasons.length === 0 ? rows : [...rows, ['steps refused', reasons.join(', ')]]
}

async function withClient(
  context: CommandContext,
  options: ServiceOptions & { readonly concurrency: number },
  play: (client: HttpClient, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { output } = context
  const interruption = watchInterruption(() =>
    output.note('finishing requests in flight; press Ctrl-C again to stop at once'),
  )
  try {
    const client = await connect(context, { options, connections: options.concurrency, signal: interruption.signal })
    await play(client, interruption.signal).finally(() => client.close())
  } finally {
    interruption.release()
  }
}
