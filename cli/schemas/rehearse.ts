/** `schemas rehearse`: what a proposed schema does to the events that are stored. */
import { readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import { projections } from '../../projections/views/list.ts'
import { rehearse, type RehearsalStep } from '../../audit/rehearsal/rehearse.ts'
import { Spill, SpillError } from '../../audit/spill/spill-file.ts'
import { eventSchemas } from '../../schemas/events.ts'
import { proposalInFile, proposalsInFolder, type Proposal } from '../../audit/rehearsal/proposal.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import { dumpedLog } from '../../store/dump/dumped-log.ts'
import { storedLog, type LogSource } from '../../store/log/log-source.ts'
import type { CommandContext } from '../command-context.ts'
import { dumpFailure } from '../database/dump-failure.ts'
import { followProgress, type ProgressFollower } from '../database/follow-progress.ts'
import { noRoom } from '../database/no-room.ts'
import { requireSchema } from '../database/require-schema.ts'
import { withDatabase } from '../database/with-database.ts'
import { examples } from '../examples.ts'
import { watchInterruption } from '../load/interruption.ts'
import { wholeNumber } from '../load/options.ts'
import type { Output } from '../output/output.ts'
import { requireKafka, toldIfAway } from '../records/reach-kafka.ts'
import { schemaIds } from '../records/schema-ids.ts'
import { addFolderOption, folderOf, obeyed, type FolderOptions } from './folder.ts'
import { rehearsalText, topicRehearsalText, type RehearsalReport } from '../output/rehearsal-text.ts'
import { rehearseTopics } from './rehearse-topics.ts'

interface RehearseOptions extends FolderOptions {
  readonly schema?: string
  readonly from: string
  readonly limit?: number
}

/** Behind a service on the same machine: a rehearsal can wait, an order cannot. */
const NICE = 10

const details = `
Reads every stored event as today and as proposed, folds both readings into the states of streams and projects them into
rows, with the code of this checkout. It reports fields that are new or no longer read, but does not count them as changes.
It reads the log in pages, whether the service runs or not, and writes nothing to the database; what does not fit into
memory goes to a file in DATA_DIR until it ends. A dump needs no database.
From topics it only reads every record, as today and as proposed: this shows what a consumer with the schema would meet.
Exits with 1 if an event fails or a result differs, with 2 if the proposal cannot be read, with 3 if the database cannot
be reached. Ctrl-C shows what was found so far.`

export function registerRehearse(schemas: Command, context: CommandContext): void {
  addFolderOption(schemas.command('rehearse'))
    .argument('[event]', 'only this event')
    .option('--schema <file>', 'the proposed schema (default: what is in the folder but not in schemas.lock)')
    .option('--from <source>', 'log, topics, or a directory created by db dump, or its events.avro', 'log')
    .option('--limit <n>', 'only the first events of the log', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .description('try a proposed schema on the stored events')
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples('orderledger schemas rehearse', 'orderledger schemas rehearse --schema next.avsc --from backup'),
    )
    .action((event: string | undefined, options: RehearseOptions) => run(context, event ?? null, options))
}

async function run(context: CommandContext, event: string | null, options: RehearseOptions): Promise<void> {
  const { output, exitWith } = context
  const proposals = proposed(event, options)
  // Linux takes 0 as this thread, other systems as the whole process.
  setPriority(0, NICE)
  if (options.from === 'topics') return ofTopics(context, proposals)
  const report = await withSource(context, options.from, (source) => rehearsed(context, proposals, source, options))
  output.result(report, () => rehearsalText(report, output))
  if (!report.ok) exitWith(1)
}

function proposed(event: string | null, options: RehearseOptions): readonly Proposal[] {
  if (event !== null && !Object.hasOwn(eventSchemas, event)) {
    throw refusal(`${event} is not an event type with stored events`, 'ls schemas shows the event types')
  }
  const tried = 'to read the proposed schema'
  const proposals = obeyed(() => read(event, options), { exitCode: 2, tried, next: 'orderledger schemas lint' })
  if (proposals.length > 0) return proposals
  const whose = event === null ? 'any stored event' : event
  throw refusal(
    `the folder has no version of ${whose} that is not in schemas.lock`,
    `run orderledger schemas new ${event ?? 'OrderPlaced'}, or name a file with --schema next.avsc`,
  )
}

function read(event: string | null, { schema, ...options }: RehearseOptions): readonly Proposal[] {
  if (schema !== undefined) return [proposalInFile(schema, textOf(schema), event)]
  const folder = relative(process.cwd(), folderOf(options)) || '.'
  return proposalsInFolder(folder, event)
}

function textOf(file: string): string {
  try {
    return readFileSync(resolve(file), 'utf8')
  } catch (cause) {
    throw refusal(cause instanceof Error ? cause.message : String(cause), 'name a file with --schema', cause)
  }
}

function withSource(
  context: CommandContext,
  from: string,
  work: (source: LogSource) => Promise<RehearsalReport>,
): Promise<RehearsalReport> {
  if (from !== 'log') return ofDump(from, work)
  return withDatabase(context, { command: 'schemas rehearse', create: false }, async ({ url }) => {
    const settings = { ...READER_SETTINGS, default_transaction_read_only: 'on' }
    const pool = openPool(url, { name: 'rehearse', max: 2, settings })
    try {
      await requireSchema(pool)
      return await work(await storedLog(pool))
    } finally {
      await pool.end()
    }
  })
}

async function ofTopics(context: CommandContext, proposals: readonly Proposal[]): Promise<void> {
  const { output, exitWith } = context
  const settings = requireKafka(context, 'schemas rehearse --from topics')
  const ids = await withDatabase(context, { command: 'schemas rehearse', create: false }, async ({ url }) => {
    const pool = openPool(url, { name: 'rehearse', max: 1, settings: READER_SETTINGS })
    return schemaIds(context, pool).finally(() => pool.end())
  })
  const follower = followProgress(output, 'rehearse topics')
  const asked = { kafka: settings, ids, proposals, onProgress: follower.progress }
  const report = await toldIfAway(settings, () => rehearseTopics(asked)).finally(follower.stop)
  output.result(report, () => topicRehearsalText(report, output))
  if (!report.ok) exitWith(1)
}

async function ofDump(path: string, work: (source: LogSource) => Promise<RehearsalReport>): Promise<RehearsalReport> {
  try {
    return await work(await dumpedLog(resolve(path)))
  } catch (error) {
    throw dumpFailure(error, `orderledger schemas rehearse --from ${path}`)
  }
}

async function rehearsed(
  context: CommandContext,
  proposals: readonly Proposal[],
  source: LogSource,
  { limit = null }: { readonly limit?: number | null },
): Promise<RehearsalReport> {
  const { output } = context
  const spill = new Spill(context.config().dataDir, 0)
  const interruption = watchInterruption(() => output.note('stopping; press Ctrl-C again to end at once'))
  const progress = followSteps(output)
  const started = performance.now()
  try {
    const { signal } = interruption
    const found = await rehearse({ source, proposals, projections, spill, limit, signal, onProgress: progress.advance })
    const seconds = (performance.now() - started) / 1_000
    return {
      ...found,
      proposals: proposals.map(({ event, version, file }) => ({ event, version, file })),
      seconds: Math.round(seconds * 1_000) / 1_000,
      eventsPerSecond: Math.round(found.position / seconds),
    }
  } catch (error) {
    throw error instanceof SpillError ? noRoom(error, 'schemas rehearse') : error
  } finally {
    spill.close()
    progress.stop()
    interruption.release()
  }
}

const LABELS: { readonly [Step in RehearsalStep]: string } = {
  read: 'rehearse',
  fold: 'rehearse, streams past what memory holds',
  rows: 'rehearse, rows in doubt',
}

/** A bar for each reading of the log. */
function followSteps(output: Output) {
  let shown: { readonly step: RehearsalStep; readonly follower: ProgressFollower } | null = null
  return {
    advance(step: RehearsalStep, position: number, of: number | null): void {
      if (shown?.step !== step) {
        shown?.follower.stop()
        shown = { step, follower: followProgress(output, LABELS[step]) }
      }
      shown.follower.progress(position, of)
    },
    stop: () => shown?.follower.stop(),
  }
}

function refusal(what: string, next: string, cause?: unknown): StartFailure {
  const details = { code: 'nothing-to-rehearse', exitCode: 2, what, tried: 'to find a proposed schema', next } as const
  return new StartFailure(details, { cause })
}
