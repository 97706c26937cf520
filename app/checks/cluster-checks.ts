/** Looks at what a cluster brings along: the brokers with their topics, and the registry that is shared. */
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import { kafkaFailure } from '../../kafka/client/kafka-failure.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { compareTopics, topicsAreFine } from '../../kafka/topics/topic-admin.ts'
import { advice, failed, fine, type Check } from './check.ts'
import type { Config } from '../config/config.ts'
import { openRegistry } from '../start/schema-ids.ts'
import { StartFailure } from '../start-failure.ts'

/** None where everything is embedded. */
export async function clusterChecks(config: Config): Promise<readonly Check[]> {
  return [
    ...(config.kafka === null ? [] : [await checkKafka(config.kafka)]),
    ...(config.schemaRegistryUrl === null ? [] : [await checkRegistry(config)]),
  ]
}

async function checkKafka(settings: KafkaSettings): Promise<Check> {
  const admin = kafkaClient(settings, { clientId: 'doctor', log: silentLog }).admin()
  try {
    await admin.connect()
    const report = await compareTopics(admin, settings.prefix)
    const many = report.brokers === 1 ? '1 broker' : `${String(report.brokers)} brokers`
    const saw = `${many} at ${settings.brokers.join(', ')}`
    if (topicsAreFine(report)) return fine('kafka', `${saw}, all topics exist`)
    const missing = report.topics.some(({ state }) => state === 'missing')
    return missing
      ? failed('kafka', `${saw}; topics are missing`, 'orderledger topics create')
      : advice('kafka', `${saw}; topics differ from the table`, 'orderledger topics diff shows the differences')
  } catch (error) {
    const { code, message } = kafkaFailure(error)
    const fix =
      code === 'kafka-refused'
        ? 'correct KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and the TLS settings'
        : 'start the brokers, correct KAFKA_BROKERS, or unset it to run without Kafka'
    return failed('kafka', `${settings.brokers.join(', ')}: ${message}`, fix)
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}

async function checkRegistry(config: Config): Promise<Check> {
  try {
    const { description } = await openRegistry(config, () => {
      throw new Error('the registry is not in this database')
    })
    return fine('registry', description)
  } catch (error) {
    if (error instanceof StartFailure) return failed('registry', error.what, error.next)
    throw error
  }
}
