/** The real Kafka of a test file, where it can be had. */
import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { inject } from 'vitest'
import { startKafka, type KafkaCluster, type KafkaOptions } from '../../cluster/kafka/kafka.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { eventually } from './eventually.ts'
import { leaveOut } from './left-out.ts'
import { here, isMissing, type SharedKafka } from './shared-kafka.ts'

export interface TestKafka {
  /** What KAFKA_BROKERS takes, one by one. */
  readonly bootstrap: readonly string[]
  /** How to connect, with the topics of this prefix: each test takes its own. */
  settings(prefix: string): KafkaSettings
}

/** Its brokers may be killed. */
export type OwnKafka = TestKafka & KafkaCluster

/**
 * The one broker of the whole run, which nobody kills: `const kafka = await testKafka()` at the top of a file. A prefix, a
 * group or a topic that another file takes too is a collision. Null where Java or the network is missing and nobody demands
 * them (REQUIRE_ALL=1): `describe.skipIf(kafka === null)`.
 */
export async function testKafka(): Promise<TestKafka | null> {
  const response = await fetch(inject('kafkaDoor'))
  if (!response.ok) throw new Error(await response.text())
  const { bootstrap, missing } = (await response.json()) as SharedKafka
  if (bootstrap === null) return leaveOut(`Kafka: ${missing}`)
  return { bootstrap, settings: (prefix) => ({ brokers: bootstrap, prefix, tls: null, sasl: null }) }
}

/**
 * A topic, a group or a prefix that nobody has had, for what a test leaves on a broker: its second try would meet it. A
 * prefix has its separator behind it: `${unusedName('mine')}.`.
 */
export function unusedName(label: string): string {
  return `${label}-${randomUUID().slice(0, 8)}`
}

/** Brokers of this file alone, for what kills or secures them; stopped in its afterAll. Null as above. Default: one, plaintext. */
export async function ownKafka(options: Partial<KafkaOptions> = {}): Promise<OwnKafka | null> {
  try {
    const cluster = await startKafka({ ...here(process.env), brokers: 1, ...options })
    const { bootstrap, tls, sasl } = cluster
    return { ...cluster, settings: (prefix) => ({ brokers: bootstrap, prefix, tls, sasl }) }
  } catch (error) {
    if (!isMissing(error)) throw error
    return leaveOut(`Kafka: ${error.message}`, error)
  }
}

/** The leader of each partition, once all have one. */
export async function createTopic(kafka: Kafka, topic: string, partitions: number): Promise<readonly number[]> {
  const [leaders = []] = await createTopics(kafka, [{ topic, numPartitions: partitions }])
  return leaders
}

/**
 * Of each topic the leader of each partition, once all have one. NOTE: kafkajs' own `waitForLeaders` fails now and then:
 * the broker that it asks may not have heard of a topic yet.
 */
export async function createTopics(
  kafka: Kafka,
  asked: readonly { readonly topic: string; readonly numPartitions: number; readonly replicationFactor?: number }[],
): Promise<readonly (readonly number[])[]> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    await admin.createTopics({ topics: [...asked], waitForLeaders: false })
    return await eventually(async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: asked.map(({ topic }) => topic) })
      const leaders = new Map(
        topics.flatMap(({ name, partitions }) =>
          partitions.map(({ partitionId, leader }) => [`${name} ${String(partitionId)}`, leader] as const),
        ),
      )
      const known = asked.map(({ topic, numPartitions }) =>
        Array.from({ length: numPartitions }, (_, partition) => leaders.get(`${topic} ${String(partition)}`) ?? -1),
      )
      return known.flat().every((leader) => leader > 0) && known
    })
  } finally {
    await admin.disconnect()
  }
}
