/** The topics of a cluster as people see them, from the last looks. Pure. */
import type { ClusterLook, PartitionLook } from './cluster-look.ts'
import { judge } from './lag.ts'
import { partitionKey, rounded, sum, type Histories } from './lag-report.ts'
import { topics as table, topicName, type Topic } from '../topics/topics.ts'

export interface ShownTopic {
  readonly name: string
  /** Ours by the table; null: it only has our prefix. */
  readonly use: Topic['use'] | null
  readonly partitions: readonly (PartitionLook & { readonly bytes: number | null })[]
  /** Records that are kept. */
  readonly records: number
  /** On the disks of the leaders; null: not known. */
  readonly bytes: number | null
  /** Milliseconds; null: no limit, or not known. */
  readonly retentionMs: number | null
  /** Records a second that come in. */
  readonly inRate: number
  readonly health: 'healthy' | 'under-replicated' | 'offline'
}

export interface TopicDetails {
  readonly sizes: ReadonlyMap<string, number>
  readonly retention: ReadonlyMap<string, number | null>
  /** What this user may not see. */
  readonly missing: readonly string[]
}

/** `prefix`: of our topics. */
export function shownTopics(look: ClusterLook, details: TopicDetails, histories: Histories, prefix: string) {
  const uses = new Map<string, Topic['use']>(table.map(({ name, use }) => [topicName(prefix, name), use]))
  return look.topics.map(({ name, partitions }): ShownTopic => {
    const shown = partitions.map((one) => {
      return { ...one, bytes: details.sizes.get(partitionKey(name, one.partition)) ?? null }
    })
    const sizes = shown.flatMap(({ bytes }) => bytes ?? [])
    const rates = partitions.map(({ partition }) => {
      const samples = histories.ends.get(partitionKey(name, partition)) ?? []
      return samples.length === 0 ? 0 : judge(samples, true).inRate
    })
    return {
      name,
      use: uses.get(name) ?? null,
      partitions: shown,
      records: sum(partitions.map(({ start, end }) => (end ?? 0) - (start ?? 0))),
      bytes: sizes.length === shown.length ? sum(sizes) : null,
      retentionMs: details.retention.get(name) ?? null,
      inRate: rounded(sum(rates)),
      health: healthOf(partitions),
    }
  })
}

function healthOf(partitions: readonly PartitionLook[]): ShownTopic['health'] {
  if (partitions.some(({ leader }) => leader === null)) return 'offline'
  return partitions.every(({ replicas, inSync }) => inSync.length >= replicas.length) ? 'healthy' : 'under-replicated'
}
