/** The real Kafka of a test file, where it can be had. */
import { cacheDirectory } from '../cli/cluster/cache-directory.ts'
import type { KafkaSecurity } from '../cli/cluster/kafka-identity.ts'
import { startKafka, type KafkaCluster } from '../cli/cluster/kafka.ts'
import { MavenFailure } from '../cli/cluster/maven.ts'
import { StartFailure } from '../app/start-failure.ts'
import type { KafkaSettings } from '../kafka/settings.ts'

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

function isMissing(error: unknown): error is Error {
  const missing = ['java-missing', 'openssl-missing']
  return error instanceof MavenFailure || (error instanceof StartFailure && missing.includes(error.code))
}
