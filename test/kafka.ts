/** The real Kafka of a test file, where it can be had. */
import { cacheDirectory } from '../cli/cluster/cache-directory.ts'
import { startKafka, type KafkaCluster } from '../cli/cluster/kafka.ts'
import { MavenFailure } from '../cli/cluster/maven.ts'
import { StartFailure } from '../app/start-failure.ts'

export interface TestKafka extends KafkaCluster {
  /** How to connect, with the topics of this prefix: each test takes its own. */
  settings(prefix: string): {
    readonly brokers: readonly string[]
    readonly prefix: string
    readonly tls: null
    readonly sasl: null
  }
}

/**
 * Started once for a file, at its top (`const kafka = await testKafka()`), and stopped in its afterAll. Null where Java or
 * the network is missing and nobody demands them (REQUIRE_ALL=1): `describe.skipIf(kafka === null)`.
 */
export async function testKafka({ brokers = 1 }: { readonly brokers?: 1 | 3 } = {}): Promise<TestKafka | null> {
  try {
    const { env } = process
    const cluster = await startKafka({ brokers, cacheDir: cacheDirectory(env), javaHome: env['JAVA_HOME'] })
    const settings: TestKafka['settings'] = (prefix) => ({ brokers: cluster.bootstrap, prefix, tls: null, sasl: null })
    return { ...cluster, settings }
  } catch (error) {
    if (process.env['REQUIRE_ALL'] === '1' || !isMissing(error)) throw error
    console.warn(`skipped: ${error.message}`)
    return null
  }
}

function isMissing(error: unknown): error is Error {
  return error instanceof MavenFailure || (error instanceof StartFailure && error.code === 'java-missing')
}
