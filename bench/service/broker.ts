/** Real brokers for a figure, gone with it, and our topics on them. */
import { cacheDirectory } from '../../cluster/cache-directory.ts'
import { startKafka } from '../../cluster/kafka/kafka.ts'
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { createTopics, topicsAreFine } from '../../kafka/topics/topic-admin.ts'
import type { Cleanup } from '../cleanup.ts'

/** Their addresses, without a topic. */
export async function startBrokers(scope: Cleanup, brokers: 1 | 3): Promise<readonly string[]> {
  const { env } = process
  const kafka = await startKafka({ brokers, cacheDir: cacheDirectory(env), javaHome: env['JAVA_HOME'] })
  scope.add(() => kafka.stop())
  return kafka.bootstrap
}

/** One broker with our topics. */
export async function startBroker(scope: Cleanup, prefix: string): Promise<KafkaSettings> {
  return makeTopics(await startBrokers(scope, 1), prefix)
}

export async function makeTopics(brokers: readonly string[], prefix: string): Promise<KafkaSettings> {
  const settings = { brokers, prefix, tls: null, sasl: null }
  const admin = kafkaClient(settings, { clientId: 'bench', log: silentLog }).admin()
  await admin.connect()
  const report = await createTopics(admin, prefix)
  await admin.disconnect()
  if (!topicsAreFine(report)) throw new Error(`the topics are not as they should be: ${JSON.stringify(report.topics)}`)
  return settings
}

/** For a process that is to find them. */
export function brokerEnv({
  brokers,
  prefix,
}: KafkaSettings): Readonly<Record<'KAFKA_BROKERS' | 'TOPIC_PREFIX', string>> {
  return { KAFKA_BROKERS: brokers.join(','), TOPIC_PREFIX: prefix }
}
