/** The real Kafka of a test file, where it can be had. */
import type { Kafka } from 'kafkajs'
import { cacheDirectory } from '../../cluster/cache-directory.ts'
import type { KafkaSecurity } from '../../cluster/kafka/kafka-identity.ts'
import { startKafka, type KafkaCluster } from '../../cluster/kafka/kafka.ts'
import { MavenFailure } from '../../cluster/maven.ts'
import { StartFailure } from '../../app/start-failure.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { eventually } from './eventually.ts'

export interface TestKafkaOptions {
  /** Default 1. */
  readonly brokers?: 1 | 3
  /** Default plaintext. */
  readonly security?: KafkaSecurity
}

export interface TestKafka extends KafkaCluster {
  /** How to connect, with the topics of this prefix: each test takes its own. */
  settings(prefix: string): KafkaSettings
}

/**
 * Started once for a file, at its top (`const kafka = await testKafka()`), and stopped in its afterAll. Null where Java or
 * the network is missing and nobody demands them (REQUIRE_ALL=1): `describe.skipIf(kafka === null)`.
 */
export async function testKafka({ brokers = 1, security }: TestKafkaOptions = {}): Promise<TestKafka | null> {
  const { env } = process
  try {
    const options = { cacheDir: cacheDirectory(env), javaHome: env['JAVA_HOME'] }
    const cluster = await startKafka({ ...options, brokers, security })
    const { bootstrap, tls, sasl } = cluster
    return { ...cluster, settings: (prefix) => ({ brokers: bootstrap, prefix, tls, sasl }) }
  } catch (error) {
    if (env['REQUIRE_ALL'] === '1' || !isMissing(error)) throw error
    console.warn(`skipped: ${error.message}`)
    return null
  }
}

/** The leader of each partition, once all have one. */
export async function createTopic(kafka: Kafka, topic: string, partitions: number): Promise<readonly number[]> {
  const [leaders = []] = await createTopics(kafka, [{ topic, numPartitions: partitions }])
  return leaders
}

/**
 * Of each topic the leader of each partition, once all have one. NOTE: kafkajs' own `waitForLeaders` fails now and then:
 * whoever it asks may not have heard of a topic yet.
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

function isMissing(error: unknown): error is Error {
  const missing = ['java-missing', 'openssl-missing']
  return error instanceof MavenFailure || (error instanceof StartFailure && missing.includes(error.code))
}
