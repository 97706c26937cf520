/** Tables of rules against fraud: judged on files of payments before they are in force, and made from such files. */
import type { Command } from 'commander'
import { countQuality, qualityOf, type Quality } from '../../insights/fraud/quality.ts'
import { scorePayments, type ScoredPayment } from '../../insights/fraud/score-payments.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { registerExport } from '../fraud/export.ts'
import { labelsOf, paymentsOf, percent, tableNamed } from '../fraud/payment-files.ts'
import { registerTrain } from '../fraud/train.ts'
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
FILE has an attempt to pay a line, in the order of their times, as \`generate payments\` and \`fraud export\` write it. Shown are
the attempts that reach the threshold of the table; with --json they are all there. Quality is by attempts: precision (alerts
that are right), recall (fraud that is found), false alarms in 10,000 honest attempts, and cases of which one of the first five attempts is found.
There is no open labelled data with cards and devices: on made-up payments these figures show that the rules work as meant,
and not what they would find in your shop.`

export function register(program: Command, context: CommandContext): void {
  const fraud = program
    .command('fraud')
    .description('score payments by a table of rules, export them from the log, and train a table')
    .addHelpText(
      'after',
      examples(
        'orderledger fraud export -o payments.jsonl',
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
  registerExport(fraud, context)
  registerTrain(fraud, context)
}

async function scored(file: string, options: ScoreOptions): Promise<Scores & { readonly threshold: number }> {
  const table = tableNamed(options.table)
  const all = scorePayments(await paymentsOf(file), table)
  const labels = options.labels === undefined ? null : await labelsOf(options.labels)
  return {
    table: table.version,
    threshold: table.threshold,
    payments: all.length,
    items: all.map(({ alerts: _, ...item }) => item),
    quality: labels === null ? null : qualityOf(countQuality(all, labels)),
  }
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
