/** Reads topics from their beginning to where they end now: for people who check or count, never for readers of the log. */
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'

export interface TopicRecord extends Pick<KafkaMessage, 'key' | 'value' | 'headers' | 'offset' | 'timestamp'> {
  readonly topic: string
  readonly partition: number
}

export interface ReadTopicsOptions {
  readonly kafka: Kafka
  /** As they are called in the cluster; those that do not exist are left out. */
  readonly topics: readonly string[]
  /** A consumer group for this reading alone: it is deleted at the end. */
  readonly group: string
  /** Called for each batch of one partition, in the order of its offsets; partitions come in any order. */
  readonly see: (records: readonly TopicRecord[]) => void
  readonly onProgress?: (records: number, of: number) => void
}

export interface TopicsRead {
  /** Offsets from the first record that is there to the end, of all partitions together. */
  readonly offsets: number
  /** Of the topics asked for, those that the cluster does not have. */
  readonly missing: readonly string[]
}

interface Span {
  next: bigint
  readonly end: bigint
}

/** How long the brokers may give nothing at all before the reading is given up, in milliseconds. */
const SILENCE_MS = 20_000
const FETCH_WAIT_MS = 100

/** Rejects with the client's error, and when the brokers fall silent. */
export async function readTopics({ kafka, topics, group, see, onProgress }: ReadTopicsOptions): Promise<TopicsRead> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    const found = topics.filter((topic) => existing.has(topic))
    const spans = new Map<string, Span>()
    for (const topic of found) {
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        if (BigInt(low) < BigInt(high)) spans.set(place(topic, partition), { next: BigInt(low), end: BigInt(high) })
      }
    }
    const of = [...spans.values()].reduce((sum, { next, end }) => sum + Number(end - next), 0)
    if (of > 0) {
      const reading = new Reading(spans, see, (records) => onProgress?.(records, of))
      await reading.run(kafka.consumer({ groupId: group, maxWaitTimeInMs: FETCH_WAIT_MS }), found)
      await admin.deleteGroups([group]).catch(() => undefined) // an empty group is forgotten by the brokers in time
    }
    return { offsets: of, missing: topics.filter((topic) => !existing.has(topic)) }
  } finally {
    await admin.disconnect()
  }
}

class Reading {
  readonly #spans: Map<string, Span>
  readonly #see: ReadTopicsOptions['see']
  readonly #told: (records: number) => void
  #records = 0
  #heard = 0
  #settle: { readonly done: () => void; readonly failed: (error: Error) => void } | null = null

  constructor(spans: Map<string, Span>, see: ReadTopicsOptions['see'], told: (records: number) => void) {
    this.#spans = spans
    this.#see = see
    this.#told = told
  }

  async run(consumer: Consumer, topics: readonly string[]): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => (this.#settle = { done: resolve, failed: reject }))
    consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
      if (!restart) this.#settle?.failed(error)
    })
    let heard = -1
    const watchdog = setInterval(() => {
      if (heard === this.#heard)
        this.#settle?.failed(new Error('the brokers returned no records; check that all of them are running'))
      heard = this.#heard
    }, SILENCE_MS)
    try {
      await consumer.connect()
      await consumer.subscribe({ topics: [...topics], fromBeginning: true })
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.#batch(payload),
      })
      await ended
    } finally {
      clearInterval(watchdog)
      await consumer.disconnect()
    }
  }

  async #batch({ batch: { topic, partition, messages }, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    this.#heard += 1
    const span = this.#spans.get(place(topic, partition))
    const last = messages.at(-1)
    if (last === undefined) return
    resolveOffset(last.offset)
    if (span !== undefined) this.#take(span, { topic, partition, messages })
    await heartbeat()
  }

  #take(
    span: Span,
    { topic, partition, messages }: Pick<EachBatchPayload['batch'], 'topic' | 'partition' | 'messages'>,
  ) {
    const records = messages.flatMap((message) => {
      const offset = BigInt(message.offset)
      if (offset < span.next || offset >= span.end) return []
      // One by one: a spread leaves out the headers, which are made for whoever asks (kafkajs-decoding.ts).
      const { key, value, headers = {}, timestamp } = message
      return [{ key, value, headers, timestamp, offset: message.offset, topic, partition }]
    })
    const last = BigInt(messages.at(-1)?.offset ?? 0)
    try {
      this.#see(records)
    } catch (error) {
      this.#settle?.failed(error instanceof Error ? error : new Error(String(error)))
    }
    this.#records += records.length
    this.#told(this.#records)
    if (last + 1n > span.next) span.next = last + 1n
    if (span.next >= span.end) this.#spans.delete(place(topic, partition))
    if (this.#spans.size === 0) this.#settle?.done()
  }
}

function place(topic: string, partition: number): string {
  return `${topic} ${partition}`
}
