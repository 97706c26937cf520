/** Counts which versions of which events the topics hold: what a consumer that reads them from the beginning meets. */
import type { EventSchemaIds } from '../../contract/registry/event-schema-ids.ts'
import { schemaIdOf } from '../../contract/registry/wire-format.ts'
import { readTopics, type ReadTopicsOptions } from './read-topics.ts'
import type { KafkaSettings } from '../settings.ts'
import { topicName, topics, type TopicName } from './topics.ts'

export interface TopicUsageOptions {
  readonly kafka: KafkaSettings
  readonly ids: EventSchemaIds
  readonly onProgress?: ReadTopicsOptions['onProgress']
}

export interface TopicUsage {
  readonly topic: TopicName
  /** What the records are written with; `other`: not framed Avro, or a schema that is none of our events. */
  readonly written: { readonly type: string; readonly version: number } | 'other'
  readonly records: number
  /** Milliseconds since 1970, by the records' own times. */
  readonly firstAt: number
  readonly lastAt: number
}

/** By topic in the order of the table, then by event and version. Rejects when the brokers cannot be read. */
export async function topicUsage(options: TopicUsageOptions): Promise<readonly TopicUsage[]> {
  const { kafka, ids, onProgress } = options
  const byName = new Map(topics.map(({ name }) => [topicName(kafka.prefix, name), name]))
  const found = new Map<string, TopicUsage>()
  await readTopics({
    kafka,
    topics: [...byName.keys()],
    see(records) {
      for (const { topic: fullName, value, timestamp } of records) {
        const topic = byName.get(fullName)
        if (topic === undefined) continue
        const id = value === null ? null : schemaIdOf(value)
        const written = (id === null ? null : ids.find(id)) ?? 'other'
        const name = written === 'other' ? `${topic} ` : `${topic} ${written.type} ${written.version}`
        const before = found.get(name) ?? { topic, written, records: 0, firstAt: timestamp, lastAt: timestamp }
        const [firstAt, lastAt] = [Math.min(before.firstAt, timestamp), Math.max(before.lastAt, timestamp)]
        found.set(name, { ...before, records: before.records + 1, firstAt, lastAt })
      }
    },
    ...(onProgress === undefined ? {} : { onProgress }),
  })
  const order = topics.map(({ name }) => name)
  const rank = ({ topic, written }: TopicUsage) =>
    `${String(order.indexOf(topic)).padStart(3)} ${written === 'other' ? '~' : `${written.type} ${String(written.version).padStart(6)}`}`
  return [...found.values()].sort((one, other) => (rank(one) < rank(other) ? -1 : 1))
}
