/** What a topic should be like, what it is like, and what to do about the difference. */
import { TOPIC_SETTINGS, topicName, topics, type TopicUse } from './topics.ts'

export interface TopicPlan {
  /** As it is called in the cluster. */
  readonly name: string
  readonly use: TopicUse
  readonly partitions: number
  readonly replication: number
  /** Settings of the topic, as Kafka names and writes them. */
  readonly settings: Readonly<Record<TopicSetting, string>>
}

export const topicSettings = ['min.insync.replicas', 'retention.ms', 'max.message.bytes', 'compression.type'] as const
export type TopicSetting = (typeof topicSettings)[number]

/** A topic as the cluster has it. */
export interface FoundTopic {
  readonly partitions: number
  /** Of the partition that has the fewest. */
  readonly replication: number
  readonly settings: Readonly<Partial<Record<TopicSetting, string>>>
}

export interface TopicDifference {
  readonly what: 'partitions' | 'replication' | TopicSetting
  readonly is: string
  readonly wanted: string
  /** What to do about it. */
  readonly fix: string
}

/** What all topics should be like in a cluster of so many brokers. */
export function planTopics(prefix: string, brokers: number): readonly TopicPlan[] {
  const replication = Math.max(1, Math.min(TOPIC_SETTINGS.replication, brokers))
  return topics.map(({ name, use, partitions }) => ({
    name: topicName(prefix, name),
    use,
    partitions,
    replication,
    settings: {
      'min.insync.replicas': String(Math.min(TOPIC_SETTINGS.minInSync, replication)),
      'retention.ms': String(TOPIC_SETTINGS.retentionMs),
      'max.message.bytes': String(TOPIC_SETTINGS.maxRecordBytes),
      // Brokers compress anew what others sent in a codec that our consumers cannot read.
      'compression.type': 'lz4',
    },
  }))
}

export function topicDifferences(plan: TopicPlan, found: FoundTopic): readonly TopicDifference[] {
  const differences: TopicDifference[] = []
  if (found.partitions !== plan.partitions) {
    differences.push({
      what: 'partitions',
      is: String(found.partitions),
      wanted: String(plan.partitions),
      fix: partitionsFix(plan, found),
    })
  }
  if (found.replication < plan.replication) {
    differences.push({
      what: 'replication',
      is: String(found.replication),
      wanted: String(plan.replication),
      fix: `kafka-reassign-partitions.sh gives ${plan.name} more replicas`,
    })
  }
  for (const what of topicSettings) {
    const is = found.settings[what] ?? 'unknown'
    const wanted = plan.settings[what]
    if (is === wanted) continue
    const fix = `kafka-configs.sh --alter --entity-type topics --entity-name ${plan.name} --add-config ${what}=${wanted}`
    differences.push({ what, is, wanted, fix })
  }
  return differences
}

/** The count of a topic that exists is never changed: a key would go on in another partition than it began in. */
function partitionsFix({ use, partitions }: TopicPlan, found: FoundTopic): string {
  const published = use === 'log' || use === 'copy'
  if (published && found.partitions > partitions) return 'leave it: the relay does not write to the extra ones'
  return 'set another TOPIC_PREFIX and create the topics again; the number of partitions of an existing topic never changes'
}
