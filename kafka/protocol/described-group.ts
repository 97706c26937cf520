/** What a cluster says of the groups that read its topics. */

/**
 * `classic`: members share out partitions among themselves. `consumer`: the broker does (KIP-848). `share`: many members
 * take records of one partition (KIP-932). `streams`: of Kafka Streams (KIP-1071). Another one: the broker knows more.
 */
export type GroupKind = 'classic' | 'consumer' | 'share' | 'streams' | (string & {})

export interface ListedGroup {
  readonly group: string
  readonly kind: GroupKind
  /** As the broker calls it; null: an older broker does not say. */
  readonly state: string | null
}

export interface DescribedGroup {
  readonly state: string
  readonly members: readonly DescribedMember[]
}

export interface DescribedMember {
  readonly member: string
  readonly client: string
  readonly host: string
  readonly assigned: readonly TopicPartition[]
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** How far a group is in a partition. */
export interface GroupOffset extends TopicPartition {
  /** The next to read, or of a share group the first that is not known to be done with; -1: it has not begun. */
  readonly offset: number
  /** Of a share group: records that are not done with; null: it is not known. */
  readonly left: number | null
}
