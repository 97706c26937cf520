/** Reads the topics of the log as a member of the projector's group, and goes on whatever becomes of the client. */
import { GroupMember, type FetchedPartition, type MemberTimes } from '../client/group-member.ts'
import type { KafkaLog } from '../client/connection.ts'
import type { PassedOffset } from './passed-offsets.ts'
import type { KafkaSettings } from '../settings.ts'
import { topicName, topics, type Topic } from '../topics/topics.ts'

export interface LogConsumerParts {
  readonly settings: KafkaSettings
  readonly log: KafkaLog
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
  readonly times?: Partial<MemberTimes>
  /** Takes batches in the order of offsets; returns the offset up to which it took them: the rest comes again after `resume`. */
  readonly take: (batches: PartitionBatches) => number
  /** Called when the partitions are dealt out, each time: whatever was not taken comes again. */
  readonly joined: () => void
  /** Told when the client is thrown away. */
  readonly lost: (reason: string) => void
}

export interface PartitionBatches extends Omit<FetchedPartition, 'topic' | 'end'> {
  readonly topic: Topic
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/**
 * Brokers answer at once when there is something new: the wait bounds rebalances, and how soon a paused partition goes on.
 * The bytes are small against the window, so that all partitions move on together.
 */
const FETCH = { wait: 100, bytes: 256 * 1024, partitionsAtOnce: 1 }

/** The group of the reader; its offsets are hints and told to people, the truth is the reader's checkpoint. */
export function projectorGroup(prefix: string): string {
  return `${prefix}projector`
}

export class LogConsumer {
  readonly #prefix: string
  readonly #member: GroupMember
  #stopping = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor({ settings, take, joined, lost, ...parts }: LogConsumerParts) {
    const byName = new Map(
      topics.filter(({ use }) => use === 'log').map((topic) => [topicName(settings.prefix, topic.name), topic]),
    )
    this.#prefix = settings.prefix
    this.#member = new GroupMember({
      ...parts,
      settings,
      clientId: 'projector',
      group: projectorGroup(settings.prefix),
      topics: [...byName.keys()],
      fromBeginning: true,
      fetch: FETCH,
      joined: () => joined(),
      lost(reason) {
        lost(reason)
        parts.log.warn({ reason }, 'the consumer of the log failed; starting a new one')
      },
      async handle({ topic: name, partition, batches }, visit) {
        const topic = byName.get(name)
        const last = batches.at(-1)?.last ?? 0
        const end = topic === undefined ? last + 1 : take({ topic, partition, batches })
        if (end > (batches[0]?.first ?? 0)) visit.done(end - 1)
        if (end <= last) visit.pause()
      },
    })
  }

  start(): void {
    const before = this.#running
    const { signal } = (this.#stopping = new AbortController())
    this.#running = before.then(() => this.#member.run(signal))
  }

  /** Leaves the group, so that another may read at once. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#member.resume(partitions.map(({ topic, partition }) => ({ topic: this.#prefix + topic, partition })))
  }

  /** Says how far the reader is. What cannot be said is said the next time. */
  async commit(offsets: readonly PassedOffset[]): Promise<void> {
    await this.#member.commit(offsets.map(({ topic, ...offset }) => ({ topic: this.#prefix + topic, ...offset })))
  }
}
