/**
 * The feed from the topics of the log: its partitions put back into the order of the log, with the store to fall back on
 * (feed-source.ts says when).
 *
 * While it reads from Kafka, an event that does not come (one behind it has been there for 500 ms) is read from the
 * store: lost, damaged and foreign records change nothing but a count. So does a reader that wants what was given out
 * already: one that begins again at its checkpoint, or a projection behind the others.
 *
 * Nothing from Kafka is trusted: a batch has to have the checksum that it was written with, and a record has to be of this
 * log. One that somebody forged with the right source looks like a true one: who may write to the topics of the
 * log is for the cluster to say.
 */
import type { Position } from '../../store/commit/command.ts'
import { requireDense, type Feed, type RecordedEvent } from '../../store/log/feed.ts'
import type { WireFormat } from '../../contract/registry/wire-format.ts'
import type { KafkaLog } from '../client/connection.ts'
import type { MemberTimes } from '../client/group-member.ts'
import { readEventRecord, sourceOf } from '../event-record.ts'
import { FeedSource } from './feed-source.ts'
import { visibleRecords, type FetchedBatch } from '../client/record-batches.ts'
import { LogConsumer, type PartitionBatches, type TopicPartition } from './log-consumer.ts'
import type { LogStore } from './log-store.ts'
import { PassedOffsets } from './passed-offsets.ts'
import type { KafkaSettings } from '../settings.ts'
import { topics } from '../topics/topics.ts'
import { LatchedSignal } from '../../store/waiting/pause.ts'
import { Resequencer, RESEQUENCER_CAPACITY } from './resequencer.ts'

export interface KafkaFeedParts {
  readonly settings: KafkaSettings
  readonly wire: WireFormat
  /** The log itself. */
  readonly store: LogStore
  readonly log: KafkaLog
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
  /** Events that are kept at most. */
  readonly capacity?: number
  readonly times?: Partial<MemberTimes>
}

export interface FeedHealth {
  readonly source: 'kafka' | 'store'
  /** Why the store is read; null: Kafka is. */
  readonly reason: string | null
  /** Events that are kept for the reader. */
  readonly held: number
  /** Since the start; what each means stands in docs/kafka.md. */
  readonly counts: FeedCounts
}

export interface FeedCounts {
  /** Events missing on Kafka that were read from the store. */
  readonly healed: number
  readonly duplicates: number
  /** Records of another log, or of nobody we know. */
  readonly foreign: number
  readonly damaged: number
  /** Events read from the store, for whatever reason. */
  readonly stored: number
}

/** How long an event may be missing when one behind it is there. */
const MISSING_MS = 500
/** How long a reader waits at most for a hint before it looks by itself. */
const POLL_MS = { store: 250, kafka: 1_000 }
/** Between two looks at what did not come: the log may have less than Kafka shows. */
const LOOK_MS = 50
const COMMIT_MS = 1_000

export class KafkaFeed implements Feed {
  readonly #parts: KafkaFeedParts
  readonly #resequencer: Resequencer
  readonly #consumer: LogConsumer
  readonly #wakes = new LatchedSignal()
  readonly #passed = new PassedOffsets()
  readonly #readers = new Set<AbortSignal>()
  readonly #counts = { healed: 0, foreign: 0, damaged: 0, stored: 0 }
  readonly #from: FeedSource
  /** Of the records of this log. */
  #source = ''
  #head: Position = 0
  #lastLook = -Infinity
  #lastCommit = -Infinity
  #stopped = false

  constructor(parts: KafkaFeedParts) {
    this.#parts = parts
    this.#resequencer = new Resequencer(parts.capacity ?? RESEQUENCER_CAPACITY)
    this.#from = new FeedSource((reading) => {
      if (reading.from === 'kafka') parts.log.info({}, 'the feed reads Kafka')
      else parts.log.warn({ reason: reading.reason }, 'the feed reads the store')
    })
    this.#consumer = new LogConsumer({
      ...{ settings: parts.settings, log: parts.log, monotonic: parts.monotonic, times: parts.times ?? {} },
      take: (batches) => this.#take(batches),
      joined: () => this.#dealtOut(),
      lost: (reason) => {
        this.#from.lose(reason)
        this.#wakes.wake()
      },
    })
  }

  /** A hint that the log has grown to `head`. */
  headMoved(head: Position): void {
    if (head <= this.#head) return
    this.#head = head
    if (this.#from.reading.from === 'store') this.#wakes.wake()
  }

  async next(after: Position, limit: number, signal: AbortSignal): Promise<readonly RecordedEvent[]> {
    while (!signal.aborted) {
      await this.#attend(signal)
      const { count } = this.#wakes
      const events = await this.#some(after, limit)
      if (events.length > 0) return events
      await this.#wakes.wait(this.#patience(), { count, signal })
    }
    return []
  }

  health(): FeedHealth {
    const { reading } = this.#from
    const reason = reading.from === 'store' ? reading.reason : null
    const counts = { ...this.#counts, duplicates: this.#resequencer.duplicates }
    return { source: reading.from, reason, held: this.#resequencer.held, counts }
  }

  /** Resolves when the group is left. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#readers.clear()
    await this.#leave()
  }

  /** A consumer is in the group only while somebody reads: another process may be the one that reads. */
  async #attend(signal: AbortSignal): Promise<void> {
    if (this.#stopped || this.#readers.has(signal)) return
    if (this.#source === '') await this.#identify()
    if (signal.aborted || this.#stopped || this.#readers.has(signal)) return
    this.#readers.add(signal)
    signal.addEventListener('abort', () => {
      if (this.#readers.delete(signal) && this.#readers.size === 0) void this.#leave()
    })
    if (this.#readers.size === 1) this.#consumer.start()
  }

  async #leave(): Promise<void> {
    this.#from.leave()
    await this.#consumer.stop()
  }

  /** What there is now. */
  async #some(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    const resequencer = this.#resequencer
    const given = resequencer.expected - 1 - after
    if (given > 0) {
      const events = await this.#stored(after, Math.min(limit, given))
      if (events.length === 0) await this.#otherLog(after)
      return events
    }
    resequencer.skipTo(after + 1)
    const events = await this.#resequenced(limit)
    this.#goOn(after)
    if (events.length > 0) {
      this.#from.found()
      return events
    }
    return this.#from.reading.from === 'kafka' ? this.#awaited(after, limit) : this.#fromStore(after, limit)
  }

  /** What Kafka has of the next events, and from the store what of it is overdue. */
  async #resequenced(limit: number): Promise<readonly RecordedEvent[]> {
    const resequencer = this.#resequencer
    let events = resequencer.take(limit)
    while (events.length < limit) {
      const now = this.#parts.monotonic()
      const count = resequencer.overdue(limit - events.length, now - MISSING_MS)
      if (count === 0 || (events.length === 0 && now - this.#lastLook < LOOK_MS)) break
      this.#lastLook = now
      const { expected } = resequencer
      const missing = await this.#stored(expected - 1, count)
      if (missing.length === 0 || resequencer.expected !== expected) break
      this.#counts.healed += resequencer.missing(missing.length)
      resequencer.skipTo(expected + missing.length)
      events = [...events, ...missing, ...resequencer.take(limit - events.length - missing.length)]
    }
    return events
  }

  /** Kafka is waited for, unless it has been silent for too long. */
  async #awaited(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    const now = this.#parts.monotonic()
    if (this.#head <= after && now - this.#lastLook >= POLL_MS.kafka) {
      this.#lastLook = now
      const found = await this.#parts.store.read(after, 1)
      this.#head = Math.max(this.#head, found.at(-1)?.position ?? 0)
    }
    if (this.#head <= after) return []
    if (!this.#from.isSilent(after, now)) return []
    await this.#identify() // after a restore of the database, what comes is of another log
    return this.#fromStore(after, limit)
  }

  async #fromStore(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    this.#from.asks(after, this.#resequencer.furthest, this.#parts.monotonic())
    const events = await this.#stored(after, limit)
    this.#resequencer.skipTo(after + events.length + 1)
    if (events.length > 0) return events
    this.#head = Math.min(this.#head, after) // a hint of another log, before a restore, would mislead for good
    this.#from.idle()
    return []
  }

  async #identify(): Promise<void> {
    this.#source = sourceOf(await this.#parts.store.identity())
  }

  async #stored(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    const events = await this.#parts.store.read(after, limit)
    requireDense(events, after)
    this.#counts.stored += events.length
    return events
  }

  /** The log ends before what we gave out: it is not the log that it was. */
  async #otherLog(after: Position): Promise<void> {
    await this.#identify()
    this.#head = after
    this.#resequencer.startOver(after + 1)
    this.#from.readStore('the log was replaced by another one')
    this.#parts.log.warn({ position: after }, 'the log is shorter than before; it was reset or restored')
    this.#goOn(after)
  }

  /** Asks for the partitions that fit in again, and now and then tells the group how far the reader is. */
  #goOn(after: Position): void {
    const welcome = this.#resequencer.takeWelcome().map(partitionOfKey)
    if (welcome.length > 0) this.#consumer.resume(welcome)
    const now = this.#parts.monotonic()
    if (!this.#from.joined || now - this.#lastCommit < COMMIT_MS) return
    this.#lastCommit = now
    const passed = this.#passed.take(after)
    if (passed.length > 0) this.#consumer.commit(passed).catch(() => undefined) // only a hint; the next one says more
  }

  /** How long to wait for what may come. */
  #patience(): number {
    const since = this.#resequencer.waitingSince()
    const poll = POLL_MS[this.#from.reading.from]
    if (since === null) return poll
    return Math.min(poll, Math.max(LOOK_MS, since + MISSING_MS - this.#parts.monotonic()))
  }

  #take({ topic, partition, batches }: PartitionBatches): number {
    const around = { wire: this.#parts.wire, source: this.#source, expected: expectedIn.get(topic.name) ?? new Set() }
    const key = `${topic.name} ${String(partition)}`
    const now = this.#parts.monotonic()
    const first = batches[0]?.first ?? 0
    let end = first
    let position = 0
    batches.every((batch) => {
      if (batch.unreadable !== null) this.#leaveOut(topic.name, partition, batch)
      const all = visibleRecords(batch).every((record) => {
        const event = readEventRecord(record, around)
        if (typeof event === 'string') this.#counts[event] += 1
        else if (this.#resequencer.offer(event, key, now) === 'beyond') return false
        else position = Math.max(position, event.position)
        end = record.offset + 1
        return true
      })
      if (all) end = batch.last + 1
      return all
    })
    if (end > first) this.#passed.read({ topic: topic.name, partition, end: BigInt(end), position })
    this.#wakes.wake()
    return end
  }

  #leaveOut(topic: string, partition: number, { first, last, unreadable }: FetchedBatch): void {
    this.#counts.damaged += last - first + 1
    this.#parts.log.warn({ topic, partition, offset: first }, `a batch is left out: ${unreadable ?? ''}`)
  }

  #dealtOut(): void {
    this.#from.join()
    this.#resequencer.forgetRefused()
    this.#passed.forget()
    this.#wakes.wake()
  }
}

const expectedIn = new Map<string, ReadonlySet<string>>(topics.map(({ name, events }) => [name, new Set(events)]))

function partitionOfKey(key: string): TopicPartition {
  const [topic = '', partition] = key.split(' ')
  return { topic, partition: Number(partition) }
}
