/** The cluster that a command works on, and what is said when none is configured or it does not answer. */
import { StartFailure } from '../../app/start-failure.ts'
import { isKafkaError, kafkaAdvice, kafkaFailure } from '../../kafka/client/kafka-failure.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import type { CommandContext } from '../command-context.ts'

/** Throws a StartFailure (exit code 2) when none is configured. */
export function requireKafka(context: CommandContext, command: string): KafkaSettings {
  const { kafka } = context.config()
  if (kafka !== null) return kafka
  throw new StartFailure({
    code: 'no-kafka',
    exitCode: 2,
    what: 'KAFKA_BROKERS is not set, so no cluster is known',
    tried: `orderledger ${command}`,
    next: `npm run cluster starts one and prints its address; then run KAFKA_BROKERS=host:port orderledger ${command}`,
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
  if (error instanceof StartFailure || !isKafkaError(error)) return error
  const tried = `to ask ${whoAsks(kafka)}`
  const { code, message } = kafkaFailure(error)
  if (error instanceof Error && 'type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') {
    const next = 'run orderledger topics create, or use the name of an existing topic (orderledger topics list)'
    const what = topic === undefined ? message : `no topic is named ${topic}`
    return new StartFailure({ code: 'topic-missing', exitCode: 1, what, tried, next }, { cause: error })
  }
  const exitCode = code === 'kafka-unreachable' ? 3 : 1
  const next = kafkaAdvice(error, kafka)
  return new StartFailure({ code, exitCode, what: `Kafka: ${message}`, tried, next }, { cause: error })
}

function whoAsks({ brokers, tls, sasl }: KafkaSettings): string {
  const as = sasl === null ? 'without a user' : `as ${sasl.username} (${sasl.mechanism})`
  const over = tls === null ? 'without TLS' : `over TLS, trusting ${tls.caFile ?? 'the authorities that Node trusts'}`
  return `${brokers.join(', ')} ${as}, ${over}`
}
