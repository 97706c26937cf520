/**
 * Takes the commands of a topic: every api process is a member of one consumer group, named as the topic.
 *
 * Where each partition stands is kept in Postgres (kafka/inbound/inbound-offsets.ts); the offsets of the group are a hint for
 * those who watch the lag.
 */
import {
  GroupMember,
  type FetchedPartition,
  type MemberHealth,
  type MemberTimes,
  type Visit,
} from '../client/group-member.ts'
import type { KafkaLog } from '../client/connection.ts'
import { visibleRecords } from '../client/record-batches.ts'
import type { KafkaSettings } from '../settings.ts'
import { topicName } from '../topics/topics.ts'
import { releasePartition } from './inbound-offsets.ts'
import { arrivedRecord, type ArrivedRecord } from './inbound-record.ts'
import { parkedBatch, unpacked } from './parked-batch.ts'
import { PartitionConsumer, type PartitionConsumerParts } from './partition-consumer.ts'
import type { CommandTopicName } from './command-topics.ts'
import { HandedOver } from './patience.ts'

export interface InboundTopicParts extends PartitionConsumerParts {
  readonly name: CommandTopicName
  readonly settings: KafkaSettings
  readonly log: KafkaLog
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
  readonly times?: Partial<MemberTimes>
}

export type InboundHealth = MemberHealth

/** More bytes than any record may have (TOPIC_SETTINGS). */
const FETCH = { wait: 200, bytes: 2 * 1024 * 1024, partitionsAtOnce: 3 }

export class InboundTopic {
  readonly #parts: InboundTopicParts
  readonly #topic: string
  readonly #member: GroupMember
  readonly #stop = new AbortController()
  #running: Promise<void> | null = null
  #consumers = new Map<number, { readonly consumer: PartitionConsumer; readonly claimed: Promise<boolean> }>()

  constructor(parts: InboundTopicParts) {
    const { name, settings, log, monotonic, times } = parts
    const topic = topicName(settings.prefix, name)
    this.#parts = parts
    this.#topic = topic
    this.#member = new GroupMember({
      ...{ settings, log, monotonic, clientId: name, group: topic, topics: [topic] },
      times: times ?? {},
      fromBeginning: true,
      fetch: FETCH,
      joined: (partitions, tenure) => this.#assign(partitions[topic] ?? [], tenure),
      handle: (fetched, visit) => this.#handle(fetched, visit),
      lost: (reason) => log.warn({ topic, reason }, 'commands over Kafka are not read: trying again'),
      left: () => this.#release([...this.#consumers.keys()]),
    })
  }

  /** Begins, whether Kafka is there or not. */
  start(): void {
    this.#running = this.#member.run(this.#stop.signal)
  }

  /** Finishes the commands under way and gives the partitions back. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  health(): InboundHealth {
    const health = this.#member.health()
    const waits = [...this.#consumers.values()].flatMap(({ consumer }) => consumer.waitsFor ?? [])
    return health.reason === null && waits[0] !== undefined ? { ...health, reason: waits[0] } : health
  }

  /** The group has joined again: what was claimed before is claimed again, and what we lost is given back. */
  #assign(partitions: readonly number[], tenure: AbortSignal): void {
    const before = this.#consumers
    const lost = [...before.keys()].filter((partition) => !partitions.includes(partition))
    void this.#release(lost)
    this.#consumers = new Map(
      partitions.map((partition) => {
        const consumer = new PartitionConsumer({ topic: this.#topic, partition }, this.#parts)
        const earlier = before.get(partition) ?? null
        const told = earlier?.claimed ?? Promise.resolve(false)
        const claimed = told
          .then(() => consumer.claim(tenure, earlier?.consumer))
          .then(
            (offset) => {
              // The client of a session that ended meanwhile throws: nobody would catch that, and the process would end.
              if (tenure.aborted) return false
              this.#member.seek(this.#topic, partition, offset)
              return true
            },
            (error: unknown) => {
              if (!(error instanceof HandedOver)) this.#parts.log.error({ err: error }, 'could not claim a partition')
              return false
            },
          )
        return [partition, { consumer, claimed }]
      }),
    )
  }

  async #handle(fetched: FetchedPartition, visit: Visit): Promise<void> {
    const { partition, batches } = fetched
    const mine = this.#consumers.get(partition)
    if (mine === undefined || !(await mine.claimed) || !visit.goesOn()) return
    let last: number | null = null
    try {
      const records: ArrivedRecord[] = []
      for (const index of batches.keys()) records.push(...(await this.#recordsOf(fetched, index, mine.consumer, visit)))
      await mine.consumer.handle(records, {
        signal: visit.signal,
        goesOn: visit.goesOn,
        done(offset) {
          last = offset
          visit.done(offset)
        },
        seek: (offset) => this.#member.seek(this.#topic, partition, offset),
      })
      const end = batches.at(-1)?.last
      const all = last === (records.at(-1)?.offset ?? null)
      if (all && end !== undefined && end >= (last ?? 0) && visit.goesOn()) visit.done(end)
    } catch (error) {
      if (!(error instanceof HandedOver)) throw error
    }
    if (last !== null) this.#hint(partition, last)
  }

  /** What is in the batch at `index`; the batch itself where it cannot be unpacked. */
  async #recordsOf(
    fetched: FetchedPartition,
    index: number,
    consumer: PartitionConsumer,
    { signal }: Visit,
  ): Promise<readonly ArrivedRecord[]> {
    const { settings, log } = this.#parts
    const { topic, partition } = fetched
    const found = await unpacked(fetched, index, { settings, log, signal, isDone: (offset) => consumer.isDone(offset) })
    if ('place' in found) return [parkedBatch(found.place, found.batch)]
    return found.batches.flatMap(visibleRecords).map((record) => arrivedRecord(topic, partition, record))
  }

  /** Only for those who watch the lag; the place that counts has moved already. */
  #hint(partition: number, last: number): void {
    const hint = { topic: this.#topic, partition, offset: String(last + 1) }
    void this.#member.commit([hint]).catch(() => undefined)
  }

  async #release(partitions: readonly number[]): Promise<void> {
    const { pool, holder } = this.#parts
    await Promise.all(
      partitions.map((partition) => releasePartition(pool, { topic: this.#topic, partition }, holder)),
    ).catch((error: unknown) => this.#parts.log.warn({ err: error }, 'could not give back a partition'))
  }
}
