/** What one term of the relay has in hand: the records that wait for each partition, and how far all of them are acknowledged. */
import type { WireFormat } from '../../contract/registry/wire-format.ts'
import type { Position } from '../../store/commit/command.ts'
import type { StoredEvent } from '../../store/log/feed.ts'
import { eventRecord, type EventRecord } from '../event-record.ts'
import type { RecordBlock } from '../client/record-block.ts'
import { PartitionSender } from './partition-sender.ts'
import type { Partition } from '../client/checked-sender.ts'
import { copiesOf, partitionOf, topicName, topicOfStream, type Topic } from '../topics/topics.ts'

export interface PublicationParts {
  /** Where it begins: everything up to here is published. */
  readonly after: Position
  readonly prefix: string
  readonly wire: WireFormat
  /** Of this log (sourceOf). */
  readonly source: string
  readonly send: (partition: Partition, block: RecordBlock) => Promise<void>
  /** Called as a send is handed over. */
  readonly sent: () => void
  /** The fault hook: true for an event whose records are taken as acknowledged without being sent. */
  readonly loses: (position: Position) => boolean
}

export class Publication {
  readonly #parts: PublicationParts
  readonly #senders = new Map<string, PartitionSender>()
  readonly #waiting = new Set<() => void>()
  #added: Position
  #records = 0
  #failure: { readonly error: unknown } | null = null

  constructor(parts: PublicationParts) {
    this.#parts = parts
    this.#added = parts.after
  }

  /** Takes the events that follow those it has, and sends what fills a block. */
  add(events: readonly StoredEvent[]): void {
    const { wire, source, loses } = this.#parts
    for (const event of events) {
      this.#added = event.position
      if (loses(event.position)) continue
      const record = eventRecord(event, wire, source)
      this.#queue(topicOfStream(event.stream), event.position, record)
      for (const copy of copiesOf(event.type)) this.#queue(copy, event.position, record)
    }
    for (const sender of this.#senders.values()) sender.flush('full')
  }

  /** Sends all it has: nothing more is at hand. A send of few records costs nearly as much as one of many. */
  flush(): void {
    for (const sender of this.#senders.values()) sender.flush('all')
  }

  /** Records that are not acknowledged. */
  get pending(): number {
    return this.#records
  }

  /** All events up to this position are acknowledged. */
  settled(): Position {
    let first: Position | null = null
    for (const sender of this.#senders.values()) {
      const position = sender.firstUnacknowledged()
      if (position !== null && (first === null || position < first)) first = position
    }
    return first === null ? this.#added : first - 1
  }

  /** Resolves at the next acknowledgement, or when `signal` aborts. Rejects once a send has failed. */
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

  /** Sends nothing more; resolves when what is under way has settled. */
  async close(): Promise<void> {
    await Promise.all([...this.#senders.values()].map((sender) => sender.close()))
  }

  #queue(topic: Topic, position: Position, record: EventRecord): void {
    this.#sender({
      topic: topicName(this.#parts.prefix, topic.name),
      partition: partitionOf(record.key, topic.partitions),
    }).add(position, record)
    this.#records += 1
  }

  #sender(partition: Partition): PartitionSender {
    const name = `${partition.topic} ${String(partition.partition)}`
    const known = this.#senders.get(name)
    if (known !== undefined) return known
    const { send, sent } = this.#parts
    const sender = new PartitionSender({
      send: (block) => send(partition, block),
      sent,
      acknowledged: (records) => {
        this.#records -= records
        this.#tell()
      },
      failed: (error) => {
        this.#failure ??= { error }
        this.#tell()
      },
    })
    this.#senders.set(name, sender)
    return sender
  }

  #tell(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}
