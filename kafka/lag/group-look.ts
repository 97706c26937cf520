/** One look at a consumer group: its members, what each of them has, and how far they committed. */
import type { Admin } from 'kafkajs'
import { kafkajs } from '../client/kafkajs.ts'
import { withoutSlash } from '../protocol/consumer-group.ts'
import type {
  DescribedGroup,
  GroupKind,
  ListedGroup,
  GroupOffset,
  TopicPartition,
} from '../protocol/described-group.ts'
import type { GroupReader } from '../protocol/group-reader.ts'

export interface GroupLook {
  readonly kind: GroupKind
  /** As the broker calls it: Stable, Empty, PreparingRebalance ... */
  readonly state: string
  readonly members: readonly GroupMember[]
  /** Somebody is there to read. */
  readonly served: boolean
  /** Whether it is known which member has what. */
  readonly dealtOut: boolean
  readonly partitions: readonly GroupPartition[]
  /** Why less than that is known of it; null: it was described. */
  readonly undescribed: string | null
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
  /** Of a share group: records that are not done with, wherever they are; null: what is committed says it. */
  readonly left: number | null
  /** Id of the member that has it; null: none has. */
  readonly member: string | null
}

/** Rejects as kafkajs does when the group cannot be described. */
export async function lookAtGroup({ admin, groups }: Asking, listed: ListedGroup): Promise<GroupLook> {
  const { group, kind } = listed
  switch (kind) {
    case 'classic':
      return withPartitions(kind, ...(await Promise.all([describeClassic(admin, group), committedOf(admin, group)])))
    case 'consumer':
      return withPartitions(kind, ...(await Promise.all([groups.describeConsumer(group), committedOf(admin, group)])))
    case 'share':
      return withPartitions(
        kind,
        ...(await Promise.all([
          groups.describeShare(group),
          groups.shareOffsets(group).then((all) => all.filter(begun)),
        ])),
      )
    case 'streams':
      return { ...undescribed(listed), partitions: partitionsOf([], await committedOf(admin, group)) }
    default:
      return undescribed(listed)
  }
}

export interface Asking {
  readonly admin: Admin
  readonly groups: GroupReader
}

function withPartitions(kind: GroupKind, described: DescribedGroup, offsets: readonly GroupOffset[]): GroupLook {
  const { state, members } = described
  const assigned = members.flatMap((one) => one.assigned.map((place) => ({ ...place, member: one.member })))
  return {
    ...{ kind, state, served: members.length > 0, dealtOut: state === STABLE && assigned.length > 0 },
    members: members.map(({ client, host, assigned: own }) => ({ client, host, partitions: own.length })),
    partitions: partitionsOf(assigned, offsets),
    undescribed: null,
  }
}

/** Of a kind that this client cannot describe: what the list of groups says of it. */
function undescribed({ kind, state }: ListedGroup): GroupLook {
  const what = kind === 'streams' ? 'a group of Kafka Streams (KIP-1071)' : `a group of the kind ${kind}`
  return {
    ...{ kind, state: state ?? 'Unknown', members: [], served: state !== 'Empty' && state !== 'Dead', dealtOut: false },
    partitions: [],
    undescribed: `it is ${what}, whose members this client cannot describe`,
  }
}

/** Nothing is known of what it reads, so it may read ours. */
export function readsAny({ kind, undescribed: reason }: GroupLook): boolean {
  return reason !== null && kind !== 'streams'
}

function partitionsOf(
  assigned: readonly (TopicPartition & { readonly member: string })[],
  offsets: readonly GroupOffset[],
): readonly GroupPartition[] {
  const partitions = new Map<string, GroupPartition>()
  for (const { topic, partition, member } of assigned) {
    partitions.set(`${topic} ${String(partition)}`, { topic, partition, member, committed: null, left: null })
  }
  for (const { topic, partition, offset, left } of offsets) {
    const key = `${topic} ${String(partition)}`
    partitions.set(key, { topic, partition, member: partitions.get(key)?.member ?? null, committed: offset, left })
  }
  return [...partitions.values()].sort(
    (one, other) => (one.topic < other.topic ? -1 : one.topic > other.topic ? 1 : 0) || one.partition - other.partition,
  )
}

/** What a group of any kind but share groups has committed. */
async function committedOf(admin: Admin, groupId: string): Promise<readonly GroupOffset[]> {
  const topics = await admin.fetchOffsets({ groupId })
  return topics
    .flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset), left: null })),
    )
    .filter(begun)
}

function begun({ offset }: GroupOffset): boolean {
  return offset >= 0
}

async function describeClassic(admin: Admin, group: string): Promise<DescribedGroup> {
  const { groups } = await admin.describeGroups([group])
  const { state = 'Unknown', members = [] } = groups[0] ?? {}
  return {
    state,
    members: members.map(({ memberId, clientId, clientHost, memberAssignment }) => ({
      ...{ member: memberId, client: clientId, host: withoutSlash(clientHost) },
      assigned: assignmentOf(memberAssignment),
    })),
  }
}

const STABLE = 'Stable'

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
