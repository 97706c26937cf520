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
  /** A broker, as the commands of Kafka take it. */
  readonly bootstrap: string
}

export const topicSettings = [
  'min.insync.replicas',
  'cleanup.policy',
  'retention.ms',
  'retention.bytes',
  'max.message.bytes',
  'compression.type',
  'message.timestamp.type',
  'message.timestamp.before.max.ms',
  'message.timestamp.after.max.ms',
] as const
export type TopicSetting = (typeof topicSettings)[number]

/** A topic as the cluster has it. */
export interface FoundTopic {
  readonly partitions: number
  /** Of the partition that has the fewest. */
  readonly replication: number
  /** Those that its brokers know; null: this user may not see them. */
  readonly settings: Readonly<Partial<Record<TopicSetting, string>>> | null
}

export interface TopicDifference {
  readonly what: 'partitions' | 'replication' | TopicSetting
  readonly is: string
  readonly wanted: string
  /** What to do about it. */
  readonly fix: string
}

/** Kafka's largest number: no bound. */
const NO_BOUND = '9223372036854775807'

/** What all topics should be like in a cluster of this many brokers, whatever its defaults are. */
export function planTopics(prefix: string, brokers: number, bootstrap: string): readonly TopicPlan[] {
  const replication = Math.max(1, Math.min(TOPIC_SETTINGS.replication, brokers))
  return topics.map(({ name, use, partitions }) => ({
    name: topicName(prefix, name),
    use,
    partitions,
    replication,
    bootstrap,
    settings: {
      'min.insync.replicas': String(Math.min(TOPIC_SETTINGS.minInSync, replication)),
      // Compacted, a topic keeps the last record of each key: an order without its history.
      'cleanup.policy': 'delete',
      'retention.bytes': '-1',
      // The relay sends what was recorded long ago, and by the clock of the database.
      'message.timestamp.type': 'CreateTime',
      'message.timestamp.before.max.ms': NO_BOUND,
      'message.timestamp.after.max.ms': NO_BOUND,
      'retention.ms': String(TOPIC_SETTINGS.retentionMs),
      'max.message.bytes': String(TOPIC_SETTINGS.maxRecordBytes),
      // Brokers recompress what others sent in a codec that our consumers cannot read.
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
      fix: `kafka-reassign-partitions.sh --bootstrap-server ${plan.bootstrap} gives ${plan.name} more replicas`,
    })
  }
  for (const what of topicSettings) {
    const is = found.settings?.[what]
    const wanted = plan.settings[what]
    if (is === undefined || is === wanted) continue
    const where = `--bootstrap-server ${plan.bootstrap} --entity-type topics --entity-name ${plan.name}`
    const fix = `kafka-configs.sh --alter ${where} --add-config ${what}=${wanted}`
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
