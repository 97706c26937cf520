/** The feed from Kafka, on a real one: the contract of every feed, and what becomes of it when Kafka is not as it should be. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../app/clock.ts'
import { KafkaFeed } from '../kafka/feed.ts'
import { logStore } from '../kafka/log-store.ts'
import { openPool, type Pool } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { dropEverything } from '../store/reset.ts'
import { appendEvents } from './append-events.ts'
import { testDatabase, type TestDatabase } from './database.ts'
import { eventually } from './eventually.ts'
import { feedContract, mixed, positionsOf, readTo, upTo } from './feed-contract.ts'
import { testKafka } from './kafka.ts'
import { makeTopics, openPublisher, silentLog, testWire, type Publisher } from './publish-log.ts'

const kafka = await testKafka()
afterAll(() => kafka?.stop())

describe.skipIf(kafka === null)('on a real Kafka', () => {
  let database: TestDatabase
  let pool: Pool
  let publisher: Publisher
  let settings: Parameters<typeof makeTopics>[0]
  let feed: KafkaFeed

  beforeEach(async () => {
    if (kafka === null) return
    database = await testDatabase()
    pool = openPool(database.url, { name: 'test', max: 5 })
    settings = kafka.settings(`${newId()}.`)
    await makeTopics(settings)
    publisher = await openPublisher(settings, pool)
    feed = openFeed()
  })

  afterEach(async () => {
    await feed.stop()
    await publisher[Symbol.asyncDispose]()
    await pool.end()
    await database.drop()
  })

  function openFeed(capacity?: number): KafkaFeed {
    return new KafkaFeed({
      settings,
      wire: testWire,
      store: logStore(pool),
      log: silentLog,
      monotonic: () => performance.now(),
      ...(capacity === undefined ? {} : { capacity }),
    })
  }

  /** Appends and publishes. */
  async function append(events: Parameters<typeof appendEvents>[1]): Promise<number> {
    const head = await appendEvents(pool, events)
    await publisher.publish({ after: head - events.length })
    return head
  }

  /** Resolves when an empty log is read from Kafka. */
  async function readsKafka(reader = feed): Promise<void> {
    const stop = new AbortController()
    const waiting = reader.next(0, 1, stop.signal)
    await eventually(() => reader.health().source === 'kafka')
    stopLater.push(stop)
    void waiting
  }

  const stopLater: AbortController[] = []
  afterEach(() => stopLater.splice(0).forEach((stop) => stop.abort()))

  const underTest = () => ({
    feed,
    pool,
    append,
    async reset() {
      await dropEverything(pool)
      await migrate(pool)
    },
  })

  feedContract('the feed from Kafka, while it joins,', underTest)

  describe('once it has joined', () => {
    beforeEach(() => readsKafka())
    feedContract('the feed from Kafka', underTest)
  })

  test('reads Kafka, not the store, once it has joined', async () => {
    await readsKafka()
    const head = await append(mixed(500))
    expect(positionsOf(await readTo(feed, { head, limit: 50 }))).toEqual(upTo(head))
    const { source, reason, counts } = feed.health()
    expect({ source, reason }).toEqual({ source: 'kafka', reason: null })
    expect(counts).toMatchObject({ healed: 0, foreign: 0, damaged: 0 })
    expect(counts.stored).toBeLessThan(head / 2)
  })
})
