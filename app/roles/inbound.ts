/** Commands over Kafka, as an api process takes them. */
import type { InboundOutcome } from '../../api/inbound-metrics.ts'
import type { Metrics } from '../../api/metrics.ts'
import type { Check } from '../../api/parts.ts'
import { DeadLetterPublisher } from '../../kafka/letters/dead-letter-publisher.ts'
import type { LetterLimits } from '../../kafka/letters/letter-room.ts'
import { commandTopicNames, commandTopics, type CommandTopicName } from '../../kafka/inbound/command-topics.ts'
import { InboundTopic } from '../../kafka/inbound/inbound-topic.ts'
import { keptValue } from '../../kafka/inbound/kept-value.ts'
import { takeCommand, type Taken, type TakingParts } from '../../kafka/inbound/take-command.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { lookUpPlaceOrder, PLACE_ORDER_SUBJECT, registerPlaceOrder } from '../../contract/registry/command-schema.ts'
import type { SchemaRegistry } from '../../contract/registry/schema-registry.ts'
import { openPool, WRITER_SETTINGS } from '../../store/postgres/database.ts'
import { newId } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { crashPoints, type CrashPlan } from '../crash-points.ts'
import type { Log } from '../log.ts'
import { POOL_SIZES } from '../pool-sizes.ts'

export interface InboundOptions {
  readonly settings: KafkaSettings
  readonly databaseUrl: string
  readonly taking: TakingParts
  readonly limits: LetterLimits
  readonly crash: CrashPlan | null
  readonly metrics: Metrics | null
  readonly log: Log
}

export interface Inbound {
  start(): void
  /** One for each topic. Never a reason to be unready: commands over HTTP are taken whatever becomes of Kafka. */
  checks(): readonly Check[]
  /** Finishes the commands under way. */
  stop(): Promise<void>
}

export function openInbound(options: InboundOptions): Inbound {
  const { settings, databaseUrl, taking, limits, crash, metrics, log } = options
  const pool = openPool(databaseUrl, { name: 'inbound', max: POOL_SIZES.inbound, settings: WRITER_SETTINGS })
  const holder = newId()
  const reachPoint = crashPoints({ crash })
  const topics = commandTopicNames.map((name) => {
    const how = { topic: commandTopics[name], anewAfter: null }
    const topic = new InboundTopic({
      ...{ name, settings, pool, holder, limits, reachPoint, log },
      take: (record) => takeCommand(record, how, taking),
      kept: (record) => keptValue(record, how.topic, taking.readAvro),
      onTaken: (_record, taken) => metrics?.countInbound(name, outcomeOf(name, taken)),
      monotonic: () => performance.now(),
    })
    metrics?.watchInbound(name, () => topic.health().state === 'consuming')
    return { name, topic }
  })
  const publisher = new DeadLetterPublisher({
    ...{ settings, pool, holder, reachPoint, log },
    monotonic: () => performance.now(),
  })
  return {
    start() {
      for (const { topic } of topics) topic.start()
      publisher.start()
    },
    checks: () =>
      topics.map(({ name, topic }) => {
        const { state, reason } = topic.health()
        const detail = state === 'consuming' ? reason : [state, ...(reason === null ? [] : [reason])].join(': ')
        return { name, ok: true, ageSeconds: 0, detail }
      }),
    async stop() {
      await Promise.all([...topics.map(({ topic }) => topic.stop()), publisher.stop()])
      await pool.end()
    },
  }
}

function outcomeOf(name: CommandTopicName, taken: Taken): InboundOutcome {
  if ('class' in taken) return 'parked'
  if (taken.refused !== null) return 'rejected'
  return name === 'order-commands' ? 'placed' : 'taken'
}

/** Null: nobody can send orders in Avro yet. */
export async function placeOrderSchemaId(config: Config, registry: SchemaRegistry, log: Log): Promise<number | null> {
  if (config.schemaRegistryUrl === null) return registerPlaceOrder(registry)
  const id = await lookUpPlaceOrder(registry)
  if (id === null) {
    log.warn(
      { subject: PLACE_ORDER_SUBJECT },
      'the registry does not have it, so orders in Avro are taken only in other schemas; run orderledger schemas plan and apply, then restart',
    )
  }
  return id
}
