/** A shop in several processes on a cluster of three brokers, under load all the time, and what can go wrong with it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { topicName } from '../../kafka/topics/topics.ts'
import { brokenRegistry } from '../contract/broken-registry.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { changeTopics } from './change-topics.ts'
import type { Answered } from './ordering-client.ts'
import { expectVerified, holdToAnswers } from './shop.ts'
import { metric, openShopOnKafka, whileAllAway, type ShopOnKafka } from './shop-on-kafka.ts'
import { startLoad, type SteadyLoad } from './steady-load.ts'
import { ownKafka } from '../support/kafka.ts'

const kafka = await ownKafka({ brokers: 3 })
afterAll(() => kafka?.stop())

const PLAN = { products: 20, stock: 10_000_000 }
/** Orders that have to be taken while something is away. */
const MEANWHILE = 15

/** Of one test: each takes ten to twenty seconds where nothing else runs. */
const TIMEOUT_MS = 300_000

describe.skipIf(kafka === null)('a shop on a cluster of three', { timeout: TIMEOUT_MS }, () => {
  if (kafka === null) return
  const { brokers } = kafka
  let database: TestDatabase
  let shop: ShopOnKafka
  let load: SteadyLoad
  const answers: Answered[] = []
  let loads = 0

  beforeAll(async () => {
    database = await testDatabase()
    shop = await openShopOnKafka({
      databaseUrl: database.url,
      settings: kafka.settings('shop.'),
      plan: PLAN,
      roles: ['api', 'relay,projector', 'relay,projector'],
    })
  })

  afterAll(async () => {
    await shop?.stop()
    await database?.drop()
  })

  const begin = () => {
    const url = () => shop.having('api')[0]?.supervisor.url ?? ''
    load = startLoad({ label: `load-${String(++loads)}`, plan: PLAN, perSecond: 20, url })
  }

  /** What has to hold after each fault: nothing is lost or done twice, in the store, on the topics and in the rows. */
  const settle = async () => {
    await load.stop()
    await shop.caughtUp()
    await holdToAnswers(database.url, [...answers, ...load.client.answers])
    return expectVerified(shop.dataDir)
  }

  const wholeOnItsTopics = { lost: 0, foreign: 0, missingTopics: [] }

  afterEach(async () => {
    // What one test could not make good is not the fault of the next one.
    await load.stop().catch(() => undefined)
    answers.push(...load.client.answers)
    await Promise.all(brokers.filter((broker) => broker.pid() === null).map((broker) => broker.start()))
  })

  test('takes orders and loses nothing while each broker is killed in turn, and so every leader and coordinator', async () => {
    begin()
    for (const broker of brokers) {
      await broker.kill('SIGKILL')
      await load.placed(MEANWHILE)
      const head = await shop.head()
      await eventually(async () => (await shop.published()) >= head, { timeout: 60_000 })
      await broker.start()
    }
    expect((await settle()).topics).toMatchObject(wholeOnItsTopics)
  })

  test('takes orders and loses nothing while the brokers are restarted one after the other', async () => {
    begin()
    for (const broker of brokers) {
      await broker.kill('SIGTERM')
      await load.placed(MEANWHILE)
      await broker.start()
    }
    expect((await settle()).topics).toMatchObject(wholeOnItsTopics)
  })

  test('takes and shows orders while two brokers are away, and all three, and publishes them when they are back', async () => {
    begin()
    const [one, two, three] = brokers
    await Promise.all([one?.kill('SIGKILL'), two?.kill('SIGKILL')])
    await load.placed(MEANWHILE)
    await three?.kill('SIGKILL')
    await load.placed(MEANWHILE)
    const placed = load.client.answers.at(-1)
    const { orderId } = JSON.parse(placed?.body ?? '') as { orderId: string }
    const api = shop.having('api')[0]?.supervisor.url ?? ''
    await eventually(async () => (await fetch(`${api}/orders/${orderId}?after=${String(placed?.position)}`)).ok)
    expect(await shop.published()).toBeLessThan(placed?.position ?? 0)
    await Promise.all(brokers.map((broker) => broker.start()))
    expect((await settle()).topics).toMatchObject(wholeOnItsTopics)
  })

  test('goes on when the process that publishes and projects is killed, and when it sleeps and wakes', async () => {
    begin()
    const first = await eventually(() => shop.working('relay'))
    await first.supervisor.service.kill()
    await first.supervisor.restarted()
    const second = await eventually(() => shop.working('relay'))
    second.supervisor.service.signal('SIGSTOP')
    const third = await eventually(async () => {
      const works = await shop.working('relay')
      return works === second ? null : works
    })
    const before = await shop.published()
    await eventually(async () => (await shop.published()) > before + MEANWHILE)
    second.supervisor.service.signal('SIGCONT')
    await load.placed(MEANWHILE)
    expect(await shop.working('relay')).toBe(third)
    expect((await settle()).topics).toMatchObject(wholeOnItsTopics)
  })

  test('publishes and shows orders while the registry is away', async () => {
    begin()
    const workers = shop.having('relay')
    const registry = await brokenRegistry(`${shop.having('api')[0]?.supervisor.url ?? ''}/registry`)
    const warm = await shop.add('relay,projector', { SCHEMA_REGISTRY_URL: registry.url })
    await registry.behave('down')
    await whileAllAway(workers, async () => {
      await load.placed(MEANWHILE)
      await shop.caughtUp()
      expect(await shop.working('relay')).toBe(warm)
    })
    await registry.close()
    await warm.supervisor.settle()
    await warm.supervisor.stop()
    expect((await settle()).topics).toMatchObject(wholeOnItsTopics)
  })

  test('reads its rows from Kafka again after all of this', async () => {
    begin()
    // Kafka may be late on a busy machine, and the store is read meanwhile: one stretch without it is what is asked.
    await eventually(
      async () => {
        const works = await shop.working('projector')
        if (works === null) return false
        const stored = await metric(works.supervisor.url, 'feed_stored_total')
        await load.placed(MEANWHILE)
        await shop.caughtUp()
        return stored !== null && (await metric(works.supervisor.url, 'feed_stored_total')) === stored
      },
      { timeout: 120_000 },
    )
    await settle()
  })

  test('goes on when a topic is deleted and made anew: what was on it is counted as lost, and shown all the same', async () => {
    begin()
    await load.placed(MEANWHILE)
    const topic = topicName('shop.', 'orders')
    await changeTopics(shop.settings, (admin) => admin.deleteTopics({ topics: [topic] }))
    await load.placed(MEANWHILE)
    await eventually(async () => (await shop.command('topics', 'create')).code === 0)
    const { topics } = await settle()
    expect(topics).toMatchObject({ foreign: 0, missingTopics: [], lost: expect.any(Number) })
    expect(topics?.lost).toBeGreaterThan(0)
  })
})
