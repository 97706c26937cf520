/** Where the relay publishes to: which cluster it is, and whether all that it needs is there. */
import type { Admin } from 'kafkajs'
import { KafkaFailure } from '../client/kafka-failure.ts'
import { topicName, topics } from '../topics/topics.ts'

export interface RelayTarget {
  /** Of its checkpoint and of its lease: another cluster or prefix is filled from the first event on. */
  readonly reader: string
}

/** All readers that publish, by the beginning of their names (store/log/checkpoints.ts). */
export const RELAY_READERS = 'relay '

const published = topics.filter(({ use }) => use === 'log' || use === 'copy')

/** Rejects with a KafkaFailure `topics-missing` when there is something to do first, and as kafkajs does. */
export async function findRelayTarget(admin: Admin, prefix: string): Promise<RelayTarget> {
  const { clusterId } = await admin.describeCluster()
  await requireTopics(admin, prefix)
  return { reader: relayReader(clusterId, prefix) }
}

export function relayReader(clusterId: string, prefix: string): string {
  return `${RELAY_READERS}${clusterId} ${prefix}`
}

/** More partitions than the table says do no harm: ours are used, and a stream stays where it is. */
async function requireTopics(admin: Admin, prefix: string): Promise<void> {
  const present = new Set(await admin.listTopics())
  const wanted = published.map((topic) => ({ name: topicName(prefix, topic.name), partitions: topic.partitions }))
  const missing = wanted.filter(({ name }) => !present.has(name)).map(({ name }) => name)
  if (missing.length > 0) {
    throw new KafkaFailure(
      'topics-missing',
      `the cluster does not have ${missing.join(', ')}; run orderledger topics create`,
    )
  }
  const { topics: found } = await admin.fetchTopicMetadata({ topics: wanted.map(({ name }) => name) })
  const counts = new Map(found.map(({ name, partitions }) => [name, partitions.length]))
  const few = wanted.filter(({ name, partitions }) => (counts.get(name) ?? 0) < partitions)
  if (few.length > 0) {
    const which = few.map(({ name, partitions }) => `${name} has ${counts.get(name) ?? 0} of ${partitions}`).join(', ')
    throw new KafkaFailure('topics-missing', `too few partitions (${which}); set another TOPIC_PREFIX`)
  }
}
