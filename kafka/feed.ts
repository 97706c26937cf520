/**
 * The feed from the topics of the log: its partitions woven back into the log's order, with the store to fall back on.
 *
 *   store --Kafka shows what is new within a second--> kafka
 *   kafka --the client is thrown away, or the log has grown and nothing of it came for 5 s--> store
 *
 * While it reads from Kafka, an event that does not come (one behind it has been there for 500 ms) is read from the
 * store: lost, damaged and foreign records change nothing but a count. So does a reader who asks for what was given out
 * already: one that begins again at its checkpoint, or a projection behind the others.
 *
 * Nothing from Kafka is trusted: readEventRecord checks bounds and that a record is of this log and arrived as it was
 * written. A record that somebody forged with the right source and checksum cannot be told from a true one: who may
 * write to the topics of the log is for the cluster to say.
 */
import type { Position } from '../store/command.ts'
import { requireDense, type Feed, type RecordedEvent } from '../store/feed.ts'
import type { WireFormat } from '../registry/wire-format.ts'
import type { KafkaLog } from './connection.ts'
import { readEventRecord, sourceOf } from './event-record.ts'
import { LogConsumer, type PartitionRecords, type TopicPartition } from './log-consumer.ts'
import { PassedOffsets } from './passed-offsets.ts'
import type { KafkaSettings } from './settings.ts'
import { topics } from './topics.ts'
import { Wakes } from './wakes.ts'
import { Weave, WEAVE_CAPACITY } from './weave.ts'

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
}

export interface LogStore {
  /** The events behind a position, at most `limit`, in log order. */
  readonly read: (after: Position, limit: number) => Promise<readonly RecordedEvent[]>
  /** Which log this is (log.identity). */
  readonly identity: () => Promise<string>
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
/** How long the log may have grown without anything coming from Kafka. */
const SILENT_MS = 5_000
/** Kafka has caught up when it shows what was not yet written so long ago. */
const CAUGHT_UP_MS = 1_000
/** How long a reader waits at most for a hint before it looks by itself. */
const POLL_MS = { store: 250, kafka: 1_000 }
/** Between two looks at what did not come: the log may have less than Kafka shows. */
const LOOK_MS = 50
const COMMIT_MS = 1_000

const JOINING = { from: 'store', reason: 'the consumer has not joined its group yet' } as const

export class KafkaFeed implements Feed {
  readonly #parts: KafkaFeedParts
  readonly #weave: Weave
  readonly #consumer: LogConsumer
  readonly #wakes = new Wakes()
  readonly #passed = new PassedOffsets()
  readonly #readers = new Set<AbortSignal>()
  readonly #counts = { healed: 0, foreign: 0, damaged: 0, stored: 0 }
  #source: string | null = null
  #reading: { readonly from: 'kafka' } | { readonly from: 'store'; readonly reason: string } = JOINING
  #joined = false
  /** Kafka has not been silent since its partitions were dealt out. */
  #trusted = false
  #head: Position = 0
  /** Where the reader of the store stood lately. */
  #mark: { readonly position: Position; readonly at: number }
  /** Since when the log is known to have grown beyond a position, and that position. */
  #behind: { readonly position: Position; readonly since: number } | null = null
  #lastLook = -Infinity
  #lastCommit = -Infinity

  constructor(parts: KafkaFeedParts) {
    this.#parts = parts
    this.#weave = new Weave(parts.capacity ?? WEAVE_CAPACITY)
    this.#mark = { position: 0, at: -Infinity }
    this.#consumer = new LogConsumer({
      settings: parts.settings,
      log: parts.log,
      monotonic: parts.monotonic,
      take: (records) => this.#take(records),
      joined: () => this.#dealtOut(),
      lost: (reason) => this.#lost(reason),
    })
  }

  /** A hint that the log has grown to `head`. */
  headMoved(head: Position): void {
    if (head <= this.#head) return
    this.#head = head
    if (this.#reading.from === 'store') this.#wakes.wake()
  }

  async next(after: Position, limit: number, signal: AbortSignal): Promise<readonly RecordedEvent[]> {
    while (!signal.aborted) {
      await this.#attend(signal)
      const events = await this.#some(after, limit)
      if (events.length > 0) return events
      await this.#wakes.wait(this.#patience(), signal)
    }
    return []
  }

  health(): FeedHealth {
    const reason = this.#reading.from === 'store' ? this.#reading.reason : null
    const counts = { ...this.#counts, duplicates: this.#weave.duplicates }
    return { source: this.#reading.from, reason, held: this.#weave.held, counts }
  }

  /** Resolves when the group is left. */
  async stop(): Promise<void> {
    this.#readers.clear()
    await this.#leave()
  }

  /** A consumer is in the group only while somebody reads: another process may be the one that reads. */
  async #attend(signal: AbortSignal): Promise<void> {
    if (this.#readers.has(signal)) return
    this.#source ??= sourceOf(await this.#parts.store.identity())
    if (signal.aborted || this.#readers.has(signal)) return
    this.#readers.add(signal)
    signal.addEventListener('abort', () => {
      if (this.#readers.delete(signal) && this.#readers.size === 0) void this.#leave()
    })
    if (this.#readers.size === 1) this.#consumer.start()
  }

  async #leave(): Promise<void> {
    this.#joined = false
    this.#reading = JOINING
    await this.#consumer.stop()
  }

  /** What there is now. */
  async #some(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    const weave = this.#weave
    const given = weave.expected - 1 - after
    if (given > 0) {
      const events = await this.#stored(after, Math.min(limit, given))
      if (events.length === 0) await this.#otherLog(after)
      return events
    }
    weave.skipTo(after + 1)
    const woven = await this.#woven(limit)
    this.#goOn(after)
    if (woven.length > 0) {
      if (this.#joined) this.#readKafka()
      return woven
    }
    return this.#reading.from === 'kafka' ? this.#awaited(after, limit) : this.#fromStore(after, limit)
  }

  /** What Kafka has of the next events, and from the store what of it is overdue. */
  async #woven(limit: number): Promise<readonly RecordedEvent[]> {
    const weave = this.#weave
    let events = weave.take(limit)
    while (events.length < limit) {
      const now = this.#parts.monotonic()
      const count = weave.overdue(limit - events.length, now - MISSING_MS)
      if (count === 0 || (events.length === 0 && now - this.#lastLook < LOOK_MS)) break
      this.#lastLook = now
      const { expected } = weave
      const missing = await this.#stored(expected - 1, count)
      if (missing.length === 0 || weave.expected !== expected) break
      this.#counts.healed += weave.missing(missing.length)
      weave.skipTo(expected + missing.length)
      events = [...events, ...missing, ...weave.take(limit - events.length - missing.length)]
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
    if (this.#behind?.position !== after) this.#behind = { position: after, since: now }
    if (now - this.#behind.since < SILENT_MS) return []
    this.#trusted = false
    this.#readStore(`nothing came from Kafka for ${String(SILENT_MS / 1_000)} s, though the log has grown`)
    // After a reset of the database, what comes is of another log.
    this.#source = sourceOf(await this.#parts.store.identity())
    return this.#fromStore(after, limit)
  }

  async #fromStore(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    const now = this.#parts.monotonic()
    const caughtUp = this.#weave.furthest > this.#mark.position
    if (this.#joined && caughtUp) this.#readKafka()
    if (now - this.#mark.at > CAUGHT_UP_MS) this.#mark = { position: after, at: now }
    const events = await this.#stored(after, limit)
    this.#weave.skipTo(after + events.length + 1)
    if (events.length > 0) return events
    this.#head = Math.min(this.#head, after) // a hint of another log, before a restore, would mislead for ever
    if (this.#joined && this.#trusted) this.#readKafka()
    return []
  }

  async #stored(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    const events = await this.#parts.store.read(after, limit)
    requireDense(events, after)
    this.#counts.stored += events.length
    return events
  }

  /** The log ends before what we gave out: it is not the log that it was. */
  async #otherLog(after: Position): Promise<void> {
    this.#source = sourceOf(await this.#parts.store.identity())
    this.#head = after
    this.#behind = null
    this.#weave.startOver(after + 1)
    this.#readStore('the log was replaced by another')
    this.#parts.log.warn({ position: after }, 'the log is shorter than it was: it was reset or restored')
    this.#goOn(after)
  }

  /** Asks for the partitions that fit in again, and now and then tells the group how far the reader is. */
  #goOn(after: Position): void {
    const welcome = this.#weave.takeWelcome().map(partitionOfKey)
    if (welcome.length > 0) this.#consumer.resume(welcome)
    const now = this.#parts.monotonic()
    if (!this.#joined || now - this.#lastCommit < COMMIT_MS) return
    this.#lastCommit = now
    const passed = this.#passed.take(after)
    if (passed.length > 0) this.#consumer.commit(passed).catch(() => undefined) // only a hint; the next one says more
  }

  /** How long to wait for what may come. */
  #patience(): number {
    const since = this.#weave.waitingSince()
    const poll = POLL_MS[this.#reading.from]
    if (since === null) return poll
    return Math.min(poll, Math.max(LOOK_MS, since + MISSING_MS - this.#parts.monotonic()))
  }

  #take({ topic, partition, messages }: PartitionRecords): number {
    const expected = expectedIn.get(topic.name) ?? new Set()
    const around = { wire: this.#parts.wire, source: this.#source ?? '', expected }
    const key = `${topic.name} ${String(partition)}`
    const now = this.#parts.monotonic()
    let taken = 0
    let position = 0
    for (const message of messages) {
      const event = readEventRecord(message, around)
      if (typeof event === 'string') this.#counts[event] += 1
      else if (this.#weave.offer(event, key, now) === 'beyond') break
      else position = Math.max(position, event.position)
      taken += 1
    }
    const last = messages[taken - 1]
    if (last !== undefined) this.#passed.read({ topic: topic.name, partition, end: BigInt(last.offset) + 1n, position })
    this.#wakes.wake()
    return taken
  }

  #dealtOut(): void {
    this.#joined = true
    this.#trusted = true
    this.#weave.forgetRefused()
    this.#passed.forget()
    this.#wakes.wake()
  }

  #lost(reason: string): void {
    this.#joined = false
    this.#readStore(reason)
    this.#wakes.wake()
  }

  #readStore(reason: string): void {
    if (this.#reading.from === 'kafka') this.#parts.log.warn({ reason }, 'the feed reads the store')
    this.#reading = { from: 'store', reason }
    this.#mark = { position: this.#weave.expected - 1, at: this.#parts.monotonic() }
  }

  #readKafka(): void {
    if (this.#reading.from === 'store') this.#parts.log.info({}, 'the feed reads Kafka')
    this.#reading = { from: 'kafka' }
    this.#behind = null
  }
}

const expectedIn = new Map<string, ReadonlySet<string>>(topics.map(({ name, events }) => [name, new Set(events)]))

function partitionOfKey(key: string): TopicPartition {
  const [topic = '', partition] = key.split(' ')
  return { topic, partition: Number(partition) }
}
