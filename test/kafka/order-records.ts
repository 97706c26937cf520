/** A topic of commands of a test, `order-commands` unless it says which: makes it, sends to it, takes from it. */
import type { CompressionTypes, Message } from 'kafkajs'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import { pino } from 'pino'
import { newId, systemClock } from '../../app/clock.ts'
import { commandTopics } from '../../kafka/inbound/command-topics.ts'
import { keptValue } from '../../kafka/inbound/kept-value.ts'
import { takeCommand, type TakingParts } from '../../kafka/inbound/take-command.ts'
import type { InboundRecord } from '../../kafka/inbound/inbound-record.ts'
import { InboundTopic, type InboundTopicParts } from '../../kafka/inbound/inbound-topic.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { createTopics, topicsAreFine } from '../../kafka/topics/topic-admin.ts'
import { topicName, type TopicName } from '../../kafka/topics/topics.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import type { Executor } from '../../store/commit/command.ts'
import { COMPRESSION } from '../../kafka/client/codecs.ts'
import { eventually } from '../support/eventually.ts'
import { orderReader } from '../support/order-reader.ts'

const { Kafka, logLevel, Partitioners } = kafkajs

export const AVRO_ID = 77

export interface Order {
  readonly orderId?: string
  readonly customerId: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}

/** One order as POST /orders takes it, keyed by its customer. */
export function jsonOrder(order: Order, headers: Readonly<Record<string, string>> = {}): Message {
  return { key: order.customerId, value: JSON.stringify(order), headers }
}

export type OrderTopic = Awaited<ReturnType<typeof openOrderTopic>>

/** Makes the topics of a prefix. Without a partition a record goes where Java would send it. */
export async function openOrderTopic(settings: KafkaSettings, name: TopicName = 'order-commands') {
  const kafka = new Kafka({ clientId: 'test', brokers: [...settings.brokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false })
  const topic = topicName(settings.prefix, name)
  await admin.connect()
  await producer.connect()
  await createTopics(admin, settings.prefix)
  return {
    topic,
    admin,
    kafka,
    /** One send for each partition. */
    async send(messages: readonly Message[], compression: CompressionTypes = COMPRESSION): Promise<void> {
      const placeOf = ({ key, partition }: Message) => partition ?? partitionOf(String(key ?? ''), 3)
      for (const partition of new Set(messages.map(placeOf))) {
        const of = messages.filter((message) => placeOf(message) === partition)
        await producer.send({
          topic,
          acks: -1,
          compression,
          messages: of.map((message) => ({ ...message, partition })),
        })
      }
    },
    /** Deletes the topics and makes them again. */
    async recreate(): Promise<void> {
      await admin.deleteTopics({ topics: [topic] })
      await eventually(async () => !(await admin.listTopics()).includes(topic))
      await eventually(async () => topicsAreFine(await createTopics(admin, settings.prefix)))
    },
    async close(): Promise<void> {
      await producer.disconnect()
      await admin.disconnect()
    },
  }
}

export interface TakerOptions extends Partial<Omit<InboundTopicParts, 'settings' | 'pool'>> {
  readonly settings: KafkaSettings
  readonly pool: InboundTopicParts['pool']
  readonly executor: Executor
  /** Called for each record before it is handled. */
  readonly before?: (record: InboundRecord) => void
}

export const LETTER_LIMITS = { most: 1_000_000, mostBytes: 4 * 1024 ** 3 }

/** A member of the group as an api process has it. */
export function startTaker({ executor, before, name = 'order-commands', ...options }: TakerOptions) {
  const lines: Readonly<Record<string, unknown>>[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const parts = {
    executor,
    shop: { currency: 'EUR', reservationMinutes: 15, clock: systemClock, newId, pseudonym: () => null },
    ...orderReader(AVRO_ID),
  }
  const taker = new InboundTopic({
    name,
    holder: newId(),
    limits: LETTER_LIMITS,
    take(record) {
      before?.(record)
      return takeCommand(record, { topic: commandTopics[name], anewAfter: null }, parts)
    },
    kept: (record) => keptValue(record, commandTopics[name], parts.readAvro),
    reachPoint: () => undefined,
    onTaken: () => undefined,
    log,
    monotonic: () => performance.now(),
    ...options,
  })
  taker.start()
  return { taker, lines, stop: () => taker.stop() }
}

/** As an api process takes a record of `order-commands`. */
export function takeOrder(record: InboundRecord, parts: TakingParts) {
  return takeCommand(record, { topic: commandTopics['order-commands'], anewAfter: null }, parts)
}
