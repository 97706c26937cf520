/** One look at a consumer group: its members, what each of them has, and how far they committed. */
import type { Admin } from 'kafkajs'
import { kafkajs } from '../client/kafkajs.ts'

export interface ListedGroup {
  readonly group: string
}

export interface GroupLook {
  /** As the broker calls it: Stable, Empty, PreparingRebalance ... */
  readonly state: string
  readonly members: readonly GroupMember[]
  /** Whether it can be told which member has what. */
  readonly dealtOut: boolean
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
  /** Null: nothing yet. */
  readonly committed: number | null
  /** Id of the member that has it; null: none has. */
  readonly member: string | null
}

export async function listGroups(admin: Admin): Promise<readonly ListedGroup[]> {
  const { groups } = await admin.listGroups()
  return groups
    .filter(({ protocolType }) => protocolType === 'consumer' || protocolType === '')
    .map(({ groupId }) => ({ group: groupId }))
    .toSorted((one, other) => (one.group < other.group ? -1 : 1))
}

/** Rejects as kafkajs does when the group cannot be described. */
export async function lookAtGroup(admin: Admin, { group }: ListedGroup): Promise<GroupLook> {
  const [{ state, members, assigned }, offsets] = await Promise.all([
    describeGroup(admin, group),
    admin.fetchOffsets({ groupId: group }),
  ])
  const partitions = new Map<string, GroupPartition>()
  for (const { topic, partition, member } of assigned) {
    partitions.set(`${topic} ${String(partition)}`, { topic, partition, member, committed: null })
  }
  for (const { topic, partitions: committed } of offsets) {
    for (const { partition, offset } of committed) {
      const key = `${topic} ${String(partition)}`
      const member = partitions.get(key)?.member ?? null
      if (Number(offset) >= 0) partitions.set(key, { topic, partition, member, committed: Number(offset) })
    }
  }
  return {
    state,
    members,
    dealtOut: state === 'Stable' && assigned.length > 0,
    partitions: [...partitions.values()].sort(
      (one, other) =>
        (one.topic < other.topic ? -1 : one.topic > other.topic ? 1 : 0) || one.partition - other.partition,
    ),
  }
}

interface Assigned {
  readonly topic: string
  readonly partition: number
  readonly member: string
}

async function describeGroup(admin: Admin, group: string) {
  const { groups } = await admin.describeGroups([group])
  const { state = 'Unknown', members = [] } = groups[0] ?? {}
  const read = members.map(({ memberId, clientId, clientHost, memberAssignment }) => {
    const assigned = assignmentOf(memberAssignment).map((one): Assigned => ({ ...one, member: memberId }))
    return { client: clientId, host: clientHost.replace(/^\//, ''), partitions: assigned.length, assigned }
  })
  return {
    state,
    members: read.map(({ client, host, partitions }): GroupMember => ({ client, host, partitions })),
    assigned: read.flatMap(({ assigned }) => assigned),
  }
}

/** Members write it themselves: what cannot be read counts as nothing. */
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
