/** One look at a cluster: its brokers, our topics and who reads them. Nothing is joined and nothing is changed. */
import kafkajs, { type Admin } from 'kafkajs'
import type { PartitionReader, PartitionShape, TopicShape } from '../client/partition-reader.ts'

export interface ClusterLook {
  readonly clusterId: string
  readonly controller: number | null
  readonly brokers: readonly { readonly id: number; readonly host: string; readonly port: number }[]
  readonly topics: readonly TopicLook[]
  readonly groups: readonly GroupLook[]
}

export interface TopicLook {
  readonly name: string
  readonly partitions: readonly PartitionLook[]
}

/** Offsets of a partition without a leader are 0. */
export interface PartitionLook extends PartitionShape {
  readonly start: number
  readonly end: number
}

export interface GroupLook {
  readonly group: string
  /** As the broker calls it: Stable, Empty, PreparingRebalance ... */
  readonly state: string
  readonly members: readonly GroupMember[]
  readonly partitions: readonly GroupPartition[]
}

export interface GroupMember {
  readonly client: string
  readonly host: string
  readonly partitions: number
}

export interface GroupPartition {
  readonly topic: string
  readonly partition: number
  /** Null: a member has it and has committed nothing yet. */
  readonly committed: number | null
}

/** A cluster of others may have thousands; a page and a command show so many. */
const MOST_TOPICS = 300
const MOST_GROUPS = 100

export interface Looking {
  readonly admin: Admin
  readonly reader: PartitionReader
  /** Of our topics; with an empty one all are ours but those of Kafka itself. */
  readonly prefix: string
}

export async function lookAtCluster({ admin, reader, prefix }: Looking): Promise<ClusterLook> {
  const [{ brokers, controller, clusterId }, names, groupIds] = await Promise.all([
    admin.describeCluster(),
    admin.listTopics(),
    consumerGroups(admin),
  ])
  const ours = names.filter((name) => name.startsWith(prefix) && !name.startsWith('__')).toSorted()
  const shapes = await reader.topics(ours.slice(0, MOST_TOPICS))
  // Committed offsets first: an end that is read after them is never before them.
  const groups = await Promise.all(groupIds.map(async (group) => lookAtGroup(admin, group)))
  const topics = await withOffsets(reader, shapes)
  const known = new Set(ours)
  return {
    clusterId,
    controller,
    brokers: brokers
      .map(({ nodeId, host, port }) => ({ id: nodeId, host, port }))
      .sort((one, other) => one.id - other.id),
    topics,
    groups: groups
      .map((group) => ({ ...group, partitions: group.partitions.filter(({ topic }) => known.has(topic)) }))
      .filter(({ group, partitions }) => partitions.length > 0 || (prefix !== '' && group.startsWith(prefix))),
  }
}

export async function withOffsets(reader: PartitionReader, shapes: readonly TopicShape[]): Promise<TopicLook[]> {
  const [starts, ends] = await Promise.all([reader.offsets(shapes, 'start'), reader.offsets(shapes, 'end')])
  return shapes.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((shape) => ({
      ...shape,
      start: starts.get(name)?.get(shape.partition) ?? 0,
      end: ends.get(name)?.get(shape.partition) ?? 0,
    })),
  }))
}

async function consumerGroups(admin: Admin): Promise<readonly string[]> {
  const { groups } = await admin.listGroups()
  return groups
    .filter(({ protocolType }) => protocolType === 'consumer' || protocolType === '')
    .map(({ groupId }) => groupId)
    .toSorted()
    .slice(0, MOST_GROUPS)
}

async function lookAtGroup(admin: Admin, group: string): Promise<GroupLook> {
  const [described, offsets] = await Promise.all([describeGroup(admin, group), admin.fetchOffsets({ groupId: group })])
  const committed = offsets.flatMap(({ topic, partitions }) =>
    partitions
      .map(({ partition, offset }) => ({ topic, partition, committed: Number(offset) }))
      .filter((one) => one.committed >= 0),
  )
  const known = new Set(committed.map(({ topic, partition }) => `${topic} ${String(partition)}`))
  const uncommitted = described.assigned
    .filter(({ topic, partition }) => !known.has(`${topic} ${String(partition)}`))
    .map((one) => ({ ...one, committed: null }))
  const { state, members } = described
  const partitions = [...committed, ...uncommitted].sort(
    (one, other) => (one.topic < other.topic ? -1 : one.topic > other.topic ? 1 : 0) || one.partition - other.partition,
  )
  return { group, state, members, partitions }
}

interface DescribedGroup {
  readonly state: string
  readonly members: readonly GroupMember[]
  readonly assigned: readonly { readonly topic: string; readonly partition: number }[]
}

async function describeGroup(admin: Admin, group: string): Promise<DescribedGroup> {
  const { groups } = await admin.describeGroups([group])
  const { state = 'Unknown', members = [] } = groups[0] ?? {}
  const read = members.map(({ clientId, clientHost, memberAssignment }) => {
    const assigned = assignmentOf(memberAssignment)
    return { client: clientId, host: clientHost.replace(/^\//, ''), partitions: assigned.length, assigned }
  })
  return {
    state,
    members: read.map(({ client, host, partitions }) => ({ client, host, partitions })),
    assigned: read.flatMap(({ assigned }) => assigned),
  }
}

/** Members write it themselves: what is none is taken for nothing. */
function assignmentOf(bytes: Buffer): readonly { readonly topic: string; readonly partition: number }[] {
  try {
    const { assignment = {} } = kafkajs.AssignerProtocol.MemberAssignment.decode(bytes) ?? {}
    return Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    )
  } catch {
    return []
  }
}
