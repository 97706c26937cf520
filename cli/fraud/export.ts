/** `fraud export`: the payments of the log, and what reviews say of them, as files that `fraud score` and `train` read. */
import type { FileHandle } from 'node:fs/promises'
import type { Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import { exportPayments, UnreadablePayment, type ExportedPayment } from '../../insights/fraud/export-payments.ts'
import { readHead } from '../../store/log/log-status.ts'
import { openPool, READER_SETTINGS, type Pool } from '../../store/postgres/database.ts'
import type { CommandContext } from '../command-context.ts'
import { followProgress } from '../database/follow-progress.ts'
import { requireSchema } from '../database/require-schema.ts'
import { withDatabase } from '../database/with-database.ts'
import { examples } from '../examples.ts'
import { table } from '../output/output.ts'
import { withNewFiles } from './new-files.ts'

/** The document of `fraud export --json`. */
interface Exported {
  readonly file: string
  readonly labels: string
  /** Attempts. */
  readonly payments: number
  /** Those of them that have no outcome yet. */
  readonly open: number
  /** Orders that somebody has reviewed. */
  readonly reviewed: number
  /** Those of them that are fraud. */
  readonly fraud: number
  /** Of the log, up to which it was read. */
  readonly position: number
}

const details = `
FILE gets an attempt to pay a line, in the order of the log: what \`generate payments\` writes, with pseudonyms as keys. An attempt
that has no outcome yet says \`open\`. FILE.labels.jsonl gets a line for each order that somebody has reviewed: {orderId, fraud, case,
kind}; a review knows neither the case nor the kind, so both are null. Orders that nobody has reviewed have no line, and
\`fraud score\` and \`fraud train\` take them as honest. Neither file may exist. It works beside a running service or a stopped one.`

export function registerExport(fraud: Command, context: CommandContext): void {
  fraud
    .command('export')
    .description('write the payments of the log and the verdicts on them to files')
    .requiredOption('-o, --output <file>', 'the file to write')
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples('orderledger fraud export -o payments.jsonl', 'orderledger fraud export -o /tmp/payments.jsonl --json'),
    )
    .action(async ({ output: file }: { readonly output: string }) => {
      const exported = await withDatabase(context, { command: 'fraud export', create: false }, ({ url }) =>
        exportTo(file, url, context),
      )
      context.output.result(exported, () =>
        table(
          ['exported', ''],
          Object.entries(exported).map(([name, value]) => [name, String(value)]),
        ),
      )
    })
}

async function exportTo(file: string, url: string, context: CommandContext): Promise<Exported> {
  const pool = openPool(url, { name: 'fraud-export', max: 1, settings: READER_SETTINGS })
  const labels = `${file}.labels.jsonl`
  const following = followProgress(context.output, 'fraud export')
  try {
    await requireSchema(pool)
    const counts = await withNewFiles([file, labels], ([lines, verdicts]) => {
      if (lines === undefined || verdicts === undefined) throw new Error('there are two files')
      return writeAll(pool, { lines, verdicts, progress: following.progress })
    })
    return { file, labels, ...counts }
  } catch (error) {
    throw error instanceof UnreadablePayment ? unreadablePayment(error) : error
  } finally {
    following.stop()
    await pool.end()
  }
}

interface Writing {
  readonly lines: FileHandle
  readonly verdicts: FileHandle
  readonly progress: (position: number, head: number) => void
}

async function writeAll(
  pool: Pool,
  { lines, verdicts, progress }: Writing,
): Promise<Omit<Exported, 'file' | 'labels'>> {
  const head = await readHead(pool)
  let [payments, open, reviewed, fraud] = [0, 0, 0, 0]
  for await (const page of exportPayments(pool, head)) {
    const labels = page.payments.flatMap(({ label }) => label ?? [])
    await lines.appendFile(textOf(page.payments.map(({ line }) => line)))
    await verdicts.appendFile(textOf(labels))
    payments += page.payments.length
    open += page.payments.filter(isOpen).length
    reviewed += labels.length
    fraud += labels.filter((label) => label.fraud).length
    progress(page.end, head)
  }
  return { payments, open, reviewed, fraud, position: head }
}

function isOpen({ line }: ExportedPayment): boolean {
  return line.outcome === 'open'
}

function textOf(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('')
}

function unreadablePayment(error: UnreadablePayment): StartFailure {
  return new StartFailure(
    {
      code: 'undecodable-event',
      exitCode: 1,
      what: error.message,
      tried: 'to read the payments of the log',
      next: 'orderledger verify, which names what cannot be read; a newer release may read it',
    },
    { cause: error },
  )
}
