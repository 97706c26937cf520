/** What tools ask of the coordinator of a group, without being a member of it. */
import type { Kafka } from 'kafkajs'
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { eventually } from './eventually.ts'

interface Coordinator {
  offsetCommit(request: object): Promise<unknown>
  describeGroups(request: { readonly groupIds: readonly string[] }): Promise<Described>
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>
}

interface Described {
  readonly groups: readonly { readonly members: readonly { readonly memberId: string }[] }[]
}

interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  findGroupCoordinator(of: { readonly groupId: string }): Promise<Coordinator>
}

/** Commits offsets: kafkajs' own setOffsets joins the group for seconds. `partitions`: offsets by partition. */
export async function commitOffsets(
  kafka: Kafka,
  groups: readonly string[],
  topic: string,
  partitions: Readonly<Record<number, number>>,
): Promise<void> {
  const offsets = Object.entries(partitions).map(([partition, offset]) => {
    return { partition: Number(partition), offset: String(offset) }
  })
  const nobody = { groupGenerationId: -1, memberId: '' }
  await atCoordinators(kafka, groups, (coordinator, groupId) =>
    coordinator.offsetCommit({ groupId, ...nobody, topics: [{ topic, partitions: offsets }] }),
  )
}

/**
 * Takes the members of all groups of a prefix out of them: those of a process that was killed. They would hold their
 * partitions for ten seconds more, which has nothing to do with where it died. Those that live join again.
 */
export async function forgetMembers(settings: KafkaSettings): Promise<void> {
  const kafka = kafkaClient(settings, { clientId: 'test', log: silentLog })
  const admin = kafka.admin()
  await admin.connect()
  const { groups } = await admin.listGroups()
  await admin.disconnect()
  const ours = groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(settings.prefix))
  await atCoordinators(kafka, ours, async (coordinator, groupId) => {
    const { groups: described } = await coordinator.describeGroups({ groupIds: [groupId] })
    for (const { memberId } of described.flatMap(({ members }) => members)) {
      await coordinator.leaveGroup({ groupId, memberId })
    }
  })
}

async function atCoordinators(
  kafka: Kafka,
  groups: readonly string[],
  ask: (coordinator: Coordinator, groupId: string) => Promise<unknown>,
): Promise<void> {
  const key = Object.getOwnPropertySymbols(kafka).find((symbol) => symbol.description === 'private:Kafka:createCluster')
  const create = Reflect.get(kafka, key ?? '') as (options: object) => Cluster
  const cluster = create({ metadataMaxAge: 60_000, allowAutoTopicCreation: false })
  await cluster.connect()
  try {
    for (const groupId of groups) {
      // A broker that has just begun to coordinate says so for a moment.
      await eventually(async () => {
        await ask(await cluster.findGroupCoordinator({ groupId }), groupId)
        return true
      })
    }
  } finally {
    await cluster.disconnect()
  }
}
