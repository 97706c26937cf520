/** Sends the lines of a file to Kafka: orders to be decided, what carriers report, and what customers do. Sent again, it orders nothing twice. */
import { silentLog } from '../../kafka/client/connection.ts'
import type { Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import { BatchSender, type SendFailure } from '../../kafka/client/batch-sender.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { watchInterruption } from '../load/interruption.ts'
import { linesOf, readLines, surveyed, unreadable, type Line } from '../files/json-lines.ts'
import { positiveNumber, wholeNumber } from '../load/options.ts'
import { table } from '../output/output.ts'
import { produceLines } from '../producing/produce-lines.ts'
import { produceTargets } from '../producing/produce-targets.ts'
import { userEventSending } from '../producing/user-event-sending.ts'
import { produceRows, ProduceTally } from '../producing/produce-tally.ts'
import { requireKafka, toldIfAway } from '../records/reach-kafka.ts'
import { grouped } from '../output/report.ts'

interface ProduceOptions {
  readonly rate?: number
  readonly speed?: number
  readonly linger: number
  readonly patience: number
}

const STDIN = '-'

const details = `
FILE has one JSON object per line (JSONL), with or without gzip; - is standard input, likewise. Its "type" says what it is:
  order       the body of POST /orders, beside "type" or in "order"; a line with "lines" needs no type -> order-commands
  delivery    {orderId, action: dispatch | deliver | fail, dispatch, reason}, beside "type" or in "body"                 -> delivery-commands
  what else customers do (page-view, add-to-cart, ...), by the properties of POST /user-events         -> user-events
A checkout or purchase with "lines" is an order. Of what customers do, types and properties that user events do not have are
left out and counted; card, device, address and network go as pseudonyms, where there is PSEUDONYM_SECRET and a registry.
The command refuses facts that this system records itself (OrderPlaced, payments, ...). The key of a record is
"customerId" (or "userId"), of a report "orderId". The id of a line ("id", for an order else "orderId", else made from the line and its number)
identifies the command, so sending a file again places nothing twice. --speed 1 sends lines as far apart as their "time"
says, --speed 60 a minute of them per second. Exit code 1 if a line was not sent, 3 if Kafka cannot be reached.`

export function register(program: Command, context: CommandContext): void {
  program
    .command('produce')
    .description('send the orders, delivery reports and user events of a file to Kafka')
    .argument('<file>', 'JSON lines, with or without gzip; - for standard input')
    .option('--rate <n>', 'maximum messages per second', positiveNumber(1_000_000))
    .option('--speed <x>', 'replay speed, as a factor of the times in the lines', positiveNumber(1_000_000))
    .option('--linger <ms>', 'how long a batch waits for more messages', wholeNumber(0, 10_000), 5)
    .option('--patience <seconds>', 'how long to retry messages that were not accepted', wholeNumber(1, 86_400), 60)
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples('orderledger produce orders.jsonl.gz', 'orderledger produce clicks.jsonl --speed 60'),
    )
    .action((file: string, options: ProduceOptions) => produce(context, file, options))
}

async function produce(context: CommandContext, file: string, options: ProduceOptions): Promise<void> {
  const { output } = context
  const kafka = requireKafka(context, `produce ${file}`)
  const total = file === STDIN ? null : (await surveyed(file)).lines
  const targets = await toldIfAway(kafka, () => produceTargets(kafka))
  const sending = await userEventSending(context)
  const interruption = watchInterruption(() => output.note('sending what was read; press Ctrl-C again to stop at once'))
  const { signal } = interruption
  const progress = output.progress('produce', total)
  const tally = new ProduceTally((line) => output.note(line))
  const sender = new BatchSender({
    kafka,
    clientId: 'produce',
    log: silentLog,
    linger: options.linger,
    patience: options.patience * 1_000,
    monotonic: () => performance.now(),
    now: () => Date.now(),
    onAcked(records, milliseconds) {
      tally.acked(records, milliseconds)
      progress.advance(records)
    },
    onRetry: (reason) => tally.retried(reason),
  })
  try {
    const reading = untilUnreadable(file, file === STDIN ? linesOf(standardInput(signal)) : readLines(file))
    const failure = await produceLines(reading.lines, { sender, targets, tally, signal, pace: options, sending })
    progress.stop()
    const report = tally.report()
    output.result({ file, ...report, interrupted: signal.aborted, linesNotSent: tally.notSent.kept() }, () =>
      [table(['produce', file], produceRows(report)), ...tally.notSent.shown()].join('\n'),
    )
    const sent = Object.values(report.topics).reduce((sum, lines) => sum + lines, 0)
    if (report.invalid > 0 || report.acked < sent || signal.aborted) context.exitWith(1)
    if (failure !== null) throw notSent(kafka, failure, report.acked)
    if (reading.fault() !== null) throw reading.fault()
  } finally {
    progress.stop()
    interruption.release()
    await sender.close()
  }
}

/** The lines up to where they cannot be read on: what came before is sent and reported like any other. */
function untilUnreadable(file: string, all: AsyncIterable<Line>) {
  let fault: unknown = null
  async function* readable(): AsyncGenerator<Line, void, undefined> {
    try {
      yield* all
    } catch (error) {
      fault = unreadable(file === STDIN ? 'the standard input' : file, error)
    }
  }
  return { lines: readable(), fault: () => fault }
}

/** Ends when it ends, or with the signal: a person who types, or a pipe, may do nothing for long. */
async function* standardInput(signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
  const end = (): void => void process.stdin.destroy()
  signal.addEventListener('abort', end, { once: true })
  try {
    for await (const chunk of process.stdin) yield Buffer.from(chunk as Uint8Array)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function notSent(kafka: KafkaSettings, failure: SendFailure, acked: number): StartFailure {
  return new StartFailure(
    {
      code: 'kafka-unreachable',
      exitCode: 3,
      what: `Kafka: ${failure.message}`,
      tried: `to send to ${kafka.brokers.join(', ')}, which accepted ${grouped(acked)}`,
      next: 'run the same command again once the brokers are up: a record that is sent twice takes effect once',
    },
    { cause: failure },
  )
}
