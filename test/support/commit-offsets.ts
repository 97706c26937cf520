/** Commits offsets as tools do, without a member: kafkajs' own setOffsets joins the group for seconds. */
import type { Kafka } from 'kafkajs'
import { eventually } from './eventually.ts'

interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  findGroupCoordinator(of: { readonly groupId: string }): Promise<{ offsetCommit(request: object): Promise<unknown> }>
}

/** `partitions`: offsets by partition. */
export async function commitOffsets(
  kafka: Kafka,
  groups: readonly string[],
  topic: string,
  partitions: Readonly<Record<number, number>>,
): Promise<void> {
  const key = Object.getOwnPropertySymbols(kafka).find((symbol) => symbol.description === 'private:Kafka:createCluster')
  const create = Reflect.get(kafka, key ?? '') as (options: object) => Cluster
  const cluster = create({ metadataMaxAge: 60_000, allowAutoTopicCreation: false })
  await cluster.connect()
  try {
    for (const groupId of groups) {
      const offsets = Object.entries(partitions).map(([partition, offset]) => {
        return { partition: Number(partition), offset: String(offset) }
      })
      const nobody = { groupGenerationId: -1, memberId: '' }
      // A broker that has just begun to coordinate says so for a moment.
      await eventually(async () => {
        const coordinator = await cluster.findGroupCoordinator({ groupId })
        await coordinator.offsetCommit({ groupId, ...nobody, topics: [{ topic, partitions: offsets }] })
        return true
      })
    }
  } finally {
    await cluster.disconnect()
  }
}
