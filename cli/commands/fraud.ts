/** Scores payments in a file, so that a table can be judged before it is in force. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import { parsePaymentLine, type PaymentLabel, type PaymentLine } from '../../insights/fraud/payment-line.ts'
import { countQuality, qualityOf, type Quality } from '../../insights/fraud/quality.ts'
import { scorePayments, type ScoredPayment } from '../../insights/fraud/score-payments.ts'
import { shippedTable } from '../../insights/fraud/shipped-tables.ts'
import { parseTable, type FraudTable } from '../../insights/fraud/table.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { readLines, unreadable } from '../files/json-lines.ts'
import { table as tableText } from '../output/output.ts'

interface ScoreOptions {
  readonly labels?: string
  readonly table: string
}

/** The document of `fraud score --json`. */
interface Scores {
  /** Version of the table. */
  readonly table: string
  readonly payments: number
  readonly items: readonly Omit<ScoredPayment, 'alerts'>[]
  /** Null: without labels. */
  readonly quality: Quality | null
}

const MOST_SHOWN = 20

const details = `
FILE has an attempt to pay a line, in the order of their times, as \`generate payments\` writes it. Shown are the attempts that
reach the threshold of the table; with --json they are all there. Quality is by attempts: precision (alerts that are right), recall
(fraud that is found), false alarms in 10,000 honest attempts, and cases of which one of the first five attempts is found.
There is no open labelled data with cards and devices: on made-up payments these figures show that the rules work as meant,
and not what they would find in your shop.`

export function register(program: Command, context: CommandContext): void {
  const fraud = program
    .command('fraud')
    .description('score payments of a file by a table of rules')
    .addHelpText(
      'after',
      examples(
        'orderledger fraud score payments.jsonl',
        'orderledger fraud score payments.jsonl --labels payments.jsonl.labels.jsonl',
      ),
    )
  fraud
    .command('score')
    .description('score each attempt to pay in a file')
    .argument('<file>', 'attempts to pay as JSON lines, with or without gzip')
    .option('--labels <file>', 'which orders are fraud, to measure the quality')
    .option('--table <table>', 'the number of a table that comes with this release, or a file', '1')
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples(
        'orderledger fraud score payments.jsonl --labels payments.jsonl.labels.jsonl',
        'orderledger fraud score payments.jsonl --table ./table-2.json --json',
      ),
    )
    .action(async (file: string, options: ScoreOptions) => {
      const scores = await scored(file, options)
      context.output.result({ ...scores, items: scores.items }, () => textOf(scores))
    })
}

async function scored(file: string, options: ScoreOptions): Promise<Scores & { readonly threshold: number }> {
  const table = tableNamed(options.table)
  const lines: PaymentLine[] = []
  for await (const { number, value } of valuesOf(file)) {
    const line = parsePaymentLine(value)
    if (typeof line === 'string') throw damaged(file, `line ${String(number)} ${line}`)
    const last = lines.at(-1)
    if (last !== undefined && Date.parse(last.at) > Date.parse(line.at))
      throw damaged(file, `line ${String(number)} is earlier than the one before it`)
    lines.push(line)
  }
  const all = scorePayments(lines, table)
  const labels = options.labels === undefined ? null : await labelsOf(options.labels)
  return {
    table: table.version,
    threshold: table.threshold,
    payments: all.length,
    items: all.map(({ alerts: _, ...item }) => item),
    quality: labels === null ? null : qualityOf(countQuality(all, labels)),
  }
}

async function labelsOf(file: string): Promise<ReadonlyMap<string, PaymentLabel>> {
  const labels = new Map<string, PaymentLabel>()
  for await (const { number, value } of valuesOf(file)) {
    const label = value as Partial<PaymentLabel> | null
    if (typeof label?.orderId !== 'string' || typeof label.fraud !== 'boolean')
      throw damaged(file, `line ${String(number)} has no orderId with fraud true or false`)
    labels.set(label.orderId, label as PaymentLabel)
  }
  return labels
}

async function* valuesOf(
  file: string,
): AsyncGenerator<{ readonly number: number; readonly value: unknown }, void, undefined> {
  try {
    for await (const { number, bytes } of readLines(file)) {
      try {
        yield { number, value: JSON.parse(bytes.toString()) as unknown }
      } catch (error) {
        if (error instanceof SyntaxError) throw damaged(file, `line ${String(number)} is not JSON`)
        throw error
      }
    }
  } catch (error) {
    throw error instanceof StartFailure ? error : unreadable(file, error)
  }
}

function tableNamed(name: string): FraudTable {
  const text = shippedTable(name) ?? textOfFile(name)
  const parsed = parseTable(text)
  if ('table' in parsed) return parsed.table
  throw damaged(name, parsed.wrong)
}

function textOfFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw unreadable(file, error)
  }
}

function damaged(file: string, what: string): StartFailure {
  return new StartFailure({
    code: 'unreadable-file',
    exitCode: 1,
    what,
    tried: `to read ${file}`,
    next: 'correct the file',
  })
}

function textOf({ table, threshold, payments, items, quality }: Scores & { readonly threshold: number }): string {
  const found = items.filter(({ score }) => score >= threshold)
  const shown = found
    .slice(0, MOST_SHOWN)
    .map(({ orderId, attempt, score, reasons }) => [
      `${orderId}/${String(attempt)}`,
      String(score),
      reasons.map(({ text }) => text).join('; '),
    ])
  const percent = (value: number | null) => (value === null ? 'not known' : `${(value * 100).toFixed(1)} %`)
  return [
    `${payments.toLocaleString('en-US')} attempts, ${found.length.toLocaleString('en-US')} at ${String(threshold)} points of table ${table} or above`,
    ...(shown.length === 0 ? [] : [tableText(['attempt', 'points', 'why'], shown)]),
    ...(found.length > shown.length ? [`... and ${String(found.length - shown.length)} more (--json has all)`] : []),
    ...(quality === null
      ? []
      : [
          `precision ${percent(quality.precision)}, recall ${percent(quality.recall)}, ${quality.falseAlarms?.toFixed(1) ?? 'no'} false alarms in 10,000 honest attempts, cases found ${percent(quality.cases)}`,
        ]),
  ].join('\n')
}
