/** What a cluster did not do for us, in words; kafkajs wraps the reason in errors of its own, several deep. */
import type { KafkaSettings } from '../settings.ts'

/**
 * - `kafka-unreachable`: nobody answers, or not in time.
 * - `kafka-refused`: the cluster is there and does not let us in: user, password, certificates, rights.
 * - `topics-missing`: topics of ours are not there, or have too few partitions.
 * - `kafka-failed`: anything else that it answered.
 */
export type KafkaFailureCode = 'kafka-unreachable' | 'kafka-refused' | 'topics-missing' | 'kafka-failed'

export class KafkaFailure extends Error {
  readonly code: KafkaFailureCode
  readonly retriable = true
  override readonly name = 'KafkaFailure'

  constructor(code: KafkaFailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const REFUSED_NAMES = new Set(['KafkaJSSASLAuthenticationError', 'KafkaJSUnsupportedSaslMechanismError'])
const REFUSED_TYPES =
  /^(SASL_AUTHENTICATION_FAILED|UNSUPPORTED_SASL_MECHANISM|ILLEGAL_SASL_STATE|\w+_AUTHORIZATION_FAILED)$/
const REFUSED_CODES = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED)/
const REFUSED_WORDS = /self[- ]signed certificate|unable to (verify|get)|certificate|authenticat/i
const UNREACHABLE_NAMES = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSLockTimeout',
])
const COMING_TYPES = new Set(['GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP'])
const UNREACHABLE_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN'])

/** Whatever kafkajs threw, as a failure that says what it was. A KafkaFailure stays as it is. */
export function kafkaFailure(error: unknown): KafkaFailure {
  if (error instanceof KafkaFailure) return error
  const chain = [...causes(error)]
  const message = inWords(chain.at(-1)) ?? String(error)
  if (chain.some(isRefusal)) return new KafkaFailure('kafka-refused', message, { cause: error })
  if (chain.some(isSilence)) return new KafkaFailure('kafka-unreachable', message, { cause: error })
  return new KafkaFailure('kafka-failed', message, { cause: error })
}

/** What to do about it, for those who configured these brokers. */
export function kafkaAdvice(error: unknown, { brokers }: Pick<KafkaSettings, 'brokers'>): string {
  const { code } = kafkaFailure(error)
  const named = [...causes(error)].map((each) => text(each, 'broker')).find((broker) => broker !== '')
  // Brokers tell clients where to find them: what is asked first may be another address.
  if (code === 'kafka-unreachable' && named !== undefined && !brokers.includes(named))
    return `the brokers name themselves ${named}, which is not reached from here: correct their advertised.listeners`
  return ADVICE[code]
}

const ADVICE: Readonly<Record<KafkaFailureCode, string>> = {
  'kafka-refused':
    'correct KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM, KAFKA_TLS_CA, or the rights of the user',
  'kafka-unreachable':
    'start the brokers, or correct KAFKA_BROKERS, KAFKA_TLS (a port that requires TLS does not answer without it)',
  'topics-missing': 'orderledger topics create',
  'kafka-failed': 'orderledger topics diff, and the logs of the brokers',
}

/** True for what kafkajs and sockets throw: anything else is not the cluster's doing. */
export function isKafkaError(error: unknown): boolean {
  if (error instanceof KafkaFailure) return true
  return [...causes(error)].some((each) => each.name.startsWith('KafkaJS') || isRefusal(each) || isSilence(each))
}

/** True where the coordinator of a group is being found or begins its work: after a start of brokers that may take a while. */
export function isCoordinatorComing(error: unknown): boolean {
  return [...causes(error)].some((each) => COMING_TYPES.has(text(each, 'type')))
}

/** kafkajs asks every broker for the coordinator of a group, and forgets why none named it. */
function inWords(error: Error | undefined): string | undefined {
  if (error?.name !== 'KafkaJSGroupCoordinatorNotFound') return error?.message
  return 'no broker names the coordinator of the group: grant READ and DESCRIBE on it to this user, if the brokers are up'
}

function* causes(error: unknown): Generator<Error> {
  for (let each = error; each instanceof Error; each = each.cause) yield each
}

function isRefusal(error: Error): boolean {
  if (REFUSED_NAMES.has(error.name) || REFUSED_CODES.test(text(error, 'code'))) return true
  return REFUSED_TYPES.test(text(error, 'type')) || (isConnection(error) && REFUSED_WORDS.test(error.message))
}

function isSilence(error: Error): boolean {
  return isConnection(error) || UNREACHABLE_CODES.has(text(error, 'code'))
}

function isConnection(error: Error): boolean {
  return UNREACHABLE_NAMES.has(error.name)
}

function text(error: Error, property: 'code' | 'type' | 'broker'): string {
  const value: unknown = Reflect.get(error, property)
  return typeof value === 'string' ? value : ''
}

/** What a topic refuses by its own settings, in words: it holds back itself alone. */
export interface Refusal {
  /** Names the setting. */
  readonly reason: string
  /** It comes and goes with the brokers. */
  readonly passing: boolean
}

const TOO_SMALL = 'its max.message.bytes is too small'
const TOO_FEW = 'fewer replicas are in sync than its min.insync.replicas'

/** By the type that kafkajs gives the answer of a broker. */
const REASONS: Readonly<Record<string, string>> = {
  MESSAGE_TOO_LARGE: TOO_SMALL,
  RECORD_LIST_TOO_LARGE: TOO_SMALL,
  INVALID_TIMESTAMP: 'its message.timestamp.before.max.ms or message.timestamp.after.max.ms is too small',
  INVALID_RECORD: 'its cleanup.policy or its timestamp bounds do not take such a record',
  POLICY_VIOLATION: 'a policy of the cluster forbids it',
  TOPIC_AUTHORIZATION_FAILED: 'this user lacks the right WRITE on it',
  UNSUPPORTED_COMPRESSION_TYPE: 'its compression.type does not take lz4',
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 'its message.format.version is too old',
  NOT_ENOUGH_REPLICAS: TOO_FEW,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: TOO_FEW,
  LEADER_NOT_AVAILABLE: 'one of its partitions has no leader',
  KAFKA_STORAGE_ERROR: 'a broker cannot write to the disk that holds it',
}
const PASSING = new Set([
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'LEADER_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
])

/** Null: it is not this topic's doing. */
export function refusalOf(error: unknown): Refusal | null {
  for (let each = error; each instanceof Error; each = each.cause) {
    const type: unknown = Reflect.get(each, 'type')
    const reason = typeof type === 'string' ? REASONS[type] : undefined
    if (reason === undefined) continue
    return {
      reason: `${reason} (${String(type)}); orderledger topics diff shows the command`,
      passing: PASSING.has(String(type)),
    }
  }
  return null
}
