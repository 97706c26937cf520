/**
 * Verifies what is on the topics of the log against the log itself: every stored event that the relay has published is on
 * its topic or counted as lost there, first occurrences are in version order, and nothing is there that is not stored.
 *
 * What is lost on Kafka is no breach: readers take it from the store. Where nothing is lost, the laws of stock and money are
 * worked out from the topics alone. Memory: 5 bytes for each event of the log, and 40 for each stream; the rest is spilled.
 */
import { crc32 } from 'node:zlib'
import { IntegerTable } from './spill/integer-table.ts'
import type { Spill } from './spill/spill-file.ts'
import { tally, type Check, type Locate } from './tally.ts'
import { TopicFold } from './topics/topic-fold.ts'
import type { WireFormat } from '../contract/registry/wire-format.ts'
import type { Position } from '../store/commit/command.ts'
import type { RecordedEvent } from '../store/log/feed.ts'
import type { LogSource } from '../store/log/log-source.ts'
import { readEventRecord } from '../kafka/event-record.ts'
import { readTopics, type TopicRecord } from '../kafka/topics/read-topics.ts'
import { headerTexts } from '../kafka/client/record-headers.ts'
import type { KafkaSettings } from '../kafka/settings.ts'
import { topicName, topicOfStream, keyOfStream, topics, type Topic } from '../kafka/topics/topics.ts'
import { partitionOf } from '../schemas/partition-of.ts'

export interface VerifyTopicsOptions {
  readonly kafka: KafkaSettings
  readonly wire: WireFormat
  /** `ce_source` of this log. */
  readonly source: string
  readonly log: LogSource
  /** Up to where the relay has published. */
  readonly published: Position
  readonly spill: Spill
  /** What is stored at a position, for the words of a breach. */
  readonly locate: Locate
  readonly onProgress?: (records: number, of: number) => void
}

export interface TopicsVerification {
  readonly checks: readonly Check[]
  /** Stored and published, and no longer on its topic, or never: retention, deletion, or a lost acknowledged record. */
  readonly lost: number
  readonly firstLost: Position | null
  /** False: with what is lost, the laws of stock and money cannot be judged by the topics alone. */
  readonly judged: boolean
  /** Again on its topic, where it was already: the relay publishes at least once. */
  readonly duplicates: number
  /** Of other logs: those of an earlier database in the same topics. */
  readonly foreign: number
  readonly missingTopics: readonly string[]
}

const ours = topics.filter(({ use }) => use === 'log')

/** Rejects when the brokers or the database cannot be read, or with a SpillError; whatever it finds is in the checks. */
export async function verifyTopics(options: VerifyTopicsOptions): Promise<TopicsVerification> {
  const { kafka, wire, source, log, published, spill, locate, onProgress } = options
  const stored = await digests(log)
  const audit = new TopicsAudit(stored, new TopicFold(spill, stored.length - 1))
  const byName = new Map(ours.map((topic) => [topicName(kafka.prefix, topic.name), topic]))
  const expected = new Map(ours.map((topic) => [topic.name, new Set<string>(topic.events)]))
  const { missing } = await readTopics({
    kafka,
    topics: [...byName.keys()],
    see(records) {
      for (const record of records) {
        const topic = byName.get(record.topic)
        if (topic === undefined) continue
        const event = readEventRecord(record, { wire, source, expected: expected.get(topic.name) ?? new Set() })
        audit.see(record, topic, event)
      }
    },
    ...(onProgress === undefined ? {} : { onProgress }),
  })
  return { ...(await audit.finish(published, locate)), missingTopics: missing }
}

/** Of each position, 32 bits of what is stored there; index 0 is unused. */
async function digests(log: LogSource): Promise<Uint32Array> {
  const found = new Uint32Array((log.head ?? 0) + 1)
  for await (const events of log.pages(0)) for (const event of events) found[event.position] = digest(event)
  return found
}

function digest({ stream, version, type, schemaVersion, data, recordedAt }: RecordedEvent): number {
  return crc32(data, crc32(`${stream}\n${version}\n${type}\n${schemaVersion}\n${recordedAt}`))
}

class TopicsAudit {
  readonly #stored: Uint32Array
  /** By position: 1 once its event was seen. */
  readonly #seen: Uint8Array
  readonly #fold: TopicFold
  readonly #streams = new IntegerTable(1)
  readonly #ordered = tally(1, 'topics-ordered')
  readonly #onlyStored = tally(1, 'topics-stored')
  #duplicates = 0
  #foreign = 0

  constructor(stored: Uint32Array, fold: TopicFold) {
    this.#stored = stored
    this.#fold = fold
    this.#seen = new Uint8Array(stored.length)
  }

  see(record: TopicRecord, topic: Topic, event: ReturnType<typeof readEventRecord>): void {
    if (event === 'foreign' && fromAnotherLog(record)) {
      this.#foreign += 1
      return
    }
    this.#onlyStored.count()
    if (typeof event === 'string') {
      const what = event === 'foreign' ? 'was not written by a relay' : 'is damaged, or belongs to another topic'
      this.#onlyStored.breach(`${at(record)} ${what}`)
      return
    }
    const { position, stream } = event
    if (position >= this.#stored.length) {
      // Written while we were reading: what is stored there was not read.
      return
    }
    if (this.#stored[position] !== digest(event)) {
      this.#onlyStored.breach(`${at(record)} says position ${position} of ${stream}, but another event is stored there`)
    } else if (topicOfStream(stream).name !== topic.name) {
      this.#onlyStored.breach(`${at(record)} belongs to the topic ${topicOfStream(stream).name}`)
    } else if (partitionOf(keyOfStream(stream), topic.partitions) !== record.partition) {
      this.#onlyStored.breach(`${at(record)} belongs to another partition`)
    } else {
      this.#occurred(record, event)
    }
  }

  #occurred(record: TopicRecord, event: RecordedEvent): void {
    const { position, stream, version } = event
    if (this.#seen[position] === 1) {
      this.#duplicates += 1
      return
    }
    this.#seen[position] = 1
    this.#ordered.count()
    const row = this.#streams.row(stream)
    const before = this.#streams.get(row, 0)
    if (version < before) {
      this.#ordered.breach(`${at(record)} has version ${version} of ${stream} first after version ${before}`)
    }
    this.#streams.set(row, 0, Math.max(version, before))
    this.#fold.add(event, commandOf(record))
  }

  async finish(published: Position, locate: Locate): Promise<Omit<TopicsVerification, 'missingTopics'>> {
    const until = Math.min(published, this.#stored.length - 1)
    let lost = 0
    let firstLost: Position | null = null
    for (let position = 1; position <= until; position++) {
      if (this.#seen[position] === 1) continue
      lost += 1
      firstLost ??= position
    }
    const published_ = { law: 1, name: 'topics-published', counted: until, breaches: 0, first: null }
    const isWhole = until === this.#stored.length - 1
    const laws = lost > 0 ? [] : await this.#fold.judge(until, { isWhole, locate })
    return {
      checks: [published_, this.#ordered.check(), this.#onlyStored.check(), ...laws],
      lost,
      firstLost,
      judged: lost === 0,
      duplicates: this.#duplicates,
      foreign: this.#foreign,
    }
  }
}

/** Half of the command's id, as the span of its trace: events of one command stand side by side and share it. */
function commandOf({ headers }: TopicRecord): string {
  return headerTexts(headers, ['traceparent'])[0]?.split('-')[2] ?? ''
}

/** A log of ours, but not this one: that of a database that was reset, or from which this one was restored. */
function fromAnotherLog({ headers }: TopicRecord): boolean {
  return headerTexts(headers, ['ce_source'])[0]?.startsWith('orderledger:') === true
}

function at({ topic, partition, offset }: TopicRecord): string {
  return `${topic} ${partition}@${offset}`
}
