/**
 * A proposed schema over the events that the topics hold: whether a consumer that has it can read every record there,
 * those of an earlier log among them. What the log itself holds is folded and projected; records here are only read.
 */
import { readTopics, type ReadTopicsOptions, type TopicRecord } from '../../kafka/topics/read-topics.ts'
import { headerTexts } from '../../kafka/client/record-headers.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { topicName, topics, type Topic } from '../../kafka/topics/topics.ts'
import { TwiceReader } from '../../audit/rehearsal/read-twice.ts'
import type { VersionReport } from '../../audit/rehearsal/version-tally.ts'
import type { EventSchemaIds } from '../../contract/registry/event-schema-ids.ts'
import { wireFormat, type WireFormat } from '../../contract/registry/wire-format.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import { eventSchemas } from '../../schemas/events.ts'
import type { Proposal } from '../../audit/rehearsal/proposal.ts'
import type { RecordedEvent } from '../../store/log/feed.ts'

export interface RehearseTopicsOptions {
  readonly kafka: KafkaSettings
  readonly ids: EventSchemaIds
  readonly proposals: readonly Proposal[]
  readonly onProgress?: ReadTopicsOptions['onProgress']
}

/** What became of the records of one topic. */
export interface TopicRehearsal {
  readonly topic: string
  readonly records: number
  /** By event and version: those that a proposal touches. */
  readonly versions: readonly VersionReport[]
  /** Events that no proposal touches, and that can be read. */
  readonly others: number
  /** Not readable today either, or nothing of ours. */
  readonly unreadable: { readonly count: number; readonly first: string | null }
}

export interface TopicsRehearsal {
  /** Nothing failed and nothing changed. */
  readonly ok: boolean
  readonly topics: readonly TopicRehearsal[]
  readonly missing: readonly string[]
}

const types = new Set(Object.keys(eventSchemas))

/** Rejects when the brokers cannot be read; throws SchemaRuleError for a schema that cannot be read with. */
export async function rehearseTopics(options: RehearseTopicsOptions): Promise<TopicsRehearsal> {
  const { kafka, ids, proposals, onProgress } = options
  const wire = wireFormat(ids)
  const carrying = topics.filter(({ use }) => use === 'log' || use === 'copy')
  const readings = new Map(
    carrying.map((topic) => [
      topicName(kafka.prefix, topic.name),
      new TopicReading(topic, new TwiceReader(proposals), wire),
    ]),
  )
  const { missing } = await readTopics({
    kafka,
    topics: [...readings.keys()],
    see(records) {
      for (const record of records) readings.get(record.topic)?.see(record)
    },
    ...(onProgress === undefined ? {} : { onProgress }),
  })
  const reports = [...readings.values()].map((reading) => reading.report()).filter(({ records }) => records > 0)
  return { ok: reports.every(isFine), topics: reports, missing }
}

class TopicReading {
  readonly #topic: Topic
  readonly #reader: TwiceReader
  readonly #wire: WireFormat
  #records = 0
  #others = 0
  #unreadable = 0
  #firstUnreadable: string | null = null

  constructor(topic: Topic, reader: TwiceReader, wire: WireFormat) {
    this.#topic = topic
    this.#reader = reader
    this.#wire = wire
  }

  see(record: TopicRecord): void {
    this.#records += 1
    const event = this.#event(record)
    if (event === null) return
    const twice = this.#reader.read(event, this.#reader.touches(event.type) ? this.#reader.tally(event) : null)
    if (twice.outcome === 'untouched') this.#others += 1
    if (twice.outcome === 'unreadable') this.#cannotRead(record, twice.message)
  }

  /** The place is as the record's headers say it; nothing is decided by it. */
  #event(record: TopicRecord): RecordedEvent | null {
    const { value, headers, timestamp, unreadable } = record
    try {
      if (unreadable !== null) throw new DecodeError('unframed-message', unreadable)
      if (value === null) throw new DecodeError('unframed-message', 'no value')
      const { type, schemaVersion, data } = this.#wire.unframe(value, types)
      const [place, name] = headerTexts(headers, ['ol-position', 'ol-stream'])
      const position = Number(place ?? this.#records)
      const stream = name ?? `${this.#topic.kinds[0] ?? 'order'}-?`
      return { position, stream, version: 0, type, schemaVersion, data, recordedAt: timestamp }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      this.#cannotRead(record, error.message)
      return null
    }
  }

  #cannotRead({ partition, offset }: TopicRecord, message: string): void {
    this.#unreadable += 1
    this.#firstUnreadable ??= `partition ${partition}, offset ${offset}: ${message}`
  }

  report(): TopicRehearsal {
    return {
      topic: this.#topic.name,
      records: this.#records,
      versions: this.#reader.tallies.map((tally) => tally.report()),
      others: this.#others,
      unreadable: { count: this.#unreadable, first: this.#firstUnreadable },
    }
  }
}

function isFine({ versions, unreadable }: TopicRehearsal): boolean {
  return unreadable.count === 0 && versions.every(({ changed, failure }) => changed === 0 && failure === null)
}
