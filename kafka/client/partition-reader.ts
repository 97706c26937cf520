/**
 * Reads partitions at any offset, outside of every group: kafkajs offers only consumers, and those join one (seconds on
 * a common cluster, and a group in everybody's list).
 * Longer than 300 lines because what a fetch brings is distinguished here alone.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { kafkaClient, type ClientOptions } from './connection.ts'
import { fromOffset, markAborted, visibleRecords, type FetchedBatch, type FetchedRecord } from './record-batches.ts'
import type { RecordHeaders } from './record-headers.ts'
import { GroupReader } from '../protocol/group-reader.ts'
import { logDirectories } from '../protocol/log-directories.ts'
import {
  reachedCluster,
  type FetchedPartition,
  type ReachedBroker,
  type ReachedCluster,
} from '../protocol/reached-cluster.ts'
import type { KafkaSettings } from '../settings.ts'

export interface ReadRecord extends Omit<FetchedRecord, 'headers'> {
  readonly partition: number
  readonly headers: RecordHeaders
  /** Why nothing else of it can be said, e.g. a codec that is not known here; null: it was read. */
  readonly unreadable: string | null
  /** Its transaction was rolled back; or one that is not over keeps it from readers of what is committed. Null: neither. */
  readonly transaction: 'rolled-back' | 'open' | null
}

/** `committed`: what was rolled back or may be is hidden. `all`: it is there, and says so. */
export type Isolation = 'committed' | 'all'

export interface PartitionPage {
  readonly records: readonly ReadRecord[]
  /** Where to go on. */
  readonly next: number
  /** Behind the newest record that is replicated. */
  readonly end: number
}

export interface TopicShape {
  readonly name: string
  readonly partitions: readonly PartitionShape[]
}

export interface PartitionShape {
  readonly partition: number
  /** Of the broker; null: none now. */
  readonly leader: number | null
  readonly replicas: readonly number[]
  readonly inSync: readonly number[]
}

/** Start or end of each partition, by topic and partition. */
export type Offsets = ReadonlyMap<string, ReadonlyMap<number, number>>

export interface FetchBounds {
  /** How long the broker waits for news, in milliseconds. */
  readonly wait: number
  /** Of the answer; the first batch is whole, however long it is. */
  readonly bytes: number
  readonly isolation: Isolation
}

interface Asked {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

const NO_LEADER = -1
const OUT_OF_RANGE = 'OFFSET_OUT_OF_RANGE'

export class PartitionReader {
  /** Over the same connections. */
  readonly groups: GroupReader
  readonly #cluster: ReachedCluster
  /** The same one, which asks as readers of committed transactions do. */
  readonly #committed: ReachedCluster
  #closed = false

  constructor(settings: KafkaSettings, options: ClientOptions) {
    this.#cluster = reachedCluster(kafkaClient(settings, options), WRITTEN)
    this.groups = new GroupReader(this.#cluster)
    this.#committed = Object.create(this.#cluster, { isolationLevel: { value: COMMITTED } }) as ReachedCluster
  }

  async connect(): Promise<void> {
    await this.#cluster.connect()
  }

  async disconnect(): Promise<void> {
    this.#closed = true
    await this.#cluster.disconnect()
  }

  /** The topics as they are now. Rejects with UNKNOWN_TOPIC_OR_PARTITION when one is not there. */
  async topics(names: readonly string[]): Promise<readonly TopicShape[]> {
    if (names.length === 0) return []
    await this.#cluster.addMultipleTargetTopics(names)
    await this.#cluster.refreshMetadata()
    return names.map((name) => ({
      name,
      partitions: this.#cluster
        .findTopicPartitionMetadata(name)
        .map(({ partitionId, leader, replicas, isr }) => ({
          partition: partitionId,
          leader: leader === NO_LEADER ? null : leader,
          replicas,
          inSync: isr,
        }))
        .sort((one, other) => one.partition - other.partition),
    }))
  }

  /**
   * Partitions without a leader are left out. `stable`: the end of what no open transaction holds back. A number: the first
   * record at or after that time (ms), else the end.
   */
  async offsets(topics: readonly TopicShape[], at: 'start' | 'end' | 'stable' | number): Promise<Offsets> {
    const asked = topics.map(({ name, partitions }) => ({
      topic: name,
      partitions: partitions.filter(({ leader }) => leader !== null).map(({ partition }) => ({ partition })),
      ...(typeof at === 'number' ? { fromTimestamp: at } : { fromBeginning: at === 'start' }),
    }))
    const cluster = at === 'stable' ? this.#committed : this.#cluster
    const answers = await cluster.fetchTopicsOffset(asked.filter(({ partitions }) => partitions.length > 0))
    return new Map(
      answers.map(({ topic, partitions }) => [
        topic,
        new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)])),
      ]),
    )
  }

  /** Records from `offset` on, as many as fit. An offset that is not there any more goes on at the oldest that is. */
  async fetch(topic: string, partition: number, offset: number, bounds: FetchBounds): Promise<PartitionPage> {
    try {
      const broker = await this.#leader(topic, partition)
      const [found] = await fetchPartitions(broker, topic, { wanted: [[partition, offset]], bounds })
      if (found === undefined) return { records: [], next: offset, end: offset }
      return pageOf(found, partition, offset)
    } catch (error) {
      return this.#afterFailure(error, { topic, partition, offset })
    }
  }

  /** Batches from `offset` on, without those of open transactions; those that were rolled back are marked. */
  async batches(
    topic: string,
    partition: number,
    offset: number,
    bounds: Omit<FetchBounds, 'isolation'>,
  ): Promise<readonly FetchedBatch[]> {
    const broker = await this.#leader(topic, partition)
    const committed = { ...bounds, isolation: 'committed' } as const
    const [found] = await fetchPartitions(broker, topic, { wanted: [[partition, offset]], bounds: committed })
    return (found?.messages ?? []).filter(({ last }) => last >= offset).map((batch) => fromOffset(batch, offset))
  }

  /**
   * As `fetch`, for many partitions of one topic, with one request to each leader: a broker answers the requests of a
   * connection one after the other, so an empty partition would keep the others waiting.
   */
  async fetchAll(
    topic: string,
    offsets: ReadonlyMap<number, number>,
    bounds: FetchBounds,
  ): Promise<ReadonlyMap<number, PartitionPage>> {
    await this.#cluster.addMultipleTargetTopics([topic])
    const byLeader = this.#cluster.findLeaderForPartitions(topic, [...offsets.keys()])
    const leaders = Object.entries(byLeader).filter(([leader]) => Number(leader) !== NO_LEADER)
    // Somebody is about to be elected; asking at once would only keep the processor busy.
    if (leaders.length === 0) {
      await delay(bounds.wait)
      await this.#cluster.refreshMetadata()
    }
    const answers = await Promise.all(
      leaders.map(([leader, partitions]) => this.#fetchFrom(Number(leader), topic, { partitions, offsets, bounds })),
    )
    return new Map(answers.flat())
  }

  /** Bytes of each partition on the disks of its leader, by `topic partition`. */
  async sizes(topics: readonly TopicShape[]): Promise<ReadonlyMap<string, number>> {
    const leaders = new Set(topics.flatMap(({ partitions }) => partitions.flatMap(({ leader }) => leader ?? [])))
    const wanted = new Map<string, number | null>(
      topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partition, leader }) => [`${name} ${String(partition)}`, leader] as const),
      ),
    )
    const sizes = new Map<string, number>()
    for (const leader of leaders) {
      const broker = await this.#cluster.findBroker({ nodeId: leader })
      const all = await broker.connectionPool.send(logDirectories())
      for (const [partition, bytes] of all) if (wanted.get(partition) === leader) sizes.set(partition, bytes)
    }
    return sizes
  }

  async #fetchFrom(
    leader: number,
    topic: string,
    asked: {
      readonly partitions: readonly number[]
      readonly offsets: ReadonlyMap<number, number>
      readonly bounds: FetchBounds
    },
  ): Promise<readonly (readonly [number, PartitionPage])[]> {
    const { partitions, offsets, bounds } = asked
    const wanted = partitions.map((partition) => [partition, offsets.get(partition) ?? 0] as const)
    try {
      const broker = await this.#cluster.findBroker({ nodeId: leader })
      const all = await fetchPartitions(broker, topic, { wanted, bounds })
      return all.map((found) => [found.partition, pageOf(found, found.partition, offsets.get(found.partition) ?? 0)])
    } catch (error) {
      if (partitions.length === 1 || !(error instanceof Error) || error.name !== 'KafkaJSProtocolError') {
        const [partition = 0] = partitions
        const offset = offsets.get(partition) ?? 0
        return [[partition, await this.#afterFailure(error, { topic, partition, offset })]]
      }
      // One of them is at fault, and the others must not wait for it.
      const pages = []
      for (const [partition, offset] of wanted)
        pages.push([partition, await this.fetch(topic, partition, offset, { ...bounds, wait: 0 })] as const)
      return pages
    }
  }

  async #leader(topic: string, partition: number): Promise<ReachedBroker> {
    await this.#cluster.addMultipleTargetTopics([topic])
    const [leader] = Object.keys(this.#cluster.findLeaderForPartitions(topic, [partition]))
    if (leader === undefined || Number(leader) === NO_LEADER) {
      await this.#cluster.refreshMetadata()
      throw new Error(`partition ${String(partition)} of ${topic} has no leader`)
    }
    return this.#cluster.findBroker({ nodeId: Number(leader) })
  }

  async #afterFailure(error: unknown, { topic, partition, offset }: Asked): Promise<PartitionPage> {
    if (!(error instanceof Error)) throw error
    if ('type' in error && error.type === OUT_OF_RANGE) {
      const shape = [{ name: topic, partitions: [{ partition, leader: 0, replicas: [], inSync: [] }] }]
      const [start, end] = await Promise.all([this.offsets(shape, 'start'), this.offsets(shape, 'end')])
      const oldest = start.get(topic)?.get(partition) ?? 0
      const newest = end.get(topic)?.get(partition) ?? 0
      return { records: [], next: offset < oldest ? oldest : newest, end: newest }
    }
    // Leaders move: the next attempt knows the new one. Asking after the end would connect again, and keep the process.
    if (!this.#closed) await this.#cluster.refreshMetadata().catch(() => undefined)
    throw error
  }
}

interface Wanted {
  /** Partitions, each with the offset from which on. */
  readonly wanted: readonly (readonly [partition: number, offset: number])[]
  readonly bounds: FetchBounds
}

/** What the leader of some partitions has of them; with `all` also what is of transactions that were rolled back or are open. */
async function fetchPartitions(
  broker: ReachedBroker,
  topic: string,
  { wanted, bounds }: Wanted,
): Promise<readonly MarkedPartition[]> {
  const ask = async (isolationLevel: number, again: Wanted['wanted'], wait: number) => {
    const request = fetchRequest(topic, again, { ...bounds, wait })
    const { responses } = await broker.fetch({ ...request, isolationLevel })
    return responses.flatMap(({ partitions }) => partitions)
  }
  const marked = (found: FetchedPartition): MarkedPartition => ({
    ...found,
    messages: markAborted(found.messages, found.abortedTransactions ?? null),
    stable: Infinity,
    all: bounds.isolation === 'all',
  })
  if (bounds.isolation === 'committed') return (await ask(COMMITTED, wanted, bounds.wait)).map(marked)
  const written = await ask(WRITTEN, wanted, bounds.wait)
  const transactional = written.filter(({ messages }) => messages.some(({ producer }) => producer !== null))
  if (transactional.length === 0) return written.map(marked)
  // What became of a transaction is shown only to those who ask for what is committed.
  const offsets = new Map(wanted)
  const asked = transactional.map(({ partition }) => [partition, offsets.get(partition) ?? 0] as const)
  const told = new Map((await ask(COMMITTED, asked, 0)).map((one) => [one.partition, one]))
  return written.map((found) => {
    const known = told.get(found.partition)
    if (known === undefined) return marked(found)
    const { abortedTransactions = null } = known
    return { ...marked({ ...found, abortedTransactions }), stable: Number(known.lastStableOffset) }
  })
}

function pageOf(
  { messages, highWatermark, stable, all }: MarkedPartition,
  partition: number,
  from: number,
): PartitionPage {
  const records: ReadRecord[] = []
  let next = from
  for (const batch of messages) {
    if (batch.last < from) continue
    const transaction = batch.aborted ? 'rolled-back' : batch.producer !== null && batch.first >= stable ? 'open' : null
    const read = recordsOf(fromOffset(all ? { ...batch, aborted: false } : batch, from), partition, transaction)
    records.push(...read)
    next = batch.unreadable === null ? batch.last + 1 : (read.at(-1)?.offset ?? batch.last) + 1
    if (next <= batch.last) break
  }
  return { records, next, end: Number(highWatermark) }
}

/** Of a batch that cannot be read this many are shown at once: its head may be wrong as well. */
const MOST_UNREADABLE = 1_000

/** A batch that cannot be read is shown as one unreadable record for each offset. */
export function recordsOf(
  batch: FetchedBatch,
  partition: number,
  transaction: ReadRecord['transaction'] = null,
): readonly ReadRecord[] {
  const { first, last, unreadable } = batch
  if (unreadable === null)
    return visibleRecords(batch).map(({ offset, timestamp, key, value, headers }) => ({
      partition,
      offset,
      timestamp,
      key,
      value,
      headers,
      unreadable,
      transaction,
    }))
  const nothing = { partition, timestamp: 0, key: null, value: null, headers: [], unreadable, transaction }
  const count = Math.min(last - first + 1, MOST_UNREADABLE)
  return Array.from({ length: count }, (_, index) => ({ ...nothing, offset: first + index }))
}

/** What is written and not rolled back; else all that is written. */
const COMMITTED = 1
const WRITTEN = 0

function fetchRequest(topic: string, wanted: Wanted['wanted'], { wait, bytes }: FetchBounds) {
  const partitions = wanted.map(([partition, fetchOffset]) => ({ partition, fetchOffset, maxBytes: bytes }))
  const size = { maxWaitTime: wait, minBytes: 1, maxBytes: bytes }
  return { replicaId: -1, ...size, topics: [{ topic, partitions }] }
}

interface MarkedPartition extends FetchedPartition {
  /** From here on transactions are not over. */
  readonly stable: number
  /** What is of transactions is shown, and marked. */
  readonly all: boolean
}
