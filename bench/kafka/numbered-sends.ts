/** Numbered messages sent with kafkajs alone, in ways that lose some and one that does not, while brokers die. */
import type { Kafka, Producer } from 'kafkajs'
import { kafkajs } from '../../kafka/client/kafkajs.ts'

/**
 * - `together`: one `send()` over all partitions, as most examples show it.
 * - `together, idempotent`: the same with `idempotent: true`.
 * - `apart`: one partition a `send()`, one at a time for each, and after any error a new producer that sends the same again.
 */
export const ways = ['together', 'together, idempotent', 'apart'] as const
export type Way = (typeof ways)[number]

export interface NumberedSends {
  readonly topic: string
  readonly partitions: number
  readonly way: Way
  /** No more is sent once this is true. */
  readonly ended: () => boolean
}

export interface Sent {
  /** Values whose `send()` resolved. */
  readonly acknowledged: ReadonlySet<string>
  /** How many `send()` rejected. */
  readonly errors: number
}

/** Of one partition in one `send()`. */
const BATCH = 10

/** A client with the retries that kafkajs has by default. */
export function plainClient(brokers: readonly string[]): Kafka {
  return new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING })
}

/** Sends until `ended`, waiting for each acknowledgement. */
export async function sendNumbered(kafka: Kafka, sends: NumberedSends): Promise<Sent> {
  return sends.way === 'apart' ? apart(kafka, sends) : together(kafka, sends)
}

async function together(kafka: Kafka, { topic, partitions, way, ended }: NumberedSends): Promise<Sent> {
  const acknowledged = new Set<string>()
  let errors = 0
  const producer = await producerOf(kafka, way === 'together, idempotent')
  for (let round = 0; !ended(); round++) {
    const messages = Array.from({ length: partitions }, (_, partition) => batchOf(partition, round)).flat()
    try {
      await producer.send({ topic, messages, acks: -1 })
      for (const { value } of messages) acknowledged.add(value)
    } catch {
      errors += 1
    }
  }
  await producer.disconnect()
  return { acknowledged, errors }
}

async function apart(kafka: Kafka, { topic, partitions, ended }: NumberedSends): Promise<Sent> {
  const acknowledged = new Set<string>()
  let errors = 0
  const sendTo = async (partition: number): Promise<void> => {
    let producer = await producerOf(kafka, false)
    for (let round = 0; !ended();) {
      const messages = batchOf(partition, round)
      try {
        await producer.send({ topic, messages, acks: -1 })
        for (const { value } of messages) acknowledged.add(value)
        round += 1
      } catch {
        errors += 1
        await producer.disconnect().catch(() => undefined)
        producer = await producerOf(kafka, false)
      }
    }
    await producer.disconnect()
  }
  await Promise.all(Array.from({ length: partitions }, (_, partition) => sendTo(partition)))
  return { acknowledged, errors }
}

function batchOf(partition: number, round: number) {
  return Array.from({ length: BATCH }, (_, index) => ({
    partition,
    value: `${String(partition)}:${String(BATCH * round + index)}`,
  }))
}

async function producerOf(kafka: Kafka, idempotent: boolean): Promise<Producer> {
  const createPartitioner = kafkajs.Partitioners.DefaultPartitioner
  // Of an idempotent producer kafkajs wants to see one request at a time.
  const producer = kafka.producer({ idempotent, createPartitioner, ...(idempotent ? { maxInFlightRequests: 1 } : {}) })
  for (;;) {
    try {
      await producer.connect()
      return producer
    } catch {
      // No broker answers: one of them will.
    }
  }
}
