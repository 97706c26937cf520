/**
 * Sends to one partition, and believes an acknowledgement only when it is one of that partition. kafkajs loses
 * acknowledged messages of sends over several partitions while leaders move, and those that an idempotent producer sends
 * after a failed one: so a send has one partition, the producer is not idempotent, and nothing is tried again in it
 * (docs/decisions/0016-exactly-once-without-kafka-transactions.md).
 */
import type { Producer, ProducerConfig } from 'kafkajs'
import { COMPRESSION } from './codecs.ts'
import { KafkaFailure } from './kafka-failure.ts'
import { type EncodedRecords, messagesOf } from './kafkajs-records.ts'

/** How long the brokers may take to bring a send to all replicas in sync. */
const REPLICATION_MS = 5_000
/** From handing over a send to giving it up; longer than a broker takes to answer that it could not replicate. */
const DEADLINE_MS = 8_000
/** Sends that were given up and are not over. With as many, something never ends, and the process had better. */
const HANGING = 100

export const PRODUCER: ProducerConfig = {
  idempotent: false,
  allowAutoTopicCreation: false,
  retry: { retries: 0 },
  createPartitioner:
    () =>
    ({ message }) =>
      message.partition ?? -1,
}

export interface Partition {
  /** As it is called in the cluster. */
  readonly topic: string
  readonly partition: number
}

/** Keeps count of the sends that were given up: they may still write, which does no harm, but they hold memory. */
export class CheckedSends {
  #hanging = 0

  /** Too many sends never ended: a defect that only a new process mends. */
  stuck(): boolean {
    return this.#hanging >= HANGING
  }

  /** Resolves when all records are acknowledged; rejects at the deadline, or as kafkajs does. */
  async send(
    producer: Pick<Producer, 'send'>,
    { topic, partition }: Partition,
    records: EncodedRecords,
  ): Promise<void> {
    const sending = producer.send({
      topic,
      acks: -1,
      timeout: REPLICATION_MS,
      compression: COMPRESSION,
      messages: messagesOf(records, partition),
    })
    const results = await this.#inTime(sending, `${topic}-${String(partition)}`)
    const [result] = results
    const covered =
      results.length === 1 && result?.topicName === topic && result.partition === partition && result.errorCode === 0
    if (covered) return
    const said = JSON.stringify(results)
    throw new KafkaFailure('kafka-failed', `a send to ${topic}-${String(partition)} was answered with ${said}`)
  }

  async #inTime<T>(sending: Promise<T>, where: string): Promise<T> {
    let timer: NodeJS.Timeout | null = null
    let late = false
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        late = true
        this.#hanging += 1
        reject(new KafkaFailure('kafka-unreachable', `a send to ${where} had no answer within ${DEADLINE_MS} ms`))
      }, DEADLINE_MS)
    })
    const over = () => {
      if (late) this.#hanging -= 1
    }
    sending.then(over, over)
    try {
      return await Promise.race([sending, deadline])
    } finally {
      if (timer !== null) clearTimeout(timer)
    }
  }
}
