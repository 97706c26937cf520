/** `schemas usage`: which versions of which events the log holds, beside a running service or a stopped one. */
import type { Command } from 'commander'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { topicUsage, type TopicUsage } from '../../kafka/topics/topic-usage.ts'
import {
  findEventSchemas,
  requireAll,
  type EventSchemaIds,
  type FoundSchema,
} from '../../contract/registry/event-schema-ids.ts'
import { subjectOf } from '../../contract/subject.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import { SchemaUsage, type LogUsage } from '../../store/log/schema-usage.ts'
import { versionsInUse } from '../../store/log/versions-in-use.ts'
import type { CommandContext } from '../command-context.ts'
import { followProgress } from '../database/follow-progress.ts'
import { requireSchema } from '../database/require-schema.ts'
import { withDatabase } from '../database/with-database.ts'
import { examples } from '../examples.ts'
import { table, type Cell } from '../output/output.ts'
import { requireKafka, toldIfAway } from '../records/reach-kafka.ts'
import { askRegistry } from '../records/schema-ids.ts'

/** A line of `schemas usage --json`. */
interface Line {
  readonly type: string
  readonly version: number
  readonly subject: string
  /** False for what only a later release has. */
  readonly known: boolean
  /** Null: the registry has not got it, or this release does not know it. */
  readonly registryId: number | null
  readonly events: number
  readonly firstPosition: number | null
  readonly firstAt: Date | null
  readonly lastPosition: number | null
  readonly lastAt: Date | null
}

const details = `
A version that is not in the log may still be in a dump or in use by a consumer. Snapshots of streams contain no version:
their state is JSON. Exits with 3 if the database or the registry of SCHEMA_REGISTRY_URL cannot be reached.`

export function registerUsage(schemas: Command, context: CommandContext): void {
  schemas
    .command('usage')
    .description('show which versions of which events the log has, since when and until when')
    .option('--topics', 'also read the Kafka topics')
    .addHelpText('after', details)
    .addHelpText('after', examples('orderledger schemas usage', 'orderledger schemas usage --topics --json'))
    .action(({ topics }: { readonly topics?: true }) => showUsage(context, topics === true))
}

async function showUsage(context: CommandContext, withTopics: boolean): Promise<void> {
  const { output } = context
  const kafka = withTopics ? requireKafka(context, 'schemas usage --topics') : null
  const { ids, usage, onTopics } = await withDatabase(
    context,
    { command: 'schemas usage', create: false },
    async ({ url }) => {
      const pool = openPool(url, { name: 'schemas usage', max: 2, settings: READER_SETTINGS })
      try {
        await requireSchema(pool)
        // First, as it is soon done: nobody should wait for a long log and then hear that the registry is away.
        const { ids, all } = await askRegistry(context, pool, async (registry) => {
          const found = await findEventSchemas(registry)
          return { ids: idsByVersion(found), all: kafka === null ? null : requireAll(found) }
        })
        const onTopics = kafka === null || all === null ? null : await countTopics(context, kafka, all)
        return { ids, usage: await count(context, new SchemaUsage({ pool })), onTopics }
      } finally {
        await pool.end()
      }
    },
  )
  const lines = linesOf(usage, ids)
  const { position } = usage
  output.result({ position, versions: lines, ...(onTopics !== null && { topics: onTopics.map(topicLine) }) }, () =>
    [textOf(lines, position), ...(onTopics === null ? [] : ['', topicsText(onTopics)])].join('\n'),
  )
}

async function countTopics(
  { output }: CommandContext,
  settings: KafkaSettings,
  ids: EventSchemaIds,
): Promise<readonly TopicUsage[]> {
  const follower = followProgress(output, 'count records')
  const asked = { kafka: settings, ids, onProgress: follower.progress }
  return toldIfAway(settings, () => topicUsage(asked)).finally(follower.stop)
}

async function count({ output }: CommandContext, usage: SchemaUsage): Promise<LogUsage> {
  const follower = followProgress(output, 'count events')
  await usage.catchUp(follower.progress).finally(follower.stop)
  return usage.counted
}

/** For those that the registry has. */
function idsByVersion(found: readonly FoundSchema[]): ReadonlyMap<string, number> {
  return new Map(found.flatMap(({ type, version, id }) => (id === null ? [] : [[keyOf(type, version), id]])))
}

function linesOf({ versions }: LogUsage, ids: ReadonlyMap<string, number>): readonly Line[] {
  return versionsInUse(versions).flatMap(({ type, versions: all }) =>
    all.map(({ version, known, usage }) => ({
      type,
      version,
      subject: subjectOf(type),
      known,
      registryId: ids.get(keyOf(type, version)) ?? null,
      events: usage?.events ?? 0,
      firstPosition: usage?.first.position ?? null,
      firstAt: usage === null ? null : new Date(usage.first.recordedAt),
      lastPosition: usage?.last.position ?? null,
      lastAt: usage === null ? null : new Date(usage.last.recordedAt),
    })),
  )
}

const HEADINGS = ['event', 'version', 'events', 'first seen', 'last seen', 'registry']

function textOf(lines: readonly Line[], position: number): string {
  const gone = lines.filter(({ events }) => events === 0).length
  return [
    table(HEADINGS, lines.map(cellsOf)),
    '',
    `counted up to position ${position.toLocaleString('en-US')}`,
    ...(gone === 0 ? [] : ['not in the log; dumps and consumers may still have it']),
  ].join('\n')
}

function cellsOf({ type, version, known, registryId, events, firstAt, lastAt }: Line): readonly Cell[] {
  return [
    printable(type),
    `v${version}`,
    events,
    firstAt === null ? 'not in the log' : shownTime(firstAt),
    lastAt === null ? '' : shownTime(lastAt),
    known ? (registryId === null ? 'missing' : `id ${registryId}`) : 'unknown to this release',
  ]
}

function topicLine({ topic, written, records, firstAt, lastAt }: TopicUsage) {
  const { type, version } = written === 'other' ? { type: null, version: null } : written
  return { topic, type, version, records, firstAt: new Date(firstAt), lastAt: new Date(lastAt) }
}

function topicsText(usages: readonly TopicUsage[]): string {
  if (usages.length === 0) return 'the topics have no records'
  const rows = usages
    .map(topicLine)
    .map(({ topic, type, version, records, firstAt, lastAt }) => [
      topic,
      type ?? 'not an event',
      version === null ? '' : `v${version}`,
      records,
      shownTime(firstAt),
      shownTime(lastAt),
    ])
  return table(['topic', 'event', 'version', 'records', 'first', 'last'], rows)
}

function shownTime(at: Date): string {
  return at.toISOString().replace('T', ' ').slice(0, 19)
}

/** The name of an event of a later release is whatever that has written. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}]/gu, '\u{FFFD}')
}

function keyOf(type: string, version: number): string {
  return `${type} ${version}`
}
