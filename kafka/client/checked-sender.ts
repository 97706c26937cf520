/**
 * Sends to one partition at a time, and believes an acknowledgement only when it is one of that partition. kafkajs loses
 * acknowledged messages of sends over several partitions while leaders move, and those that an idempotent producer sends
 * after a failed one: so a send has one partition, the producer is not idempotent, nothing is tried again in it, and after
 * any error it is thrown away (docs/decisions/0016-exactly-once-without-kafka-transactions.md).
 */
import type { Kafka, Message, Producer, ProducerConfig } from 'kafkajs'
import { COMPRESSION } from './codecs.ts'
import { KafkaFailure } from './kafka-failure.ts'

/** How long the brokers may take to bring a send to all replicas in sync. */
const REPLICATION_MS = 5_000
/** From handing over a send to giving it up; longer than a broker takes to answer that it could not replicate. */
const DEADLINE_MS = 8_000
/** Sends that were given up and are not over. With as many, something never ends, and the process had better. */
const HANGING = 100

const PRODUCER: ProducerConfig = {
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

interface OpenedProducer {
  readonly opening: Promise<Producer>
  /** Partitions to which a send is under way. */
  readonly underWay: Set<string>
}

export class CheckedSender {
  readonly #kafka: Pick<Kafka, 'producer'>
  #producer: OpenedProducer | null = null
  #hanging = 0

  constructor(kafka: Pick<Kafka, 'producer'>) {
    this.#kafka = kafka
  }

  /** Resolves when a producer is connected; a send does the same by itself. */
  async open(): Promise<void> {
    const producer = this.#opened()
    await producer.opening.catch((error: unknown) => this.#discard(producer, error))
  }

  /**
   * Resolves when all messages are acknowledged; rejects at the deadline, or as kafkajs does, and then they may be written
   * all the same. One at a time for each partition: their order depends on it.
   */
  async send({ topic, partition }: Partition, messages: readonly Message[]): Promise<void> {
    const where = `${topic}-${String(partition)}`
    const producer = this.#opened()
    if (producer.underWay.has(where)) throw new Error(`two sends to ${where} at once would lose their order`)
    producer.underWay.add(where)
    try {
      const opened = await producer.opening
      const sending = opened.send({
        topic,
        acks: -1,
        timeout: REPLICATION_MS,
        compression: COMPRESSION,
        messages: messages.map((message) => ({ ...message, partition })),
      })
      const results = await this.#inTime(sending, where)
      const [result] = results
      const covered =
        results.length === 1 && result?.topicName === topic && result.partition === partition && result.errorCode === 0
      if (!covered)
        throw new KafkaFailure('kafka-failed', `a send to ${where} was answered with ${JSON.stringify(results)}`)
    } catch (error) {
      this.#discard(producer, error)
    } finally {
      producer.underWay.delete(where)
      this.#closeUnused(producer)
    }
  }

  /** Too many sends never ended: a defect that only a new process mends. */
  stuck(): boolean {
    return this.#hanging >= HANGING
  }

  /** Resolves when the producer is disconnected; what is under way is not ended by it. The next send has a new one. */
  async close(): Promise<void> {
    const producer = this.#producer
    this.#producer = null
    await producer?.opening.then((opened) => opened.disconnect()).catch(() => undefined)
  }

  #opened(): OpenedProducer {
    this.#producer ??= { opening: connected(this.#kafka.producer(PRODUCER)), underWay: new Set() }
    return this.#producer
  }

  #discard(producer: OpenedProducer, error: unknown): never {
    if (this.#producer === producer) this.#producer = null
    throw error
  }

  /** One that was thrown away serves the sends that are under way; without it they would not know what became of them. */
  #closeUnused(producer: OpenedProducer): void {
    if (this.#producer === producer || producer.underWay.size > 0) return
    void producer.opening.then((opened) => opened.disconnect()).catch(() => undefined)
  }

  /** Keeps count of what was given up: it may still write, which does no harm, but it holds memory. */
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

async function connected(producer: Producer): Promise<Producer> {
  await producer.connect()
  return producer
}
