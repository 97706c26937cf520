/** A log on the topics of a real Kafka, and feeds that put it back in order. */
import { newId } from '../../app/clock.ts'
import type { Addressed } from '../../domain/decision.ts'
import { KafkaFeed, type FeedHealth, type KafkaFeedParts } from '../../kafka/feed/kafka-feed.ts'
import { logStore } from '../../kafka/feed/log-store.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import type { TestKafka } from '../support/kafka.ts'
import { makeTopics, openPublisher, testWire, type Publisher, type PublishOptions } from './publish-log.ts'

export interface KafkaFeeding {
  readonly settings: KafkaSettings
  readonly publisher: Publisher
  /** What the feeds warned of. */
  readonly warnings: readonly string[]
  /** Default: of the topics that `append` fills. */
  open(options?: Partial<Pick<KafkaFeedParts, 'settings' | 'capacity' | 'times'>>): KafkaFeed
  /** The same, once it reads Kafka: the log is empty, and a reader waits at its beginning. */
  openJoined(options?: Pick<KafkaFeedParts, 'capacity'>): Promise<KafkaFeed>
  /** Appends and publishes. Resolves with the head. */
  append(events: readonly Addressed[], change?: PublishOptions['change']): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

/** `wire`: with the ids of a registry; default: as `open` reads them. */
export async function kafkaFeeding(kafka: TestKafka, pool: Pool, wire = testWire): Promise<KafkaFeeding> {
  const settings = kafka.settings(`${newId()}.`)
  await makeTopics(settings)
  const publisher = await openPublisher(settings, pool, wire)
  const feeds: KafkaFeed[] = []
  const readers = new AbortController()
  const warnings: string[] = []
  const warn = (fields: object, message: string) => warnings.push(`${message} ${JSON.stringify(fields)}`)

  function open(options: Partial<Pick<KafkaFeedParts, 'settings' | 'capacity' | 'times'>> = {}): KafkaFeed {
    const feed = new KafkaFeed({
      settings,
      wire,
      store: logStore(pool),
      log: { info: () => undefined, warn, error: warn },
      monotonic: () => performance.now(),
      ...options,
    })
    feeds.push(feed)
    return feed
  }

  return {
    settings,
    publisher,
    warnings,
    open,

    async openJoined(options) {
      const feed = open(options)
      feed.next(0, 1, readers.signal).catch(() => undefined) // the database may go first
      await reads(feed, 'kafka')
      return feed
    },

    async append(events, change) {
      const head = await appendEvents(pool, events)
      await publisher.publish({ after: head - events.length, ...(change === undefined ? {} : { change }) })
      return head
    },

    async [Symbol.asyncDispose]() {
      readers.abort()
      await Promise.all(feeds.map((feed) => feed.stop()))
      await publisher[Symbol.asyncDispose]()
    },
  }
}

/** Resolves when a feed that somebody reads has this source. */
export async function reads(feed: KafkaFeed, source: FeedHealth['source']): Promise<void> {
  await eventually(() => feed.health().source === source, { timeout: 60_000 })
}
