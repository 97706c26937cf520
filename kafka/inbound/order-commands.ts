/**
 * Takes orders from the topic `order-commands`: every api process is a member of one consumer group.
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
import { arrivedRecord } from './inbound-record.ts'
import { PartitionLane, type LaneParts } from './partition-lane.ts'
import { HandedOver } from './patience.ts'

export interface OrderCommandsParts extends LaneParts {
  readonly settings: KafkaSettings
  readonly log: KafkaLog
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
  readonly times?: Partial<MemberTimes>
}

export type InboundHealth = MemberHealth

/** More bytes than any record may have (TOPIC_SETTINGS). */
const FETCH = { wait: 200, bytes: 2 * 1024 * 1024, partitionsAtOnce: 3 }

export class OrderCommands {
  readonly #parts: OrderCommandsParts
  readonly #topic: string
  readonly #member: GroupMember
  readonly #stop = new AbortController()
  #running: Promise<void> | null = null
  #lanes = new Map<number, { readonly lane: PartitionLane; readonly claimed: Promise<boolean> }>()

  constructor(parts: OrderCommandsParts) {
    const { settings, log, monotonic, times } = parts
    const topic = topicName(settings.prefix, 'order-commands')
    this.#parts = parts
    this.#topic = topic
    this.#member = new GroupMember({
      ...{ settings, log, monotonic, clientId: 'order-commands', group: topic, topics: [topic] },
      times: times ?? {},
      fromBeginning: true,
      fetch: FETCH,
      joined: (partitions, tenure) => this.#assign(partitions[topic] ?? [], tenure),
      handle: (fetched, visit) => this.#handle(fetched, visit),
      lost: (reason) => log.warn({ topic, reason }, 'orders over Kafka are not read: trying again'),
      left: () => this.#release([...this.#lanes.keys()]),
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
    return this.#member.health()
  }

  /** The group has joined anew: what was claimed before is claimed again, and what we lost is given back. */
  #assign(partitions: readonly number[], tenure: AbortSignal): void {
    const before = this.#lanes
    const lost = [...before.keys()].filter((partition) => !partitions.includes(partition))
    void this.#release(lost)
    this.#lanes = new Map(
      partitions.map((partition) => {
        const lane = new PartitionLane({ topic: this.#topic, partition }, this.#parts)
        const earlier = before.get(partition) ?? null
        const told = earlier?.claimed ?? Promise.resolve(false)
        const claimed = told
          .then(() => lane.claim(tenure, earlier?.lane))
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
        return [partition, { lane, claimed }]
      }),
    )
  }

  async #handle({ partition, batches }: FetchedPartition, visit: Visit): Promise<void> {
    const mine = this.#lanes.get(partition)
    if (mine === undefined || !(await mine.claimed) || !visit.goesOn()) return
    const unreadable = batches.find((batch) => batch.unreadable !== null) ?? null
    const readable = unreadable === null ? batches : batches.slice(0, batches.indexOf(unreadable))
    const records = readable.flatMap(visibleRecords).map((record) => arrivedRecord(this.#topic, partition, record))
    let last: number | null = null
    try {
      await mine.lane.handle(records, {
        signal: visit.signal,
        goesOn: visit.goesOn,
        done(offset) {
          last = offset
          visit.done(offset)
        },
        seek: (offset) => this.#member.seek(this.#topic, partition, offset),
      })
    } catch (error) {
      if (!(error instanceof HandedOver)) throw error
    }
    if (last !== null) this.#hint(partition, last)
    if (last !== (records.at(-1)?.offset ?? null) || !visit.goesOn()) return
    const end = readable.at(-1)?.last
    if (end !== undefined) visit.done(end)
    if (unreadable === null) return
    const place = `the batch of partition ${String(partition)} at offset ${String(unreadable.first)}`
    throw new Error(`${place} cannot be read: ${unreadable.unreadable ?? ''}`)
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
