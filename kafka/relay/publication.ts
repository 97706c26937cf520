/** What is in hand for some topics: the records that wait for each partition, and how far each topic is acknowledged. */
import type { WireFormat } from '../../contract/registry/wire-format.ts'
import type { Position } from '../../store/commit/command.ts'
import type { StoredEvent } from '../../store/log/feed.ts'
import { eventRecord, type EventRecord } from '../event-record.ts'
import type { RecordBlock } from '../client/record-block.ts'
import { PartitionSender } from './partition-sender.ts'
import type { Partition } from '../client/checked-sender.ts'
import { copiesOf, topicName, topicOfStream, type Topic, type TopicName } from '../topics/topics.ts'
import { partitionOf } from '../../schemas/partition-of.ts'

export interface PublicationParts {
  /** The topics that it publishes to, each with where it begins: everything up to there is published. */
  readonly after: ReadonlyMap<TopicName, Position>
  readonly prefix: string
  readonly wire: WireFormat
  /** Of this log (sourceOf). */
  readonly source: string
  readonly send: (partition: Partition, block: RecordBlock) => Promise<void>
  /** Called as a send is handed over. */
  readonly sent: () => void
  /** Called with where the events stand that are published now; not for copies. */
  readonly acknowledged: (positions: readonly Position[]) => void
  /** Asked when a send fails: true when it is the topic's own doing. It is left then; else everything ends. */
  readonly refused: (topic: TopicName, error: unknown) => boolean
  /** The fault hook: true for an event whose records are taken as acknowledged without being sent. */
  readonly loses: (position: Position) => boolean
}

interface Carried {
  readonly after: Position
  readonly senders: Map<number, PartitionSender>
  /** Records that are not acknowledged. */
  records: number
}

export class Publication {
  readonly #parts: PublicationParts
  readonly #carried: Map<TopicName, Carried>
  readonly #waiting = new Set<() => void>()
  #added: Position
  #failure: { readonly error: unknown } | null = null

  constructor(parts: PublicationParts) {
    this.#parts = parts
    this.#carried = new Map(
      [...parts.after].map(([topic, after]) => [topic, { after, senders: new Map(), records: 0 }]),
    )
    this.#added = Math.min(...parts.after.values())
  }

  /** The last event that was taken. */
  get added(): Position {
    return this.#added
  }

  /** Takes the events that follow those it has, and sends what fills a block. */
  add(events: readonly StoredEvent[]): void {
    const { wire, source, loses } = this.#parts
    for (const event of events) {
      this.#added = event.position
      if (loses(event.position)) continue
      let record: EventRecord | null = null
      for (const topic of [topicOfStream(event.stream), ...copiesOf(event.type)]) {
        const carried = this.#carried.get(topic.name)
        if (carried === undefined || event.position <= carried.after) continue
        record ??= eventRecord(event, wire, source)
        this.#sender(topic, carried, partitionOf(record.key, topic.partitions)).add(event.position, record)
        carried.records += 1
      }
    }
    this.#flush('full')
  }

  /** Sends all it has: nothing more is at hand. A send of few records costs nearly as much as one of many. */
  flush(): void {
    this.#flush('all')
  }

  /** Records that are not acknowledged. */
  get pending(): number {
    let records = 0
    for (const carried of this.#carried.values()) records += carried.records
    return records
  }

  /** Up to which position each topic is acknowledged. */
  settled(): ReadonlyMap<TopicName, Position> {
    const settled = new Map<TopicName, Position>()
    for (const [topic, { after, senders }] of this.#carried) {
      let first = this.#added + 1
      for (const sender of senders.values()) first = Math.min(first, sender.firstUnacknowledged() ?? first)
      settled.set(topic, Math.max(after, first - 1))
    }
    return settled
  }

  /** Resolves at the next acknowledgement or refusal, or when `signal` aborts. Rejects once a send has failed. */
  changed(signal: AbortSignal): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure.error)
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const wake = () => {
        signal.removeEventListener('abort', wake)
        this.#waiting.delete(wake)
        if (this.#failure === null) resolve()
        else reject(this.#failure.error)
      }
      signal.addEventListener('abort', wake)
      this.#waiting.add(wake)
    })
  }

  /** Leaves a topic: nothing more is sent to it. Resolves when what is under way to it has settled. */
  async drop(topic: TopicName): Promise<void> {
    const { senders = new Map<number, PartitionSender>() } = this.#carried.get(topic) ?? {}
    this.#carried.delete(topic)
    await Promise.all([...senders.values()].map((sender) => sender.close()))
  }

  /** Sends nothing more; resolves when what is under way has settled. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#carried.values()].flatMap(({ senders }) => [...senders.values()].map((one) => one.close())),
    )
  }

  #flush(what: 'full' | 'all'): void {
    for (const { senders } of this.#carried.values()) for (const sender of senders.values()) sender.flush(what)
  }

  #sender(topic: Topic, carried: Carried, partition: number): PartitionSender {
    const known = carried.senders.get(partition)
    if (known !== undefined) return known
    const { send, sent, acknowledged, refused, prefix } = this.#parts
    const to = { topic: topicName(prefix, topic.name), partition }
    const sender = new PartitionSender({
      send: (block) => send(to, block),
      sent,
      acknowledged: (positions) => {
        carried.records -= positions.length
        if (topic.use === 'log') acknowledged(positions)
        this.#tell()
      },
      failed: (error) => {
        // Of a topic that was left already, nothing is said twice.
        const left = this.#carried.get(topic.name) !== carried
        if (!left && !refused(topic.name, error)) this.#failure ??= { error }
        this.#tell()
      },
    })
    carried.senders.set(partition, sender)
    return sender
  }

  #tell(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}
