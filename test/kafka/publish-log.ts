/** Puts a stored log onto its topics without a relay: whole, or with whatever a test does to its records. */
import type { CompressionTypes, Kafka, Message } from 'kafkajs'
import { COMPRESSION } from '../../kafka/client/codecs.ts'
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import { eventRecord, sourceOf } from '../../kafka/event-record.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { topicName, topicOfStream, topics } from '../../kafka/topics/topics.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import { eventSchemaIds, eventSchemaTexts } from '../../contract/registry/event-schema-ids.ts'
import { wireFormat, type WireFormat } from '../../contract/registry/wire-format.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { StoredEvent } from '../../store/log/feed.ts'
import { readLogIdentity } from '../../store/log/log-identity.ts'
import { readEvents } from '../../store/log/read-log.ts'
import { createTopics } from '../support/kafka.ts'

const BATCH = 1_000

/** Ids as a registry would give them. */
export const testWire = wireFormat(
  eventSchemaIds(eventSchemaTexts.map(({ type, version }, index) => ({ type, version, id: index + 1 }))),
)

/** A record and where it goes. */
export interface Sent extends Message {
  readonly topic: string
  readonly partition: number
}

export interface PublishOptions {
  readonly after?: number
  /** What is sent for an event: none, one or several, in the order of each partition. Default: its record. */
  readonly change?: (sent: Sent, event: StoredEvent) => readonly Sent[]
  readonly compression?: CompressionTypes
}

export interface Publisher {
  readonly kafka: Kafka
  /** Resolves with the position of the last event published. */
  publish(options?: PublishOptions): Promise<number>
  send(records: readonly Sent[], compression?: CompressionTypes): Promise<void>
  /** The records of a topic go, as if it had been deleted and made again. */
  recreate(name: string): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export function clientOf(settings: KafkaSettings): Kafka {
  return kafkaClient(settings, { clientId: 'test', log: silentLog })
}

/** Makes the topics of the log. */
export async function makeTopics(settings: KafkaSettings, only?: string): Promise<void> {
  const logTopics = topics.filter(({ use, name }) => use === 'log' && (only === undefined || name === only))
  await createTopics(
    clientOf(settings),
    logTopics.map(({ name, partitions }) => ({
      topic: topicName(settings.prefix, name),
      numPartitions: partitions,
      replicationFactor: Math.min(3, settings.brokers.length),
    })),
  )
}

/** `wire`: with the ids of a registry; default: those of testWire. */
export async function openPublisher(settings: KafkaSettings, pool: Pool, wire = testWire): Promise<Publisher> {
  const kafka = clientOf(settings)
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()

  async function send(records: readonly Sent[], compression: CompressionTypes = COMPRESSION): Promise<void> {
    const byPartition = new Map<string, Sent[]>()
    for (const record of records) {
      const key = `${record.topic} ${String(record.partition)}`
      byPartition.set(key, [...(byPartition.get(key) ?? []), record])
    }
    for (const messages of byPartition.values()) {
      await producer.send({ topic: messages[0]?.topic ?? '', messages, compression, acks: -1 })
    }
  }

  return {
    kafka,
    send,

    async publish({ after = 0, change = (sent: Sent) => [sent], compression }: PublishOptions = {}) {
      const source = sourceOf(await readLogIdentity(pool))
      for (let position = after; ;) {
        const events = await readEvents(pool, position, BATCH)
        const last = events.at(-1)
        if (last === undefined) return position
        const around = { source, prefix: settings.prefix, wire }
        await send(
          events.flatMap((event) => change(recordOf(event, around), event)),
          compression,
        )
        position = last.position
      }
    },

    async recreate(name) {
      const admin = kafka.admin()
      await admin.connect()
      await admin.deleteTopics({ topics: [settings.prefix + name] })
      await admin.disconnect()
      await makeTopics(settings, name)
    },

    [Symbol.asyncDispose]: () => producer.disconnect(),
  }
}

export function recordOf(
  event: StoredEvent,
  { source, prefix, wire }: { readonly source: string; readonly prefix: string; readonly wire: WireFormat },
): Sent {
  const topic = topicOfStream(event.stream)
  const { key, value, headers, timestamp } = eventRecord(event, wire, source)
  const partition = partitionOf(key, topic.partitions)
  return { topic: topicName(prefix, topic.name), partition, key, value, headers: { ...headers }, timestamp }
}
