/** Where the relay publishes to: which cluster it is, and which of the topics are there. */
import type { Admin } from 'kafkajs'
import { KafkaFailure } from '../client/kafka-failure.ts'
import { topicName, topics, type Topic } from '../topics/topics.ts'

export interface RelayTarget {
  /** Of its lease, and with a topic behind it of a checkpoint: another cluster or prefix is filled from the first event on. */
  readonly reader: string
}

/** All readers that publish, by the beginning of their names (store/log/checkpoints.ts). */
export const RELAY_READERS = 'relay '

export const publishedTopics: readonly Topic[] = topics.filter(({ use }) => use === 'log' || use === 'copy')

/** Rejects with a KafkaFailure `topics-missing` when no topic is there to publish to, and as kafkajs does. */
export async function findRelayTarget(admin: Admin, prefix: string): Promise<RelayTarget> {
  const { clusterId } = await admin.describeCluster()
  const missing = await missingTopics(admin, prefix, publishedTopics)
  if (missing.size === publishedTopics.length) {
    throw new KafkaFailure('topics-missing', [...new Set(missing.values())].join('; '))
  }
  return { reader: relayReader(clusterId, prefix) }
}

export function relayReader(clusterId: string, prefix: string): string {
  return `${RELAY_READERS}${clusterId} ${prefix}`
}

/** Of the checkpoint of a topic. */
export function topicReader(relay: string, { name }: Pick<Topic, 'name'>): string {
  return `${relay} ${name}`
}

/** Of all its checkpoints. */
export function topicReaders(relay: string): readonly string[] {
  return publishedTopics.map((topic) => topicReader(relay, topic))
}

/** Why nothing can be published to some topics. More partitions than the table says do no harm: a stream stays where it is. */
export async function missingTopics(
  admin: Admin,
  prefix: string,
  wanted: readonly Topic[],
): Promise<ReadonlyMap<Topic, string>> {
  const present = new Set(await admin.listTopics())
  const named = wanted.map((topic) => ({ topic, name: topicName(prefix, topic.name) }))
  const there = named.filter(({ name }) => present.has(name))
  const { topics: found } =
    there.length === 0 ? { topics: [] } : await admin.fetchTopicMetadata({ topics: there.map(({ name }) => name) })
  const counts = new Map(found.map(({ name, partitions }) => [name, partitions.length]))
  return new Map(
    named.flatMap(({ topic, name }) => {
      const count = counts.get(name)
      if (count === undefined) return [[topic, `the cluster does not have ${name}; run orderledger topics create`]]
      if (count >= topic.partitions) return []
      const few = `${String(count)} of ${String(topic.partitions)}`
      return [[topic, `too few partitions (${name} has ${few}); set another TOPIC_PREFIX`]]
    }),
  )
}
