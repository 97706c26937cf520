/** Reads topics from their beginning to where they end now: for people who check or count, never for readers of the log. */
import { pause } from '../../store/waiting/pause.ts'
import type { KafkaSettings } from '../settings.ts'
import { kafkaClient, silentLog } from '../client/connection.ts'
import { PartitionReader, type PartitionPage, type ReadRecord } from '../client/partition-reader.ts'

export interface TopicRecord extends ReadRecord {
  readonly topic: string
}

export interface ReadTopicsOptions {
  readonly kafka: KafkaSettings
  /** As they are called in the cluster; those that do not exist are left out. */
  readonly topics: readonly string[]
  /** Called with records of one partition, in the order of its offsets; partitions come in any order. */
  readonly see: (records: readonly TopicRecord[]) => void
  readonly onProgress?: (records: number, of: number) => void
}

export interface TopicsRead {
  /** Offsets from the first record that is there to the end, of all partitions together. */
  readonly offsets: number
  /** Of the topics asked for, those that the cluster does not have. */
  readonly missing: readonly string[]
}

/** How long the brokers may give nothing at all before the reading is given up, in milliseconds. */
const SILENCE_MS = 20_000
const FETCH = { wait: 100, bytes: 1024 * 1024, isolation: 'all' } as const

/** Rejects with the client's error, and when the brokers fall silent. */
export async function readTopics({ kafka, topics, see, onProgress }: ReadTopicsOptions): Promise<TopicsRead> {
  const existing = await topicsOf(kafka)
  const reader = new PartitionReader(kafka, { clientId: 'read-topics', log: silentLog })
  try {
    await reader.connect()
    const shapes = await reader.topics(topics.filter((topic) => existing.has(topic)))
    const [starts, ends] = [await reader.offsets(shapes, 'start'), await reader.offsets(shapes, 'end')]
    const spans = [...ends].map(([topic, of]) => {
      const entries = [...of].map(([partition, end]) => ({
        partition,
        next: starts.get(topic)?.get(partition) ?? 0,
        end,
      }))
      return {
        topic,
        left: new Map(entries.filter(({ next, end }) => next < end).map((span) => [span.partition, span])),
      }
    })
    const of = spans.flatMap(({ left }) => [...left.values()]).reduce((sum, { next, end }) => sum + end - next, 0)
    let records = 0
    for (const { topic, left } of spans) {
      while (left.size > 0) {
        const offsets = new Map([...left].map(([partition, { next }]) => [partition, next]))
        for (const [partition, page] of await insist(() => reader.fetchAll(topic, offsets, FETCH), offsets)) {
          const end = left.get(partition)?.end ?? 0
          const found = page.records
            .filter(({ offset, transaction }) => offset < end && transaction !== 'rolled-back')
            .map((record) => ({ ...record, topic }))
          see(found)
          records += found.length
          if (page.next < end) left.set(partition, { partition, next: page.next, end })
          else left.delete(partition)
        }
        onProgress?.(records, of)
      }
    }
    return { offsets: of, missing: topics.filter((topic) => !existing.has(topic)) }
  } finally {
    await reader.disconnect()
  }
}

async function topicsOf(settings: KafkaSettings): Promise<ReadonlySet<string>> {
  const admin = kafkaClient(settings, { clientId: 'read-topics', log: silentLog }).admin()
  try {
    await admin.connect()
    return new Set(await admin.listTopics())
  } finally {
    await admin.disconnect()
  }
}

/** Fetches until something moves: leaders change, and brokers are restarted. */
async function insist(
  fetch: () => Promise<ReadonlyMap<number, PartitionPage>>,
  offsets: ReadonlyMap<number, number>,
): Promise<ReadonlyMap<number, PartitionPage>> {
  const begun = performance.now()
  for (;;) {
    const late = performance.now() - begun > SILENCE_MS
    try {
      const pages = await fetch()
      if ([...pages].some(([partition, { next }]) => next !== offsets.get(partition))) return pages
      if (late) throw new Error('the brokers gave no records: are they all up?')
    } catch (error) {
      if (late) throw error
      await pause(FETCH.wait, new AbortController().signal)
    }
  }
}
