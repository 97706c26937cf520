import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { frameUserEvent, registerUserEvent } from '../../contract/registry/user-event-schema.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { decodeUserEvent, userEventDecoder } from '../../schemas/behaviour/user-event.ts'
import { messageReader } from '../../contract/registry/message-reader.ts'
import { judgeHere } from '../../contract/judgement/judgement.ts'
import { newId } from '../../app/clock.ts'
import { POOL_SIZES } from '../../app/pool-sizes.ts'
import { openCatalogue } from '../../insights/behaviour/catalogue.ts'
import { makeTables } from '../../insights/behaviour/chunk-table.ts'
import { openReader } from '../../insights/behaviour/reader.ts'
import { openRoom } from '../../insights/intake/room.ts'
import { openTopicIntake } from '../../insights/intake/topic-intake.ts'
import { silentLog } from '../../kafka/client/connection.ts'
import { JudgedRecords } from '../../kafka/user-events/judge-records.ts'
import { markOf } from '../../kafka/user-events/read-items.ts'
import { UserEventSender } from '../../kafka/user-events/user-event-sender.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import { openPool, READER_SETTINGS, type Pool } from '../../store/postgres/database.ts'
import { LatchedSignal, waitUntil } from '../../store/waiting/pause.ts'
import { atLeast, figure, inRounds, type BenchContext } from '../figure.ts'
import { runLoader } from '../load/closed-loop.ts'
import { brokerEnv, startBroker } from '../service/broker.ts'
import { ROOT } from '../service/child.ts'
import { startService } from '../service/measured-service.ts'
import { listedProducts, madeEvents, type MadeEvent } from './made-events.ts'

const EVENTS = 200_000
const PARTITIONS = 6
const BATCH = 5_000
const OF_A_REQUEST = 100
const CONNECTIONS = 32
/** More than are answered in a second; one that is sent twice would be a duplicate, which costs less. */
const BODIES_A_SECOND = 700

/** How fast user events are taken: by one process from bytes in memory, over Kafka, and over HTTP. */
export const userEventRate = figure({
  id: 'I1',
  title: 'user events decoded, counted and kept, with their ids and sessions saved',
  numbers: {
    alone: atLeast('one process, framed Avro in memory, 5,000 a batch', '/s', { must: 50_000, goal: 100_000 }),
    kafka: atLeast('over Kafka, while a loader sends, one broker', '/s', { must: 40_000, goal: 60_000 }),
    posted: atLeast('POST /user-events in batches of 100, 32 connections', '/s', { must: 20_000, goal: 40_000 }),
  },
  run(context) {
    return inRounds(context, async () => ({
      alone: await inMemory(context),
      kafka: await overKafka(context),
      posted: await overHttp(context),
    }))
  },
})

async function inMemory({ scope }: BenchContext): Promise<number> {
  const url = await listedProducts(scope)
  const pool = openPool(url, { name: 'bench behaviour', max: POOL_SIZES.behaviour, settings: READER_SETTINGS })
  const monotonic = () => performance.now()
  const catalogue = openCatalogue(pool, monotonic)
  await makeTables(pool)
  const reader = openReader({
    ...{ pool, owner: newId(), catalogue, clock: () => Date.now(), monotonic, log: silentLog },
    ...{ appended: new LatchedSignal(), mostBytes: 2 ** 40, ended: () => Promise.resolve(new Set<number>()) },
  })
  const room = openRoom({ pool, mostBytes: 2 ** 40, monotonic, log: silentLog })
  const intake = openTopicIntake({ pool, room, topic: 'bench', catalogue, reader })
  const avro = messageReader(
    { name: 'UserEvent', decode: decodeUserEvent, decoderOf: userEventDecoder },
    { schemaId: 7, judge: judgeHere, monotonic, registry: { schemaById: () => Promise.resolve(null) } },
  )
  const partitions = byPartition(madeEvents(EVENTS), 7)
  await waitUntil(() => reader.health().state === 'working', { everyMs: 10, withinMs: 30_000 })
  const begun = monotonic()
  await Promise.all(
    partitions.map(async (values, partition) => {
      let from: ReturnType<typeof markOf> | null = null
      for (let at = 0; at < values.length; at += BATCH) {
        const judged = new JudgedRecords(partition, { avro, pseudonym: () => null, now: Date.now() })
        const records = values.slice(at, at + BATCH).map((value, index) => ({
          ...{ offset: at + index, timestamp: Date.now(), key: null, value, headers: NO_HEADERS },
        }))
        for (const record of records) judged.add(record)
        const last = records.at(-1)
        if (last === undefined) break
        const to = markOf({ offset: last.offset, record: last })
        const { events, letters } = judged
        if (letters.length > 0) throw new Error(`a made event was not taken: ${letters[0]?.message ?? ''}`)
        await intake.keep(
          { partition, from, to, records: events, letters },
          events.map(({ sku }) => sku),
        )
        from = to
      }
    }),
  )
  // It saves what is left.
  await reader.stop()
  const seconds = (monotonic() - begun) / 1_000
  await reached(pool, 'folded_to', EVENTS)
  await room.stop()
  await pool.end()
  return EVENTS / seconds
}

const NO_HEADERS = {
  texts: (names: readonly string[]) => names.map(() => null),
  *[Symbol.iterator]() {
    // None.
  },
}

async function overKafka({ scope }: BenchContext): Promise<number> {
  const prefix = `i1-${newId()}.`
  const settings = await startBroker(scope, prefix)
  const url = await listedProducts(scope)
  const pool = openPool(url, { name: 'bench', max: 2, queryTimeout: 0 })
  const schemaId = await registerUserEvent(embeddedRegistry(pool))
  const env = { ...brokerEnv(settings), DATABASE_URL: url, ROLES: 'reactor' }
  const service = await startService(scope, { env })
  const monotonic = () => performance.now()
  const sender = new UserEventSender(settings, `${prefix}user-events`, { clientId: 'bench', log: silentLog, monotonic })
  const partitions = byPartition(madeEvents(EVENTS), schemaId)
  const send = (partition: number, values: readonly Buffer[]) => {
    const timestamp = String(Date.now())
    return sender.send(values.map((value) => ({ partition, message: { value, timestamp } })))
  }
  // Until the group has dealt out its partitions.
  await send(0, byPartition(madeEvents(1), schemaId).flat())
  await reached(pool, 'folded_to', 1)
  const begun = monotonic()
  await Promise.all(
    partitions.map(async (values, partition) => {
      for (let at = 0; at < values.length; at += BATCH) await send(partition, values.slice(at, at + BATCH))
    }),
  )
  // Kept and counted; sessions are saved meanwhile as ever, in a twentieth of the time.
  await reached(pool, 'next_offset', EVENTS + 1)
  const seconds = (monotonic() - begun) / 1_000
  await sender.close()
  await service.stop()
  await pool.end()
  return EVENTS / seconds
}

async function overHttp({ scope, seconds }: BenchContext): Promise<number> {
  const url = await listedProducts(scope)
  const pool = openPool(url, { name: 'bench', max: 2, queryTimeout: 0 })
  const service = await startService(scope, { env: { DATABASE_URL: url, ROLES: 'api,reactor,projector' } })
  const file = join(scope.folder(), 'events')
  const lines: string[] = []
  const events = [...madeEvents(Math.ceil(seconds * BODIES_A_SECOND) * OF_A_REQUEST)]
  for (let at = 0; at < events.length; at += OF_A_REQUEST) {
    lines.push(JSON.stringify(events.slice(at, at + OF_A_REQUEST).map(({ json }) => json)))
  }
  writeFileSync(file, lines.join('\n'))
  const printed = await runLoader('wrk', [
    ...['-t', '1', '-c', String(CONNECTIONS), '-d', `${seconds}s`, '--timeout', '10s'],
    ...['-s', join(ROOT, 'bench/load/orders.lua'), service.url, '--', file, '/user-events'],
  ])
  const report = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as {
    readonly answers: number
    readonly refused: number
    readonly seconds: number
  }
  const { rows } = await pool.query<{ total: string }>("select total from behaviour.totals where name = 'duplicates'")
  const duplicates = Number(rows[0]?.total ?? 0)
  if (report.refused > 0 || duplicates > 0.01 * events.length) {
    throw new Error(`${String(report.refused)} refusals, ${String(duplicates)} duplicates: this says nothing of events`)
  }
  await service.stop()
  await pool.end()
  return (report.answers * OF_A_REQUEST) / report.seconds
}

function byPartition(events: Iterable<MadeEvent>, schemaId: number): readonly (readonly Buffer[])[] {
  const partitions = Array.from({ length: PARTITIONS }, (): Buffer[] => [])
  for (const { event } of events)
    partitions[partitionOf(event.subject, PARTITIONS)]?.push(frameUserEvent(event, schemaId))
  return partitions
}

/** Resolves when this many events are in the chunks (`next_offset`), or saved with their sessions. */
async function reached(pool: Pool, column: 'next_offset' | 'folded_to', events: number): Promise<void> {
  const done = await waitUntil(
    async () => {
      const { rows } = await pool.query<{ saved: string }>(`select sum(${column}) as saved from behaviour.partitions`)
      return Number(rows[0]?.saved ?? 0) >= events
    },
    { everyMs: 20, withinMs: 300_000 },
  )
  if (!done) throw new Error(`${String(events)} events did not come in time`)
}
