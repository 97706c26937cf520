/** Looks into a topic: a bounded number of records, outside of every group, in bounded time. */
import { silentLog } from '../client/connection.ts'
import { setTimeout as delay } from 'node:timers/promises'
import type { WireFormat } from '../../contract/registry/wire-format.ts'
import { withOffsets, type PartitionLook } from '../lag/cluster-look.ts'
import { PartitionReader, type ReadRecord } from '../client/partition-reader.ts'
import type { KafkaSettings } from '../settings.ts'
import { eventDecoder, showHeaders, showRecord, type ShownRecord } from './shown-record.ts'

export interface Browsing {
  /** As it is called in the cluster. */
  readonly topic: string
  /** Null: all of them. */
  readonly partition: number | null
  readonly from: BrowseFrom
  /** Of all records that are given. */
  readonly limit: number
}

/** The oldest, the newest, from an offset, or from a time in milliseconds since 1970. */
export type BrowseFrom =
  | { readonly at: 'earliest' | 'latest' }
  | { readonly at: 'offset'; readonly offset: number }
  | { readonly at: 'time'; readonly time: number }

export interface BrowsedRecords {
  /** By time, the oldest first. */
  readonly records: readonly BrowsedRecord[]
  /** Of the partition that was asked for: where to go on; null at its end, and where all were. */
  readonly next: number | null
}

export interface BrowsedRecord extends ShownRecord {
  readonly headers: Readonly<Record<string, string>>
}

export type BrowseFailureCode = 'topic-not-found' | 'kafka-unreachable'

export class BrowseFailure extends Error {
  readonly code: BrowseFailureCode
  readonly retriable: boolean

  constructor(code: BrowseFailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BrowseFailure'
    this.code = code
    this.retriable = code === 'kafka-unreachable'
  }
}

const PATIENCE_MS = 5_000
/** Of one answer of a broker. A record has 1 MiB at most. */
/** The newest records are looked for this many times further back at each step, and this many times as far at most. */
const FURTHER = 8
const FURTHEST = 512
const FETCH = { wait: 100, bytes: 1024 * 1024, isolation: 'all' } as const

/** Rejects with a BrowseFailure. */
export async function browseTopic(kafka: KafkaSettings, wire: WireFormat, browsing: Browsing): Promise<BrowsedRecords> {
  const { topic } = browsing
  // A user of ours sees what is ours; Kafka's own topics are nobody's business.
  if (!topic.startsWith(kafka.prefix) || topic.startsWith('__')) throw notFound(topic)
  const reader = new PartitionReader(kafka, { clientId: 'browse', log: silentLog })
  const answered = new AbortController()
  const deadline = delay(PATIENCE_MS, undefined, { signal: answered.signal }).then(() => {
    throw new BrowseFailure('kafka-unreachable', `no answer within ${String(PATIENCE_MS / 1_000)} s`)
  })
  deadline.catch(() => undefined)
  try {
    return await Promise.race([browse(reader, wire, browsing), deadline])
  } catch (error) {
    throw failureOf(error, topic)
  } finally {
    answered.abort()
    void reader.disconnect().catch(() => undefined)
  }
}

async function browse(reader: PartitionReader, wire: WireFormat, browsing: Browsing): Promise<BrowsedRecords> {
  const { topic, partition, from, limit } = browsing
  await reader.connect()
  const shapes = await reader.topics([topic])
  const [look] = await withOffsets(reader, shapes)
  const wanted = (look?.partitions ?? []).filter((one) => partition === null || one.partition === partition)
  if (wanted.length === 0) throw notFound(topic, partition)
  const times = from.at === 'time' ? await reader.offsets(shapes, from.time) : null
  const pages = await Promise.all(
    wanted
      .filter(({ leader }) => leader !== null)
      .map(async (one) => {
        const first = firstOffset(one, from, limit, times?.get(topic)?.get(one.partition))
        const range = { partition: one.partition, first, end: one.end ?? first, limit }
        return from.at === 'latest' ? readLast(reader, topic, range, one.start ?? 0) : readUpTo(reader, topic, range)
      }),
  )
  const all = pages.flatMap(({ records }) => records).toSorted((one, other) => one.timestamp - other.timestamp)
  const records = from.at === 'latest' ? all.slice(-limit) : all.slice(0, limit)
  const [only] = pages
  const next = partition === null || only === undefined || only.next >= only.end ? null : only.next
  const decode = eventDecoder(wire)
  return { records: records.map((record) => ({ ...showRecord(record, decode), headers: showHeaders(record) })), next }
}

interface Range {
  readonly partition: number
  readonly first: number
  readonly end: number
  readonly limit: number
}

async function readUpTo(reader: PartitionReader, topic: string, { partition, first, end, limit }: Range) {
  const records: ReadRecord[] = []
  let next = first
  while (next < end && records.length < limit) {
    const page = await reader.fetch(topic, partition, next, FETCH)
    // One that was deleted under our hands gives nothing, and there is nothing to wait for.
    if (page.next === next) break
    records.push(...page.records.slice(0, limit - records.length))
    next = page.records.length > 0 && records.length === limit ? (records.at(-1)?.offset ?? next) + 1 : page.next
  }
  return { records, next, end }
}

/** Not each offset has a record, where a topic is compacted or written in transactions: further back, until there are enough. */
async function readLast(reader: PartitionReader, topic: string, range: Range, start: number) {
  const { end, limit } = range
  for (let { first } = range, back = limit; ; first = Math.max(start, end - back)) {
    const read = await readUpTo(reader, topic, { ...range, first, limit: Infinity })
    const records = read.records.slice(-limit)
    if (records.length === limit || first <= start || back >= FURTHEST * limit) return { ...read, records }
    back *= FURTHER
  }
}

function firstOffset(look: PartitionLook, from: BrowseFrom, limit: number, atTime: number | undefined): number {
  const [start, end] = [look.start ?? 0, look.end ?? 0]
  switch (from.at) {
    case 'earliest':
      return start
    case 'latest':
      return Math.max(start, end - limit)
    case 'offset':
      return Math.max(start, from.offset)
    case 'time':
      return atTime === undefined || atTime < 0 ? end : atTime
  }
}

function failureOf(error: unknown, topic: string): BrowseFailure {
  if (error instanceof BrowseFailure) return error
  if (!(error instanceof Error)) throw error
  if ('type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') return notFound(topic)
  return new BrowseFailure('kafka-unreachable', error.message, { cause: error })
}

function notFound(topic: string, partition: number | null = null): BrowseFailure {
  const what = partition === null ? topic : `${topic} with a partition ${String(partition)}`
  return new BrowseFailure('topic-not-found', `this service has no topic ${what}`)
}
