/** Which partitions a group has to read: what it committed or was dealt out, and for a group of ours all there are. */
import { topicName } from '../topics/topics.ts'
import type { TopicLook } from './cluster-look.ts'
import type { GroupPartition } from './group-look.ts'
import { partitionKey, type SeenGroup } from './lag-report.ts'
import { ownGroups } from './own-groups.ts'

export interface SeenPartition extends GroupPartition {
  /** Of its samples. */
  readonly key: string
  /** Null: the topic is not to be seen, or the partition has no leader now. */
  readonly bounds: { readonly start: number; readonly end: number; readonly stable: number } | null
  /** The cluster shows the topic. */
  readonly there: boolean
}

export function partitionsOf(
  { group, look }: Pick<SeenGroup, 'group' | 'look'>,
  { prefix, topics }: { readonly prefix: string; readonly topics: readonly TopicLook[] },
): readonly SeenPartition[] {
  const found = new Map(topics.map(({ name, partitions }) => [name, partitions]))
  const known = new Map((look?.partitions ?? []).map((one) => [partitionKey(one.topic, one.partition), one]))
  const own = ownGroups(prefix).find((one) => one.group === group)
  for (const topic of own?.topics ?? []) {
    const name = topicName(prefix, topic.name)
    const count = found.get(name)?.length ?? topic.partitions
    for (let partition = 0; partition < count; partition++) {
      const key = partitionKey(name, partition)
      if (!known.has(key)) known.set(key, { topic: name, partition, committed: null, left: null, member: null })
    }
  }
  return [...known.values()]
    .filter(({ topic }) => own !== undefined || found.has(topic))
    .map((one) => {
      const of = found.get(one.topic)
      const { start = null, end = null, stable = null } = of?.find(({ partition }) => partition === one.partition) ?? {}
      const bounds = start === null || end === null ? null : { start, end, stable: stable ?? end }
      return { ...one, key: partitionKey(one.topic, one.partition, group), bounds, there: of !== undefined }
    })
}
