/** Verifies everything that is stored, law by law, beside a running service or a stopped one. */
import type { Command } from 'commander'
import type { Check } from '../domain/tally.ts'
import { readLiveGenerations } from '../projections/generations.ts'
import { projections } from '../projections/list.ts'
import { verifyProjections } from '../projections/verify.ts'
import { openPool, READER_SETTINGS, type Pool } from '../store/database.ts'
import { verifyLog } from '../store/verify.ts'
import type { CommandContext } from './command-context.ts'
import { requireSchema } from './database/require-schema.ts'
import { withDatabase } from './database/with-database.ts'
import { examples } from './examples.ts'
import { styled, type Output } from './output.ts'
import type { Progress } from './progress.ts'

/** The document of `verify --json`. */
export interface Verification {
  readonly ok: boolean
  /** The head up to which the log was verified. */
  readonly position: number
  readonly checks: readonly Check[]
}

/** What each check counts. */
const COUNTED: Readonly<Record<string, string>> = {
  'log-dense': 'events',
  'versions-dense': 'streams',
  'events-decode': 'events',
  'streams-fit': 'events',
  stock: 'events of stock',
  orders: 'events of orders',
  reservations: 'changes of reservations, and products',
  keys: 'keys',
  snapshots: 'snapshots',
}

export function register(program: Command, context: CommandContext): void {
  program
    .command('verify')
    .description('check the laws over everything that is stored, beside a running service or a stopped one')
    .addHelpText('after', '\nExits with 1 when a law is broken, with 3 when the database cannot be reached.')
    .addHelpText('after', examples('orderledger verify', 'orderledger verify --json'))
    .action(async () => {
      const verification = await withDatabase(context, { command: 'verify', create: false }, ({ url }) =>
        verify(url, context.output),
      )
      context.output.result(verification, () => textOf(verification, context.output))
      if (!verification.ok) context.exitWith(1)
    })
}

async function verify(url: string, output: Output): Promise<Verification> {
  const pool = openPool(url, { name: 'verify', max: 3, settings: READER_SETTINGS })
  try {
    await requireSchema(pool)
    const onLog = follower(output, 'verify the log')
    const { position, checks: ofLog } = await verifyLog({ pool, onProgress: onLog.progress }).finally(onLog.stop)
    const checks = [...ofLog, ...(await verifyViews(pool, output))]
    return { ok: checks.every(({ breaches }) => breaches === 0), position, checks }
  } finally {
    await pool.end()
  }
}

/** Law 7, a check for each projection. One that no service has started yet has nothing to show, and so nothing wrong. */
async function verifyViews(pool: Pool, output: Output): Promise<readonly Check[]> {
  const started = await readLiveGenerations(pool)
  const onViews = follower(output, 'verify the read models')
  const found = await verifyProjections({
    pool,
    projections: projections.filter(({ name }) => started.has(name)),
    onProgress: ({ events, of }) => onViews.progress(events, of),
  }).finally(onViews.stop)
  return projections.map(({ name }) => {
    const { rows = 0, breach = null } = found.find(({ projection }) => projection === name) ?? {}
    return { law: 7, name: `projection-${name}`, counted: rows, breaches: breach === null ? 0 : 1, first: breach }
  })
}

/** Shows progress from the first page on: only then is it known how much there is. */
function follower(output: Output, label: string) {
  let bar: Progress | null = null
  let done = 0
  return {
    progress(position: number, total: number): void {
      bar ??= output.progress(label, total)
      bar.advance(position - done)
      done = position
    },
    stop(): void {
      bar?.stop()
    },
  }
}

function textOf({ ok, position, checks }: Verification, output: Output): string {
  const { stdout } = output.streams
  const lines = checks.map(({ law, name, counted, breaches, first }) => {
    const mark = breaches === 0 ? styled(stdout, 'green', '✔') : styled(stdout, 'red', '✖')
    const what = `${format(counted)} ${COUNTED[name] ?? 'rows'}`
    const line = `${mark} law ${law}  ${name.padEnd(20)} ${what}`
    return first === null
      ? line
      : `${line}, ${format(breaches)} ${breaches === 1 ? 'breach' : 'breaches'}\n         first: ${first}`
  })
  const broken = checks.filter(({ breaches }) => breaches > 0).length
  const end = ok
    ? `nothing found up to position ${format(position)}`
    : `${broken} of ${checks.length} checks found breaches`
  return [...lines, end].join('\n')
}

function format(count: number): string {
  return count.toLocaleString('en-US')
}
