/** Orders over Kafka while what they need is away: they wait, nothing is parked, and each is placed once. */
import type pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newId, systemClock } from '../../app/clock.ts'
import { logReaders } from '../../app/roles/log-readers.ts'
import { framePlaceOrder, placeOrderText } from '../../contract/registry/command-schema.ts'
import { RegistryFailure } from '../../contract/registry/schema-registry.ts'
import { LagSampler } from '../../kafka/lag/lag-sampler.ts'
import { Progress } from '../../projections/live/progress.ts'
import { openPool } from '../../store/postgres/database.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { ownKafka } from '../support/kafka.ts'
import { AVRO_ID, jsonOrder, openOrderTopic, startTaker, takeOrder, type OrderTopic } from './order-records.ts'
import { orderReader } from '../support/order-reader.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { startStoreProcess, type StoreProcess } from '../support/store-process.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

const kafka = await ownKafka()
afterAll(() => kafka?.stop())

describe.skipIf(kafka === null)('orders over Kafka', () => {
  let database: TestDatabase
  let proxy: TcpProxy
  let shop: Shop
  let store: StoreProcess
  let pool: pg.Pool
  let direct: pg.Pool
  let topic: OrderTopic
  let settings: ReturnType<NonNullable<typeof kafka>['settings']>
  let taker: ReturnType<typeof startTaker>
  let prefixes = 0

  beforeEach(async () => {
    if (kafka === null) throw new Error('no Kafka')
    database = await testDatabase()
    proxy = await startTcpProxy(database.url)
    shop = await openShop(database.url)
    await shop.list('A1', 1_000_000)
    for (let index = 0; index < 10; index++) await shop.register(`c${String(index)}`)
    store = await startStoreProcess(database.url, { writerUrl: proxy.url, limits: { patience: 300 } })
    pool = openPool(proxy.url, { name: 'test inbound', max: 4 })
    direct = openPool(database.url, { name: 'test', max: 1 })
    settings = kafka.settings(`f${String(++prefixes)}-`)
    topic = await openOrderTopic(settings)
  })

  afterEach(async () => {
    await taker.stop()
    await topic.close()
    await store.stop()
    await pool.end()
    await direct.end()
    await proxy.stop()
    await shop.close()
    await database.drop()
  })

  const start = () => {
    taker = startTaker({ settings, pool, executor: store.committer })
  }
  const numbers = async () => {
    const { rows } = await direct.query<{ placed: string; distinct: string; parked: string }>(
      `select count(*) as placed, count(distinct stream) as distinct, (select count(*) from log.dead_letters) as parked
       from log.events where type = 'OrderPlaced'`,
    )
    const { placed, distinct, parked } = rows[0] ?? {}
    return { placed: Number(placed), distinct: Number(distinct), parked: Number(parked) }
  }
  const handled = (records: number) =>
    eventually(async () => {
      const { rows } = await direct.query<{ sum: string }>(
        'select sum(record_offset + 1) as sum from log.inbound_offsets',
      )
      return Number(rows[0]?.sum ?? 0) === records
    })
  const orders = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      jsonOrder({ customerId: `c${String(index % 10)}`, lines: [{ sku: 'A1', quantity: 1 }] }),
    )

  test('wait for a database that is away, and park nothing', async () => {
    start()
    await topic.send(orders(50))
    await handled(50)
    proxy.down()
    await topic.send(orders(100))
    // Long enough that commands have failed and were tried again.
    await eventually(() => taker.lines.some(({ msg }) => msg === 'a command over Kafka waits for the store'))
    proxy.up()
    await handled(150)
    expect(await numbers()).toEqual({ placed: 150, distinct: 150, parked: 0 })
  })

  test.each(['lost', 'unanswered'] as const)('are handled once when the note of it is %s', async (fate) => {
    start()
    await topic.send(orders(20))
    await handled(20)
    const cut = proxy.cut('advance-inbound', fate)
    await topic.send([...orders(40), { key: 'c1', value: 'no order' }])
    await cut.happened
    await handled(61)
    expect(await numbers()).toEqual({ placed: 60, distinct: 60, parked: 1 })
  })

  test('wait for brokers that are away, and go on where they were', async () => {
    start()
    await topic.send(orders(30))
    await handled(30)
    const [broker] = kafka?.brokers ?? []
    await broker?.kill('SIGKILL')
    await eventually(() => taker.taker.health().state !== 'consuming' || taker.lines.length > 5)
    await broker?.start()
    await eventually(
      async () =>
        (await topic.send(orders(30)).then(
          () => true,
          () => false,
        )) || null,
    )
    await eventually(async () => (await numbers()).placed >= 60)
    const { placed, distinct, parked } = await numbers()
    expect([placed, parked]).toEqual([distinct, 0])
  })

  test('wait for a registry that is away, and lag says so, by name and since when', async () => {
    let away = true
    const reader = orderReader(AVRO_ID, () =>
      away
        ? Promise.reject(new RegistryFailure('registry-unreachable', 'GET http://registry:8081/schemas/ids/9: refused'))
        : Promise.resolve(placeOrderText),
    )
    const shopSettings = { currency: 'EUR', reservationMinutes: 15, clock: systemClock, newId, pseudonym: () => null }
    const parts = { executor: store.committer, shop: shopSettings, ...reader }
    taker = startTaker({ settings, pool, executor: store.committer, take: (record) => takeOrder(record, parts) })
    const order = { orderId: null, customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] }
    const began = Date.now()
    await topic.send([{ key: 'c1', value: framePlaceOrder(order, 9) }])
    const readers = logReaders(direct, { progress: new Progress(systemClock), kafka: settings, reactors: [] })
    const watch = new LagSampler({ kafka: settings, readers, clock: systemClock, monotonic: () => performance.now() })
    try {
      const row = async () => (await watch.report()).groups.find(({ group }) => group === topic.topic)
      const waits = /^since (\S+) the next command waits for the registry: GET http:\/\/registry:8081.*refused$/
      const found = await eventually(async () => waits.exec((await row())?.detail ?? ''))
      expect(Date.parse(found[1] ?? '')).toBeGreaterThan(began - 1_000)
      expect(taker.taker.health()).toMatchObject({
        state: 'consuming',
        reason: expect.stringContaining('registry:8081'),
      })
      away = false
      await handled(1)
      expect(await eventually(async () => (await row())?.behind === 0 && row())).toMatchObject({ detail: null })
      expect(taker.taker.health()).toEqual({ state: 'consuming', reason: null })
      expect(await numbers()).toEqual({ placed: 1, distinct: 1, parked: 0 })
    } finally {
      await watch.stop()
    }
  })
})
