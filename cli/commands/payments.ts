/** Compares what a payment gateway has done with what the log says of it. */
import type { Command } from 'commander'
import { DIFFERENCES, type Difference, type Side } from '../../audit/payments/compare-order.ts'
import { reconcile, type Reconciliation } from '../../audit/payments/reconcile.ts'
import { Spill, SpillError } from '../../audit/spill/spill-file.ts'
import { printable } from '../../commands/faults.ts'
import { isCurrency, majorUnits } from '../../domain/currencies.ts'
import { readHead } from '../../store/log/log-status.ts'
import { storedLog } from '../../store/log/log-source.ts'
import { databaseTime } from '../../store/postgres/database-clock.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import type { CommandContext } from '../command-context.ts'
import { followProgress } from '../database/follow-progress.ts'
import { noRoom } from '../database/no-room.ts'
import { requireSchema } from '../database/require-schema.ts'
import { withDatabase } from '../database/with-database.ts'
import { examples } from '../examples.ts'
import { readBook } from '../files/read-book.ts'
import { styled, type Output } from '../output/output.ts'

/** Bytes that are kept in memory before they are spilled to files. */
const MEMORY = 96 * 1024 * 1024

const details = `
URL is the address of a gateway, whose book stands at URL/book; FILE is such a book as JSON, packed with gzip or not:
charges, refunds and reversals as docs/payments.md has them. Beside a running service, what is under way from one to the
other (10 minutes at most) is no difference. Nothing is changed.

Exits with 1 if they differ or the book is damaged, with 2 if there is no book, with 3 if the gateway or the database
cannot be reached.`

/** The document of `payments reconcile --json`. */
interface Reconciled extends Reconciliation {
  readonly ok: boolean
}

export function register(program: Command, context: CommandContext): void {
  const payments = program
    .command('payments')
    .description('compare the book of a payment gateway with the log')
    .addHelpText(
      'after',
      examples('orderledger payments reconcile http://127.0.0.1:4010', 'orderledger payments reconcile book.json.gz'),
    )
  payments
    .command('reconcile')
    .description('list what only the book of a gateway or only the log has, and what to do about it')
    .argument('<URL|FILE>', 'address of the gateway, or a file with its book')
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples(
        'orderledger payments reconcile http://127.0.0.1:4010',
        'orderledger payments reconcile book.json.gz --json',
      ),
    )
    .action(async (source: string) => {
      const reconciled = await withDatabase(context, { command: 'payments reconcile', create: false }, ({ url }) =>
        reconcileWith(source, url, context),
      )
      context.output.result(reconciled, () => textOf(reconciled, context.output))
      if (!reconciled.ok) context.exitWith(1)
    })
}

async function reconcileWith(source: string, url: string, context: CommandContext): Promise<Reconciled> {
  const { dataDir } = context.config()
  const pool = openPool(url, { name: 'reconcile', max: 2, settings: READER_SETTINGS })
  const spill = new Spill(dataDir, MEMORY)
  const book = followProgress(context.output, 'read the book')
  const log = followProgress(context.output, 'read the log')
  try {
    await requireSchema(pool)
    const found = await reconcile({
      spill,
      before: await readHead(pool),
      entries: readBook(source),
      openLog: () => storedLog(pool),
      clock: () => databaseTime(pool),
      onEntries: (count) => book.progress(count, null),
      onEvents: (position, head) => {
        book.stop()
        log.progress(position, head)
      },
    })
    return { ok: found.differences.count === 0, ...found }
  } catch (error) {
    throw error instanceof SpillError ? noRoom(error, 'payments reconcile') : error
  } finally {
    book.stop()
    log.stop()
    spill.close()
    await pool.end()
  }
}

function textOf({ ok, position, book, underWay, differences }: Reconciled, output: Output): string {
  const { count, samples } = differences
  const { charges, refunds, reversals } = book
  const compared = `${format(charges)} charges, ${format(refunds)} refunds and ${format(reversals)} reversals of the book, and the log up to position ${format(position)}`
  const mark = styled(output.streams.stdout, ok ? 'green' : 'red', ok ? '✔' : '✖')
  return [
    ...samples.map((difference) => differenceText(difference, output)),
    ...(samples.length < count ? [`... and ${format(count - samples.length)} more`] : []),
    ...(underWay === 0 ? [] : [`${format(underWay)} attempts or refunds are under way`]),
    ok ? `${mark} ${compared}, agree` : `${mark} ${compared}: ${format(count)} differences`,
  ].join('\n')
}

function differenceText({ kind, key, here, there }: Difference, { streams }: Output): string {
  const what = `${printable(key)}: ${sideText(there)} there, ${sideText(here)} here`
  return `${styled(streams.stdout, 'red', '✖')} ${what} (${kind})\n  ${DIFFERENCES[kind]}`
}

function sideText(side: Side | null): string {
  if (side === null) return 'nothing'
  const { status, amount, reference } = side
  const money = isCurrency(amount.currency) ? majorUnits(amount.amount, amount.currency) : String(amount.amount)
  return [status, `${money} ${amount.currency}`, ...(reference === null ? [] : [reference])].join(' ')
}

function format(count: number): string {
  return count.toLocaleString('en-US')
}
