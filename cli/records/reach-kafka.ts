/** The cluster that a command works on, and what is said when there is none or it does not answer. */
import { StartFailure } from '../../app/start-failure.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import type { CommandContext } from '../command-context.ts'

/** Throws a StartFailure (exit code 2) when none is configured. */
export function requireKafka(context: CommandContext, command: string): KafkaSettings {
  const { kafka } = context.config()
  if (kafka !== null) return kafka
  throw new StartFailure({
    code: 'no-kafka',
    exitCode: 2,
    what: 'KAFKA_BROKERS is not set, so there is no cluster to work on',
    tried: `orderledger ${command}`,
    next: `npm run cluster starts one and names it; then KAFKA_BROKERS=host:port orderledger ${command}`,
  })
}

/** Rejects with a StartFailure for what a cluster that is away, or refuses us, makes of the work. `topic`: what is read. */
export async function toldIfAway<Result>(
  kafka: KafkaSettings,
  work: () => Promise<Result>,
  topic?: string,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw reachFailure(kafka, error, topic)
  }
}

/** The error itself when it is of another kind. */
export function reachFailure(kafka: KafkaSettings, error: unknown, topic?: string): unknown {
  if (error instanceof StartFailure || !(error instanceof Error) || !error.name.startsWith('KafkaJS')) return error
  const tried = `to work with ${kafka.brokers.join(', ')}`
  const missing = 'type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION'
  if (missing) {
    const next = 'orderledger topics create, or the name of a topic that there is (orderledger topics list)'
    const what = topic === undefined ? error.message : `there is no topic ${topic}`
    return new StartFailure({ code: 'topic-missing', exitCode: 1, what, tried, next }, { cause: error })
  }
  const refused = error.name.includes('SASL')
  return new StartFailure(
    {
      code: refused ? 'kafka-refused' : 'kafka-unreachable',
      exitCode: 3,
      what: `Kafka: ${error.message}`,
      tried,
      next: refused
        ? 'correct KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD'
        : 'start the brokers, or correct KAFKA_BROKERS and the TLS settings',
    },
    { cause: error },
  )
}
