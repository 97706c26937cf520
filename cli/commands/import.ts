/** Sends a file of records to the service, one request a line; sending it again does nothing twice. */
import { Argument, type Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import type { HttpClient } from '../client/http-client.ts'
import { deliver, onward } from '../load/delivery.ts'
import { importKinds, importRecord, type ImportKind } from '../load/import-record.ts'
import { watchInterruption } from '../load/interruption.ts'
import { readLines, surveyed, type Line, type LineSurvey } from '../files/json-lines.ts'
import { LinesNotTaken } from '../load/lines-not-taken.ts'
import { wholeNumber } from '../load/options.ts'
import { sendAll, type Onward } from '../load/send-all.ts'
import { addServiceOptions, connect, type ServiceOptions } from '../client/service.ts'
import { table } from '../output/output.ts'
import { DeliveryTally, reportRows, type DeliveryReport } from '../output/report.ts'

interface ImportOptions extends ServiceOptions {
  readonly concurrency: number
  readonly fromLine: number
}

const details = `
FILE has one JSON object per line (JSONL), with or without gzip: the body of POST /products, /customers, /orders or, with its
sku, /products/{sku}/demand.
sku identifies a product, customerId a customer, orderId an order. A record that exists with the same content counts as
already there. A customer or an order without an id gets one made from the file's content and the line number, so you
can send the same file again; if you change the file, such records are new.
The import ends when the service has not answered for --patience, and prints the command that continues it.
Exit code 1 if a line was refused, invalid or failed, or if the import ended before the end of the file.`

export function register(program: Command, context: CommandContext): void {
  const command = program
    .command('import')
    .description('send the products, customers, orders or past demand of a file to the service')
    .addArgument(new Argument('<kind>', 'what the file contains').choices(importKinds))
    .argument('<file>', 'JSON lines, with or without gzip')
    .option('-c, --concurrency <n>', 'requests in flight', wholeNumber(1, 1_000), 32)
    .option('--from-line <n>', 'start at this line of the file', wholeNumber(1, Number.MAX_SAFE_INTEGER), 1)
  addServiceOptions(command)
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples('orderledger import products products.jsonl', 'orderledger import orders orders.jsonl.gz -c 64'),
    )
    .action((kind: ImportKind, file: string, options: ImportOptions) => importFile(context, { kind, file, options }))
}

interface Import {
  readonly kind: ImportKind
  readonly file: string
  readonly options: ImportOptions
}

async function importFile(context: CommandContext, asked: Import): Promise<void> {
  const { kind, file, options } = asked
  const { output } = context
  const survey = await surveyed(file, options.fromLine)
  const interruption = watchInterruption(() =>
    output.note('finishing requests in flight; press Ctrl-C again to stop at once'),
  )
  const { signal } = interruption
  const client = await connect(context, { options, connections: options.concurrency, signal })
  const progress = output.progress(`import ${kind}`, survey.lines)
  try {
    const sent = await sendLines({ ...asked, client, survey, signal, advance: () => progress.advance(1) })
    progress.stop()
    show(context, asked, { ...sent, lines: survey.lines })
  } finally {
    progress.stop()
    interruption.release()
    await client.close()
  }
}

interface SendingLines extends Import {
  readonly client: HttpClient
  readonly survey: LineSurvey
  readonly signal: AbortSignal
  readonly advance: () => void
}

interface SentLines {
  readonly report: DeliveryReport
  readonly notTaken: LinesNotTaken
  /** The line to go on from: everything before it has been answered. */
  readonly unfinished: number
}

async function sendLines(sending: SendingLines): Promise<SentLines> {
  const { kind, file, options, client, survey, signal, advance } = sending
  const { concurrency, fromLine } = options
  const tally = new DeliveryTally()
  const notTaken = new LinesNotTaken()
  let unsent = fromLine
  const start = performance.now()

  async function send(line: Line, dueAt: number): Promise<Onward> {
    unsent = Math.max(unsent, line.number + 1)
    const record = importRecord(kind, line, survey.hash)
    if (record.verdict === 'invalid') {
      tally.countUnsent()
      notTaken.note(line.number, { outcome: 'invalid', faults: record.faults })
      advance()
      return 'go-on'
    }
    const delivery = await deliver(() => client.post(record.path, record.body))
    tally.count(delivery, performance.now() - dueAt)
    notTaken.note(line.number, delivery)
    advance()
    return onward(delivery)
  }

  await sendAll({ source: linesFrom(file, fromLine), concurrency, send, signal })
  const report = tally.report(performance.now() - start)
  return { report, notTaken, unfinished: Math.min(unsent, notTaken.firstFailed) }
}

function show(context: CommandContext, asked: Import, sent: SentLines & { readonly lines: number }): void {
  const { report, notTaken, lines } = sent
  const interrupted = report.sent < lines
  const goOn = interrupted || report.failed > 0 ? commandFrom(asked, sent.unfinished) : null
  const { kind, file } = asked
  context.output.result({ kind, file, ...report, interrupted, goOn, linesNotTaken: notTaken.kept() }, () =>
    [
      table(['import', kind], reportRows(report)),
      ...notTaken.shown(),
      ...(goOn === null ? [] : [`continue with: ${goOn}`]),
    ].join('\n'),
  )
  if (report.accepted + report.alreadyThere < lines) context.exitWith(1)
}

async function* linesFrom(file: string, fromLine: number): AsyncGenerator<Line, void, undefined> {
  for await (const line of readLines(file)) if (line.number >= fromLine) yield line
}

function commandFrom({ kind, file, options }: Import, line: number): string {
  const url = options.url === undefined ? [] : ['--url', options.url]
  const words = ['orderledger', 'import', kind, quoted(file), '-c', options.concurrency, '--from-line', line, ...url]
  return words.join(' ')
}

function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
