/** The feed from Kafka, on a real one: the contract of every feed, and records that are not as they should be. */
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { projectorGroup } from '../../kafka/feed/log-consumer.ts'
import type { KafkaFeed } from '../../kafka/feed/kafka-feed.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { migrate } from '../../store/postgres/migrate.ts'
import { dropEverything } from '../../store/postgres/reset.ts'
import { appendEvents } from '../support/append-events.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { feedContract, mixed, positionsOf, readTo, receipts, upTo } from './feed-contract.ts'
import { testKafka } from '../support/kafka.ts'
import { kafkaFeeding, reads, type KafkaFeeding } from './kafka-feeding.ts'
import type { PublishOptions, Sent } from './publish-log.ts'
import { snappyOfLiterals } from '../data/snappy-of-literals.ts'

const { CompressionCodecs, CompressionTypes } = kafkajs

const kafka = await testKafka()

describe.skipIf(kafka === null)('the feed from Kafka', () => {
  let database: TestDatabase
  let pool: Pool
  let feeding: KafkaFeeding

  beforeEach(async () => {
    if (kafka === null) return
    database = await testDatabase()
    pool = openPool(database.url, { name: 'test', max: 5 })
    feeding = await kafkaFeeding(kafka, pool)
  })

  afterEach(async () => {
    await feeding[Symbol.asyncDispose]()
    await pool.end()
    await database.drop()
  })

  describe.each([
    ['while it joins its group', () => Promise.resolve(feeding.open())],
    ['once it has joined', () => feeding.openJoined()],
  ])('%s', (_, open) => {
    let feed: KafkaFeed
    beforeEach(async () => {
      feed = await open()
    })
    feedContract('the feed from Kafka', () => ({
      feed,
      pool,
      append: (events) => feeding.append(events),
      async reset() {
        await dropEverything(pool)
        await migrate(pool)
      },
    }))
  })

  test('reads nothing from the store while Kafka has everything', async () => {
    const feed = await feeding.openJoined()
    const head = await feeding.append(mixed(2_000))
    expect(positionsOf(await readTo(feed, { after: 1, head, limit: 500 }))).toEqual(upTo(head, 1))
    const { source, reason, counts } = feed.health()
    expect({ source, reason }).toEqual({ source: 'kafka', reason: null })
    expect(counts).toEqual({ healed: 0, duplicates: 0, foreign: 0, damaged: 0, stored: 0 })
  })

  test('tells the group how far the reader is, and begins there again', async () => {
    const feed = await feeding.openJoined()
    const head = await feeding.append(mixed(300))
    await readTo(feed, { after: 1, head, limit: 500 })
    const waiting = new AbortController()
    wait(feed, head, 1, waiting.signal)
    const committed = async () => {
      const admin = feeding.publisher.kafka.admin()
      await admin.connect()
      const topic = `${feeding.settings.prefix}inventory`
      const [of] = await admin.fetchOffsets({ groupId: projectorGroup(feeding.settings.prefix), topics: [topic] })
      await admin.disconnect()
      return (of?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)
    }
    await eventually(async () => (await committed()) === head)
    waiting.abort()
    await feed.stop()
    const again = feeding.open()
    const more = readTo(again, { after: head, head: head + 100, limit: 10 })
    await feeding.append(mixed(100))
    await more
    wait(again, head + 100, 1, AbortSignal.timeout(60_000))
    await reads(again, 'kafka')
    expect(again.health().counts.duplicates).toBeLessThanOrEqual(100)
  })

  test.each([
    ['to the beginning', () => '0'],
    ['to the end', (high: string) => high],
    ['beyond the end', (high: string) => String(Number(high) + 1_000)],
  ])('gives the log whole when the offsets of its group are set %s by hand', async (_, offsetOf) => {
    const head = await feeding.append(mixed(500))
    const admin = feeding.publisher.kafka.admin()
    await admin.connect()
    const topic = `${feeding.settings.prefix}inventory`
    const ends = await admin.fetchTopicOffsets(topic)
    const partitions = ends.map(({ partition, high }) => ({ partition, offset: offsetOf(high) }))
    await admin.setOffsets({ groupId: projectorGroup(feeding.settings.prefix), topic, partitions })
    await admin.disconnect()
    const feed = feeding.open()
    expect(positionsOf(await readTo(feed, { head, limit: 50 }))).toEqual(upTo(head))
    const more = readTo(feed, { after: head, head: head + 200, limit: 50 })
    await feeding.append(mixed(200))
    expect(positionsOf(await more)).toEqual(upTo(head + 200, head))
  })

  describe('heals from the store, and counts,', () => {
    /** Publishes a log with something done to its records, and reads it back. */
    async function readBack(change: NonNullable<PublishOptions['change']>, count = 1_000) {
      const feed = await feeding.openJoined()
      const head = await feeding.append(mixed(count), change)
      const events = await readTo(feed, { after: 1, head, limit: 500 })
      expect(positionsOf(events)).toEqual(upTo(head, 1))
      // The first was taken by the reader that waited for it.
      return feed.health()
    }

    const each = (every: number, change: (sent: Sent) => readonly Sent[]): NonNullable<PublishOptions['change']> => {
      return (sent, { position }) => (position % every === 0 ? change(sent) : [sent])
    }

    test('a tenth of the records, which a false ack lost', async () => {
      const { counts, source } = await readBack(each(10, () => []))
      // The last one is missing too: nothing behind it says so, so Kafka is silent, and the store is read.
      expect(counts.healed).toBe(99)
      expect(source).toBe('store')
    })

    test('long runs of records, one next to the other', async () => {
      const { counts } = await readBack((sent, { position }) => (position % 400 < 300 && position > 1 ? [] : [sent]))
      // The last run has nothing behind it.
      expect(counts.healed).toBe(298 + 300)
    })

    const damaged: readonly (readonly [string, 'foreign' | 'damaged', (sent: Sent) => Sent])[] = [
      ['of another log', 'foreign', (sent) => withHeader(sent, 'ce_source', 'orderledger:another')],
      ['without headers', 'foreign', ({ headers: _, ...sent }) => sent],
      ['without a value', 'foreign', (sent) => ({ ...sent, value: null })],
      ['with another key', 'damaged', (sent) => ({ ...sent, key: 'another' })],
      ['with no position', 'damaged', (sent) => withHeader(sent, 'ol-position', 'seven')],
      ['with a schema id of nobody', 'damaged', (sent) => ({ ...sent, value: Buffer.from([0, 0, 1, 0, 0, 1]) })],
      ['that are empty', 'damaged', (sent) => ({ ...sent, value: Buffer.alloc(0) })],
      ['that are as large as the topic allows', 'damaged', (sent) => ({ ...sent, value: Buffer.alloc(900_000, 1) })],
    ]

    test.each(damaged)('records %s', async (_, fault, change) => {
      const { counts } = await readBack(
        each(100, (sent) => [change(sent)]),
        450,
      )
      expect(counts).toMatchObject({ healed: 4, foreign: 0, damaged: 0, [fault]: 4 })
    })

    test('nothing, when strange records come beside the right ones', async () => {
      const { counts } = await readBack(
        each(50, (sent) => [...damaged.slice(0, 4).map(([, , change]) => change(sent)), sent]),
      )
      expect(counts).toMatchObject({ healed: 0, foreign: 60, damaged: 20 })
    })

    test('nothing, when records come twice, or many of them again', async () => {
      const { counts } = await readBack((sent) => [sent, sent])
      expect(counts.healed).toBe(0)
      // The event by which it joined: on a busy machine Kafka was silent for too long before it.
      expect(counts.stored).toBeLessThanOrEqual(1)
      // At least: Kafka may give a record again by itself.
      expect(counts.duplicates).toBeGreaterThanOrEqual(1_000)
    })

    test('a batch that it cannot decode, and goes on behind it', async () => {
      const feed = await feeding.openJoined()
      const head = await feeding.append(mixed(100))
      await readTo(feed, { after: 1, head, limit: 500 })
      const before = CompressionCodecs[CompressionTypes.Snappy]
      const undecodable = {
        compress: snappyOfLiterals,
        decompress: () => Promise.reject(new TypeError('no such codec')),
      }
      CompressionCodecs[CompressionTypes.Snappy] = () => undecodable
      try {
        const next = await appendEvents(pool, mixed(50))
        await feeding.publisher.publish({ after: head, compression: CompressionTypes.Snappy })
        expect(positionsOf(await readTo(feed, { after: head, head: next, limit: 500 }))).toEqual(upTo(next, head))
        expect(feed.health().counts.damaged).toBe(50)
        // What comes behind it is read from Kafka again.
        await readsKafkaAgain({ feed, feeding }, next)
        expect(feeding.warnings.join()).toContain('no such codec')
      } finally {
        CompressionCodecs[CompressionTypes.Snappy] = before
      }
    })
  })

  test('keeps no more than its window while the reader stands still, and goes on when it reads on', async () => {
    const capacity = 500
    const feed = await feeding.openJoined({ capacity })
    const head = await feeding.append(mixed(5_000))
    await eventually(() => feed.health().held > capacity / 2)
    const seen: number[] = []
    for (let after = 1; after < head;) {
      const events = await feed.next(after, 100, AbortSignal.timeout(60_000))
      seen.push(...positionsOf(events))
      after += events.length
      expect(feed.health().held).toBeLessThanOrEqual(capacity)
    }
    expect(seen).toEqual(upTo(head, 1))
  })

  test('leaves the group when its reader is gone, so that another may read', async () => {
    const [first, second] = [feeding.open(), feeding.open()]
    const term = new AbortController()
    wait(first, 0, 1, term.signal)
    await reads(first, 'kafka')
    term.abort()
    wait(second, 0, 1, AbortSignal.timeout(60_000))
    await reads(second, 'kafka')
    const head = await feeding.append(mixed(300))
    expect(positionsOf(await readTo(second, { after: 1, head, limit: 500 }))).toEqual(upTo(head, 1))
    await readsKafkaAgain({ feed: second, feeding }, head)
  })
})

/** A reader that waits, and that nobody listens to. */
function wait(feed: KafkaFeed, after: number, limit: number, signal: AbortSignal): void {
  feed.next(after, limit, signal).catch(() => undefined)
}

function withHeader(sent: Sent, name: string, value: string): Sent {
  return { ...sent, headers: { ...sent.headers, [name]: value } }
}

interface Read {
  readonly feed: KafkaFeed
  readonly feeding: KafkaFeeding
}

/** Waits until what is appended comes from Kafka: on a busy machine it may have been silent for too long before. */
async function readsKafkaAgain({ feed, feeding }: Read, head: number): Promise<void> {
  let last = head
  await eventually(
    async () => {
      const more = await feeding.append(receipts(1))
      await readTo(feed, { after: last, head: more, limit: 10 })
      last = more
      return feed.health().source === 'kafka'
    },
    { timeout: 60_000 },
  )
}
