/** Brokers that fall silent without closing a connection, and readers that are stopped while they begin. */
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../kafka/client/connection.ts'
import { LogConsumer, projectorGroup } from '../../kafka/feed/log-consumer.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { mixed, upTo } from './feed-contract.ts'
import { kafkaFeeding, reads } from './kafka-feeding.ts'
import { testKafka, unusedName } from '../support/kafka.ts'
import { jsonOrder, openOrderTopic, startTaker, type OrderTopic } from './order-records.ts'
import { openShop } from '../support/shop.ts'
import { startSilentProxy, type SilentProxy } from '../support/silent-proxy.ts'
import { startStoreProcess, type StoreProcess } from '../support/store-process.ts'

const kafka = await testKafka()

/** A tenth of what a service waits; the session is what a busy machine lets live. */
const TIMES = { silence: 3_000, session: 3_000, heartbeat: 500, again: { first: 100, most: 1_000 } }
/** Who is left behind is a member for as long as nobody looks. */
const LONG = { ...TIMES, session: 30_000 }

/** Far more than a watchdog, its goodbye and a new beginning take. */
const SILENT = { timeout: 120_000 }

/** By their numbers in the protocol, in the order in which a consumer that begins sends them. */
const requests = { ApiVersions: 18, Metadata: 3, FindCoordinator: 10, JoinGroup: 11, SyncGroup: 14, Fetch: 1 }

describe.skipIf(kafka === null)('readers of Kafka', () => {
  if (kafka === null) return
  let database: TestDatabase
  let pool: Pool
  let store: StoreProcess
  let proxy: SilentProxy
  let topic: OrderTopic
  /** By way of the proxy. */
  let settings: KafkaSettings

  beforeAll(async () => {
    database = await testDatabase()
    pool = openPool(database.url, { name: 'test', max: 5 })
    store = await startStoreProcess(database.url, { listens: true })
    const shop = await openShop(database.url)
    await shop.list('A1', 1_000_000)
    for (let index = 0; index < 10; index++) await shop.register(`c${String(index)}`)
    await shop.close()
  })
  afterAll(async () => {
    await store.stop()
    await pool.end()
    await database.drop()
  })

  beforeEach(async () => {
    const direct = kafka.settings(`${unusedName('silent')}-`)
    proxy = await startSilentProxy(kafka.bootstrap[0] ?? '')
    settings = { ...direct, brokers: [proxy.address] }
    topic = await openOrderTopic(direct)
    const made = { proxy, topic }
    onTestFinished(async () => {
      await made.topic.close()
      await made.proxy.stop()
    })
  })

  const taking = (times = TIMES) => {
    const taker = startTaker({ settings, pool, executor: store.committer, times })
    onTestFinished(() => taker.stop())
    return taker
  }
  const sendOrders = () =>
    topic.send(
      Array.from({ length: 10 }, (_, index) =>
        jsonOrder({ customerId: `c${String(index)}`, lines: [{ sku: 'A1', quantity: 1 }] }),
      ),
    )
  const placed = async () => {
    const { rows } = await pool.query<{ count: string }>(`select count(*) from log.events where type = 'OrderPlaced'`)
    return Number(rows[0]?.count)
  }
  const members = async (group: string) => {
    const { groups } = await topic.admin.describeGroups([group])
    return groups[0]?.members.length
  }

  test('of orders notice brokers that fall silent, and go on once they speak', async () => {
    const before = await placed()
    const { taker } = taking()
    await sendOrders()
    await eventually(async () => (await placed()) === before + 10)
    proxy.silence()
    await eventually(() => taker.health().state === 'waiting', SILENT)
    expect(taker.health().reason).toContain('the brokers have been silent')
    proxy.speak()
    await sendOrders()
    await eventually(async () => (await placed()) === before + 20, SILENT)
    expect(taker.health()).toEqual({ state: 'consuming', reason: null })
    expect(await members(topic.topic)).toBe(1)
  })

  test('of the log read the store while brokers are silent, and Kafka once they speak', async () => {
    const own = await testDatabase()
    const ownPool = openPool(own.url, { name: 'test', max: 5 })
    const feeding = await kafkaFeeding(kafka, ownPool)
    const reader = new AbortController()
    const feed = feeding.open({ settings: { ...settings, prefix: feeding.settings.prefix }, times: TIMES })
    const seen: number[] = []
    const reading = (async () => {
      while (!reader.signal.aborted) {
        for (const { position } of await feed.next(seen.at(-1) ?? 0, 500, reader.signal)) seen.push(position)
      }
    })()
    onTestFinished(async () => {
      reader.abort()
      await reading
      await feeding[Symbol.asyncDispose]()
      await ownPool.end()
      await own.drop()
    })
    await reads(feed, 'kafka')
    let head = await feeding.append(mixed(200))
    await eventually(() => seen.length === head)
    proxy.silence()
    head = await feeding.append(mixed(200))
    await eventually(() => seen.length === head)
    expect(feed.health().source).toBe('store')
    await eventually(() => feeding.warnings.some((line) => line.includes('the brokers have been silent')), SILENT)
    proxy.speak()
    await eventually(async () => {
      head = await feeding.append(mixed(20))
      return feed.health().source === 'kafka'
    }, SILENT)
    await eventually(() => seen.length === head)
    expect(seen).toEqual(upTo(head))
    expect(await members(projectorGroup(feeding.settings.prefix))).toBe(1)
  })

  test.each(Object.entries(requests))(
    'that are stopped at their first %s leave nobody behind in the group',
    async (_, kind) => {
      const group = projectorGroup(settings.prefix)
      const consumer = new LogConsumer({
        settings,
        log: silentLog,
        monotonic: () => performance.now(),
        times: LONG,
        take: ({ batches }) => (batches.at(-1)?.last ?? 0) + 1,
        joined: () => undefined,
        lost: () => undefined,
      })
      let passing = proxy.passing(kind)
      consumer.start()
      await passing
      await consumer.stop()
      passing = proxy.passing(kind)
      const first = taking(LONG)
      await passing
      await first.stop()
      expect([await members(group), await members(topic.topic)]).toEqual([0, 0])

      // The next member has all partitions, and shares them with nobody.
      const before = await placed()
      taking(LONG)
      await sendOrders()
      await eventually(async () => (await placed()) === before + 10)
      expect([await members(group), await members(topic.topic)]).toEqual([0, 1])
    },
  )
})
