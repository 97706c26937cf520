/** Looks at what a cluster brings along: the brokers with their topics, and the registry that is shared. */
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import { kafkaAdvice, kafkaFailure } from '../../kafka/client/kafka-failure.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { compareTopics, topicsAreFine, type TopicsReport } from '../../kafka/topics/topic-admin.ts'
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
    if (topicsAreFine(report)) {
      if (report.unseen === null) return fine('kafka', `${saw}, all topics exist`)
      return advice(
        'kafka',
        `${saw}; not to be seen: ${report.unseen}`,
        'grant the right, or compare the settings yourself',
      )
    }
    const missing = report.topics.filter(({ state }) => state === 'missing').map(({ name }) => name)
    if (missing.length > 0)
      return failed('kafka', `${saw}; missing topics: ${missing.join(', ')}`, 'orderledger topics create')
    const different = gravestFirst(report)
    const named = different.slice(0, MOST_NAMED)
    const more = different.length - named.length
    const says = [
      ...named.map(({ name, what, is, wanted }) => `${name} has ${what} ${is}, not ${wanted}`),
      ...(more > 0 ? [`and ${String(more)} more differences`] : []),
    ]
    const fixes = [...named.map(({ fix }) => fix), ...(more > 0 ? ['orderledger topics diff shows all'] : [])]
    return advice('kafka', `${saw}; ${says.join('; ')}`, fixes.join('; '))
  } catch (error) {
    const { message } = kafkaFailure(error)
    return failed('kafka', `${settings.brokers.join(', ')}: ${message}`, kafkaAdvice(error, settings))
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}

/** `topics diff` shows all. */
const MOST_NAMED = 3

/** Compaction and retention first: they delete what was published. */
function gravestFirst({ topics }: TopicsReport) {
  const all = topics.flatMap((topic) =>
    topic.state === 'different' ? topic.differences.map((one) => ({ ...one, name: topic.name })) : [],
  )
  const rank = ({ what }: (typeof all)[number]) =>
    what === 'cleanup.policy' ? 0 : what.startsWith('retention.') ? 1 : 2
  return all.toSorted((one, other) => rank(one) - rank(other))
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
