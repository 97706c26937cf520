/** Groups of every kind, as the cluster describes each: kafkajs knows those of the classic protocol alone. */
import { consumerGroup } from './consumer-group.ts'
import type { DescribedGroup, GroupOffset, ListedGroup } from './described-group.ts'
import { LIST_GROUPS, listedGroups, LISTED_WITH_KINDS } from './listed-groups.ts'
import type { ReachedBroker, ReachedCluster } from './reached-cluster.ts'
import type { SentRequest } from './sent-request.ts'
import { DESCRIBE_SHARE_GROUP_OFFSETS, OFFSETS_WITH_LAG, shareGroup, shareGroupOffsets } from './share-group.ts'

/** Of transactions there are coordinators, too. */
const OF_GROUPS = 0

export class GroupReader {
  readonly #cluster: ReachedCluster

  constructor(cluster: ReachedCluster) {
    this.#cluster = cluster
  }

  /** All groups that read topics, by name. */
  async list(): Promise<readonly ListedGroup[]> {
    await this.#cluster.refreshMetadata()
    const nodes = Object.keys(this.#cluster.brokerPool.brokers)
    const found = await Promise.all(nodes.map(async (nodeId) => listOf(await this.#cluster.findBroker({ nodeId }))))
    return found.flat().toSorted((one, other) => (one.group < other.group ? -1 : 1))
  }

  /** Of a group of the consumer protocol. */
  async describeConsumer(group: string): Promise<DescribedGroup> {
    return this.#send(group, consumerGroup(group))
  }

  async describeShare(group: string): Promise<DescribedGroup> {
    return this.#send(group, shareGroup(group))
  }

  async shareOffsets(group: string): Promise<readonly GroupOffset[]> {
    const broker = await this.#cluster.findGroupCoordinator({ groupId: group })
    const { maxVersion = 0 } = broker.versions?.[DESCRIBE_SHARE_GROUP_OFFSETS] ?? {}
    return broker.connectionPool.send(shareGroupOffsets(group, Math.min(maxVersion, OFFSETS_WITH_LAG)))
  }

  /**
   * Why no broker names the coordinator of a group, as the first one answers; null: it does name it. kafkajs asks all of
   * them, and forgets what they said.
   */
  async whyNoCoordinator(groupId: string): Promise<Error | null> {
    const [nodeId] = Object.keys(this.#cluster.brokerPool.brokers)
    if (nodeId === undefined) return null
    const broker = await this.#cluster.findBroker({ nodeId })
    return broker.findGroupCoordinator({ groupId, coordinatorType: OF_GROUPS }).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    )
  }

  async #send<Answer>(groupId: string, request: SentRequest<Answer>): Promise<Answer> {
    const broker = await this.#cluster.findGroupCoordinator({ groupId })
    return broker.connectionPool.send(request)
  }
}

async function listOf(broker: ReachedBroker): Promise<readonly ListedGroup[]> {
  const known = broker.versions?.[LIST_GROUPS]?.maxVersion ?? 0
  if (known >= LISTED_WITH_KINDS) return broker.connectionPool.send(listedGroups())
  // Before Kafka 3.8.
  const { groups } = await broker.listGroups()
  return groups
    .filter(({ protocolType }) => protocolType === 'consumer' || protocolType === '')
    .map(({ groupId }) => ({ group: groupId, kind: 'classic', state: null }))
}
