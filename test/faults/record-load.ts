/** Records for `order-commands` at a fixed rate: what the brokers do not acknowledge is sent again until they do. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Message, Producer } from 'kafkajs'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import { kafkaClient } from '../../kafka/client/connection.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { topicName } from '../../kafka/topics/topics.ts'
import { partitionOf } from '../../schemas/partition-of.ts'

export interface RecordLoadOptions {
  readonly settings: KafkaSettings
  readonly perSecond: number
  /** The record of this number, from 0; null: there are no more. */
  readonly record: (number: number) => Message | null
}

export interface RecordLoad {
  /** Records that are acknowledged, in the order of their numbers. */
  sent(): number
  /** Sends that were repeated: their records may be there twice. */
  repeated(): number
  /** Resolves when all are acknowledged. */
  readonly done: Promise<void>
  /** Makes no more; resolves when those that were made are acknowledged. */
  stop(): Promise<void>
}

const BURST_MS = 20
const AGAIN_MS = 200
const PARTITIONS = 3
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

export function startRecords({ settings, perSecond, record }: RecordLoadOptions): RecordLoad {
  const kafka = kafkaClient(settings, { clientId: 'records', log: quiet })
  const topic = topicName(settings.prefix, 'order-commands')
  let producer: Producer | null = null
  let stopped = false
  let sent = 0
  let repeated = 0

  async function open(): Promise<Producer> {
    const made = kafka.producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
    })
    await made.connect()
    return made
  }

  /** One partition a send: one over several may be acknowledged though a part of it was never written. */
  async function send(partition: number, messages: readonly Message[]): Promise<void> {
    for (;;) {
      try {
        producer ??= await open()
        await producer.send({ topic, acks: -1, messages: messages.map((message) => ({ ...message, partition })) })
        return
      } catch {
        repeated += 1
        void producer?.disconnect().catch(() => undefined)
        producer = null
        await pause(AGAIN_MS)
      }
    }
  }

  async function run(): Promise<void> {
    const startedAt = performance.now()
    let late = 0 // seconds in which nothing could be sent are not made up for
    for (let number = 0; ;) {
      const due = Math.floor(((performance.now() - startedAt - late) / 1_000) * perSecond)
      const byPartition = new Map<number, Message[]>()
      let over = stopped
      for (; number < due && !over; number++) {
        const next = record(number)
        if (next === null) {
          over = true
          break
        }
        const partition = partitionOf(String(next.key ?? ''), PARTITIONS)
        byPartition.set(partition, [...(byPartition.get(partition) ?? []), next])
      }
      const before = performance.now()
      for (const [partition, messages] of byPartition) await send(partition, messages)
      const took = performance.now() - before
      if (took > 1_000) late += took
      sent = number
      if (over) break
      await pause(BURST_MS)
    }
    await producer?.disconnect().catch(() => undefined)
  }

  const done = run()
  return {
    sent: () => sent,
    repeated: () => repeated,
    done,
    stop: () => {
      stopped = true
      return done
    },
  }
}
