/** Verifies everything that is stored, law by law, beside a running service or a stopped one. */
import type { Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import type { Check } from '../../audit/tally.ts'
import type { TopicsVerification } from '../../audit/topic-audit.ts'
import { readLiveGenerations, type LiveGeneration } from '../../projections/generations.ts'
import { projections } from '../../projections/views/list.ts'
import { Spill, SpillError } from '../../audit/spill/spill-file.ts'
import { withViewAudit, type ProjectionCheck } from '../../audit/view-audit.ts'
import { openPool, READER_SETTINGS, type Pool } from '../../store/postgres/database.ts'
import { countOtherSessions } from '../../store/postgres/reset.ts'
import { sqlState } from '../../store/postgres/sqlstate.ts'
import { verifyLog } from '../../audit/verify-log.ts'
import type { CommandContext } from '../command-context.ts'
import { followProgress } from '../database/follow-progress.ts'
import { noRoom } from '../database/no-room.ts'
import { requireSchema } from '../database/require-schema.ts'
import { withDatabase } from '../database/with-database.ts'
import { examples } from '../examples.ts'
import { topicNotes, verifyTopicsOf, type TopicNotes } from '../records/verify-topics.ts'
import { styled, type Output } from '../output/output.ts'

/** The document of `verify --json`. */
export interface Verification {
  readonly ok: boolean
  /** The head up to which the log was verified. */
  readonly position: number
  readonly checks: readonly Check[]
  /** What is no breach and worth knowing: read models that are paused, or behind the log. */
  readonly notes: readonly string[]
  /** Null: there is no Kafka. */
  readonly topics: TopicNotes | null
}

const QUERY_CANCELED = '57014'

/** What each check counts. */
const COUNTED: Readonly<Record<string, string>> = {
  'log-dense': 'events',
  'versions-dense': 'streams',
  'events-decode': 'events',
  'streams-fit': 'events',
  stock: 'events of stock',
  orders: 'events of orders',
  reservations: 'changes of reservations, and products',
  money: 'changes of orders that were to be paid',
  payments: 'events of payments',
  deliveries: 'events of deliveries',
  restocks: 'advices to restock',
  'fraud-alerts': 'alerts about fraud, and reviews',
  keys: 'keys',
  snapshots: 'snapshots',
  'topics-published': 'published events',
  'topics-ordered': 'first records of events',
  'topics-stored': 'records',
}

export function register(program: Command, context: CommandContext): void {
  program
    .command('verify')
    .description('check the laws on all stored data, whether the service runs or not')
    .addHelpText('after', '\nExits with 1 if a law is broken, with 3 if the database cannot be reached.')
    .addHelpText('after', examples('orderledger verify', 'orderledger verify --json'))
    .action(async () => {
      const verification = await withDatabase(context, { command: 'verify', create: false }, ({ url }) =>
        verify(url, context),
      )
      context.output.result(verification, () => textOf(verification, context.output))
      if (!verification.ok) context.exitWith(1)
    })
}

/** Bytes of records that are kept in memory before they are spilled to files. */
const MEMORY = 96 * 1024 * 1024

async function verify(url: string, context: CommandContext): Promise<Verification> {
  const { dataDir, kafka } = context.config()
  const pool = openPool(url, { name: 'verify', max: 3, settings: READER_SETTINGS })
  const spill = new Spill(dataDir, MEMORY)
  try {
    await requireSchema(pool)
    const { position, checks: ofStore, notes } = await verifyStored(url, { pool, spill, output: context.output })
    const found = kafka === null ? null : await verifyTopicsOf(context, kafka, { pool, spill })
    const checks = [...ofStore, ...(found?.checks ?? [])]
    return {
      ok: checks.every(({ breaches }) => breaches === 0),
      position,
      checks,
      notes,
      topics: found && notesOf(found),
    }
  } catch (error) {
    throw error instanceof SpillError ? noRoom(error, 'verify') : error
  } finally {
    spill.close()
    await pool.end()
  }
}

function notesOf({ checks: _, ...notes }: TopicsVerification): TopicNotes {
  return notes
}

interface Parts {
  readonly pool: Pool
  readonly spill: Spill
  readonly output: Output
}

/** The log and the read models, which are compared with it, in one pass over the log. */
async function verifyStored(
  url: string,
  { pool, spill, output }: Parts,
): Promise<Pick<Verification, 'position' | 'checks' | 'notes'>> {
  const started = await readLiveGenerations(pool)
  const copying = openCopyPool(url, (await countOtherSessions(pool)) > 0)
  const following = followProgress(output, 'verify')
  const verifying = { pool, spill, onProgress: following.progress }
  try {
    const ofStarted = projections.filter(({ name }) => started.has(name))
    return await withViewAudit({ pool: copying, projections: ofStarted, spill }, async (views) => {
      const { position, checks: ofLog } = await verifyLog({ ...verifying, views })
      const checks = [...ofLog, ...viewChecks(started, await views.finish())]
      return { position, checks, notes: [...started.values()].flatMap((generation) => noteOf(generation, position)) }
    })
  } catch (error) {
    throw sqlState(error) === QUERY_CANCELED ? tooLarge(error) : error
  } finally {
    following.stop()
    await copying.end()
  }
}

/**
 * Law 7, a check for each projection; one that failed is a breach, whatever its rows. One that no service has started yet
 * has nothing to show, and so nothing wrong.
 */
function viewChecks(started: ReadonlyMap<string, LiveGeneration>, found: readonly ProjectionCheck[]): readonly Check[] {
  return projections.map(({ name }) => {
    const { rows = 0, breach = null } = found.find(({ projection }) => projection === name) ?? {}
    const generation = started.get(name)
    const breaches = [...(breach === null ? [] : [breach]), ...(generation === undefined ? [] : stopped(generation))]
    return {
      law: 7,
      name: `projection-${name}`,
      counted: rows,
      breaches: breaches.length,
      first: breaches[0] ?? null,
    }
  })
}

/** Its rows are right as far as they go, and never go further. */
function stopped({ paused, failure }: LiveGeneration): readonly string[] {
  return paused || failure === null ? [] : [`stopped at position ${format(failure.position)}: ${failure.message}`]
}

function noteOf({ name, paused, failure, position }: LiveGeneration, head: number): readonly string[] {
  if (paused) return [`projection ${name} is paused at position ${format(position)}`]
  if (failure !== null || position >= head) return []
  return [`projection ${name} is ${format(head - position)} events behind`]
}

/** Copying a table holds a snapshot: beside a service for 5 s at most, or it would slow the appends. */
function openCopyPool(url: string, besideService: boolean): Pool {
  if (besideService) return openPool(url, { name: 'verify', max: 2, settings: READER_SETTINGS })
  return openPool(url, { name: 'verify', max: 2, queryTimeout: 0 })
}

function tooLarge(cause: unknown): StartFailure {
  return new StartFailure(
    {
      code: 'views-too-large',
      exitCode: 1,
      what: 'the read models could not be copied within 5 s, the longest time that a running service tolerates',
      tried: 'to compare them with the log, before reading it',
      next: 'stop the service, then orderledger verify',
    },
    { cause },
  )
}

function textOf({ ok, position, checks, notes: ofViews, topics }: Verification, output: Output): string {
  const { stdout } = output.streams
  const lines = checks.map(({ law, name, counted, breaches, first }) => {
    const mark = breaches === 0 ? styled(stdout, 'green', '✔') : styled(stdout, 'red', '✖')
    const what = `${format(counted)} ${COUNTED[name] ?? COUNTED[name.replace(/^topics-/, '')] ?? 'rows'}`
    const line = `${mark} law ${law}  ${name.padEnd(20)} ${what}`
    return first === null
      ? line
      : `${line}, ${format(breaches)} ${breaches === 1 ? 'breach' : 'breaches'}\n         first: ${first}`
  })
  const broken = checks.filter(({ breaches }) => breaches > 0).length
  const end = ok
    ? `no breach up to position ${format(position)}`
    : `${broken} of ${checks.length} checks found breaches`
  const notes = [...ofViews, ...(topics === null ? [] : topicNotes(topics))].map((note) => `       ${note}`)
  return [...lines, ...notes, end].join('\n')
}

function format(count: number): string {
  return count.toLocaleString('en-US')
}
