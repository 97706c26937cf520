/** `fraud train`: a table of rules and points from payments whose fraud is known. It does not put it in force. */
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import { tableOf } from '../../insights/fraud/log-scorer.ts'
import { shippedTable } from '../../insights/fraud/shipped-tables.ts'
import { trainTable, type TrainedTable } from '../../insights/training/train-table.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { table as tableText } from '../output/output.ts'
import { withNewFiles } from './new-files.ts'
import { labelsOf, paymentsOf, percent, tableNamed } from './payment-files.ts'

interface TrainOptions {
  readonly labels: string
  readonly table?: string
  readonly output?: string
}

/** The document of `fraud train --json`. */
interface Trained extends Omit<TrainedTable, 'table'> {
  /** Where the table is. */
  readonly file: string
  /** Its version. */
  readonly table: string
  readonly threshold: number
}

const details = `
FILE has an attempt to pay a line, in the order of their times, and the labels say which orders are fraud: as \`fraud export\` or
\`generate payments\` writes them. An order without a label counts as honest. With fewer than 50 orders of fraud no table is made.

The table is fitted to the first 70 % of the attempts by logistic regression on bins of the rules that table 1 has: 20 points
double the odds, and at the threshold fraud is as likely as not. Amounts are looked at in EUR. Precision, recall and AUC (how often
fraud has more points than an honest attempt) are those of the last 30 %, beside those of the present table. The same files give
the same table.

It is written as the next table-N.json of this folder, and is not in force before you name it in FRAUD_TABLE.`

export function registerTrain(fraud: Command, context: CommandContext): void {
  fraud
    .command('train')
    .description('make a table of rules from payments that are labelled')
    .argument('<file>', 'attempts to pay as JSON lines, with or without gzip')
    .requiredOption('--labels <file>', 'which orders are fraud')
    .option('--table <table>', 'the present table, a number or a file; absent: the one that FRAUD_TABLE names')
    .option('-o, --output <file>', 'the file to write; absent: the next table-N.json of this folder')
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples(
        'orderledger fraud train payments.jsonl --labels payments.jsonl.labels.jsonl',
        'orderledger fraud train payments.jsonl --labels payments.jsonl.labels.jsonl --table ./table-2.json -o table-3.json',
      ),
    )
    .action(async (file: string, options: TrainOptions) => {
      const trained = await train(file, options, context)
      context.output.result(trained, () => textOf(trained))
    })
}

async function train(file: string, { labels, table, output }: TrainOptions, context: CommandContext): Promise<Trained> {
  const present = table === undefined ? tableOf(context.config().fraudTable) : tableNamed(table)
  const target = output ?? `table-${nextVersion('.')}.json`
  const version = output === undefined ? nextVersion('.') : versionOf(output)
  const lines = await paymentsOf(file)
  const made = trainTable({ lines, labels: await labelsOf(labels), version, present })
  if ('refused' in made) throw refused(file, made.refused)
  const { table: content, ...rest } = made
  await withNewFiles([target], async ([opened]) => opened?.writeFile(`${JSON.stringify(content, null, 2)}\n`))
  return { file: target, table: version, threshold: content.threshold, ...rest }
}

/** The first number that neither this release nor the folder has a table of. */
function nextVersion(folder: string): string {
  let number = 1
  while (shippedTable(String(number)) !== null || existsSync(join(folder, `table-${String(number)}.json`))) number += 1
  return String(number)
}

/** Of a file named like one of ours its number, else the next of its folder. */
function versionOf(file: string): string {
  const [, number] = /^table-([1-9]\d{0,3})\.json$/.exec(basename(file)) ?? []
  return number ?? nextVersion(dirname(file))
}

function refused(file: string, what: string): StartFailure {
  return new StartFailure({
    code: 'too-few-frauds',
    exitCode: 1,
    what,
    tried: `to fit a table to ${file}`,
    next: 'review more alerts and export again, or take a file with more payments',
  })
}

function textOf({ file, table, threshold, fitted, judged, trained, present }: Trained): string {
  const count = ({ payments, fraud }: Trained['fitted']) =>
    `${payments.toLocaleString('en-US')} attempts, ${fraud.toLocaleString('en-US')} of them fraud`
  const rows = [trained, present].map(({ table: of, precision, recall, auc }, index) => [
    index === 0 ? `${of} (new)` : of,
    percent(precision),
    percent(recall),
    auc === null ? 'not known' : auc.toFixed(3),
  ])
  return [
    `${file}: table ${table}, threshold ${String(threshold)}, fitted to the first ${count(fitted)}`,
    `judged on the last ${count(judged)}`,
    tableText(['table', 'precision', 'recall', 'AUC'], rows),
    `not in force: try it with orderledger fraud score --table ${file}, put it in force with FRAUD_TABLE=${file}`,
  ].join('\n')
}
