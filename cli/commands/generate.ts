/** Writes files of what a shop might see, made up from a seed: for measuring, and for trying out. */
import { InvalidArgumentError, type Command } from 'commander'
import { fromFor, generatePayments } from '../../simulation/payments/generate-payments.ts'
import type { GeneratedPayment } from '../../simulation/payments/payment.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { lineFile } from '../files/line-file.ts'
import { writeUserEvents, type UserEventOptions } from '../files/write-user-events.ts'
import { wholeNumber } from '../load/options.ts'
import { table } from '../output/output.ts'

interface PaymentOptions {
  readonly count: number
  readonly seed: number
  readonly perDay: number
  readonly fraud: number
  readonly from?: number
  readonly output: string
}

const MOST = 100_000_000

const details = `
FILE gets one attempt to pay a line, in the order of their times; FILE.labels.jsonl says of each order whether it is fraud, of
which kind (ring, testing, takeover) and of which case. The same seed and --from give the same lines, however many you ask for.
Everybody in it is made up: what finds fraud here has not shown what it finds in a shop.`

export function register(program: Command, context: CommandContext): void {
  const generate = program
    .command('generate')
    .description('write files of made-up payments and user events, from a seed')
    .addHelpText(
      'after',
      examples(
        'orderledger generate payments -n 1000 -o payments.jsonl',
        'orderledger generate payments -n 40000 --seed 1 --fraud 0.03 -o payments.jsonl',
      ),
    )
  generate
    .command('payments')
    .description('write attempts to pay, with fraud among them and labels beside them')
    .requiredOption('-n, --count <n>', 'lines', wholeNumber(1, MOST))
    .option('--seed <n>', 'the same seed writes the same file', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option('--per-day <n>', 'lines a day, on average', wholeNumber(1, MOST), 3_000)
    .option('--fraud <share>', 'share of fraud', share, 0.01)
    .option('--from <time>', 'when it begins, such as 2026-01-05T00:00:00Z; absent: so that it ends now', time)
    .requiredOption('-o, --output <file>', 'the file to write')
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples(
        'orderledger generate payments -n 40000 --seed 1 -o payments.jsonl',
        'orderledger fraud score payments.jsonl --labels payments.jsonl.labels.jsonl',
      ),
    )
    .action((options: PaymentOptions) => writePayments(context, options))
  generate
    .command('events')
    .description('write user events, as POST /user-events takes them, in the order in which they arrive')
    .requiredOption('-n, --count <n>', 'lines', wholeNumber(1, MOST))
    .option('--seed <n>', 'the same seed writes the same file', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option('--per-day <n>', 'lines a day, on average', wholeNumber(1, MOST), 100_000)
    .option('--from <time>', 'when it begins, such as 2026-01-05T00:00:00Z; absent: so that it ends now', time)
    .requiredOption('-o, --output <file>', 'the file to write')
    .addHelpText(
      'after',
      examples(
        'orderledger generate events -n 10000 --seed 1 -o events.jsonl',
        'orderledger generate events -n 500 --per-day 1000 -o small.jsonl',
      ),
    )
    .action((options: UserEventOptions) => writeUserEvents(context, options))
}

async function writePayments(context: CommandContext, options: PaymentOptions): Promise<void> {
  const { count, seed, perDay, fraud, from = fromFor(options, Date.now()), output: file } = options
  const progress = context.output.progress('generate payments', count)
  const labelFile = `${file}.labels.jsonl`
  const labelled = new Set<string>()
  let frauds = 0
  try {
    const [lines, labels] = [lineFile(file), lineFile(labelFile)]
    for (const payment of generatePayments({ seed, count, perDay, fraud, from })) {
      await lines.write(lineOf(payment))
      if (payment.fraud !== null) frauds += 1
      if (!labelled.has(payment.orderId))
        await labels.write(
          JSON.stringify({ orderId: payment.orderId, fraud: payment.fraud !== null, ...payment.fraud }),
        )
      labelled.add(payment.orderId)
      progress.advance(1)
    }
    for (const written of [lines, labels]) await written.end()
  } finally {
    progress.stop()
  }
  const written = {
    file,
    labels: labelFile,
    payments: count,
    orders: labelled.size,
    fraud: frauds,
    from: new Date(from).toISOString(),
  }
  context.output.result(written, () =>
    table(
      ['generated', ''],
      Object.entries(written).map(([name, value]) => [name, String(value)]),
    ),
  )
}

/** As a line of the file has it: without who did it. */
function lineOf({ fraud: _, at, settledAt, ...payment }: GeneratedPayment) {
  return JSON.stringify({ at: new Date(at).toISOString(), ...payment, settledAt: new Date(settledAt).toISOString() })
}

function share(text: string): number {
  const value = Number(text)
  if (/^\d(\.\d{1,9})?$/.test(text) && value < 1) return value
  throw new InvalidArgumentError('Use a share from 0 to below 1.')
}

function time(text: string): number {
  const value = Date.parse(text)
  if (Number.isFinite(value)) return value
  throw new InvalidArgumentError('Use a time such as 2026-01-05T00:00:00Z.')
}
