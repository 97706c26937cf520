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
