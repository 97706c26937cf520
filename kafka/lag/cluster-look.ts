/** One look at a cluster: its brokers, our topics and who reads them. Nothing is joined and nothing is changed. */
import type { Admin } from 'kafkajs'
import type { PartitionReader, PartitionShape, TopicShape } from '../client/partition-reader.ts'
import type { ListedGroup } from '../protocol/described-group.ts'
import { lookAtGroup, type Asking, type GroupLook } from './group-look.ts'

export interface ClusterLook {
  readonly clusterId: string
  readonly controller: number | null
  readonly brokers: readonly { readonly id: number; readonly host: string; readonly port: number }[]
  readonly topics: readonly TopicLook[]
  /** Of all groups that the cluster has, those that were asked for this time. */
  readonly groups: readonly GroupAnswer[]
  /** All groups that exist. */
  readonly listed: readonly ListedGroup[]
}

export interface TopicLook {
  readonly name: string
  readonly partitions: readonly PartitionLook[]
}

/** Offsets are null while the partition has no leader. */
export interface PartitionLook extends PartitionShape {
  readonly start: number | null
  readonly end: number | null
  /** Where the first transaction begins that is still open; else the end. */
  readonly stable: number | null
}

/** What one group answered: one that cannot be described costs its own row. */
export type GroupAnswer =
  | { readonly group: string; readonly look: GroupLook; readonly failure: null }
  | { readonly group: string; readonly look: null; readonly failure: Error }

/** A cluster of others may have thousands; a page and a command show this many. */
const MOST_TOPICS = 300

export interface Looking {
  readonly admin: Admin
  readonly reader: PartitionReader
  /** Of our topics; with an empty one all are ours but those of Kafka itself. */
  readonly prefix: string
  /** Which groups to ask this time, of all that exist. */
  readonly choose: (listed: readonly ListedGroup[]) => readonly ListedGroup[]
}

export async function lookAtCluster({ admin, reader, prefix, choose }: Looking): Promise<ClusterLook> {
  const [{ brokers, controller, clusterId }, names, listed] = await Promise.all([
    admin.describeCluster(),
    admin.listTopics(),
    reader.groups.list(),
  ])
  const ours = names.filter((name) => name.startsWith(prefix) && !name.startsWith('__')).toSorted()
  const shapes = await reader.topics(ours.slice(0, MOST_TOPICS))
  // Committed offsets first: an end that is read after them is never before them.
  const groups = await Promise.all(
    choose(listed).map(async (group) => answerOf({ admin, groups: reader.groups }, group)),
  )
  const topics = await withOffsets(reader, shapes)
  return {
    clusterId,
    controller,
    brokers: brokers
      .map(({ nodeId, host, port }) => ({ id: nodeId, host, port }))
      .sort((one, other) => one.id - other.id),
    topics,
    groups,
    listed,
  }
}

export async function withOffsets(reader: PartitionReader, shapes: readonly TopicShape[]): Promise<TopicLook[]> {
  // The stable end first: an end that is read after it is never before it.
  const [starts, stable] = await Promise.all([reader.offsets(shapes, 'start'), reader.offsets(shapes, 'stable')])
  const ends = await reader.offsets(shapes, 'end')
  return shapes.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((shape) => ({
      ...shape,
      start: starts.get(name)?.get(shape.partition) ?? null,
      end: ends.get(name)?.get(shape.partition) ?? null,
      stable: stable.get(name)?.get(shape.partition) ?? null,
    })),
  }))
}

async function answerOf(asking: Asking, listed: ListedGroup): Promise<GroupAnswer> {
  const { group } = listed
  try {
    return { group, look: await lookAtGroup(asking, listed), failure: null }
  } catch (error) {
    return { group, look: null, failure: await reasonOf(error, asking, group) }
  }
}

/** A right that is missing shows as a coordinator that nobody names. */
async function reasonOf(error: unknown, { groups }: Asking, group: string): Promise<Error> {
  if (!(error instanceof Error)) return new Error(String(error))
  if (error.name !== 'KafkaJSGroupCoordinatorNotFound') return error
  return (await groups.whyNoCoordinator(group).catch(() => null)) ?? error
}
