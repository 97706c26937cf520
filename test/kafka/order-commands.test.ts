/** Orders over Kafka, on real brokers and a real database: placed once each, whatever comes again. */
import type { IHeaders } from 'kafkajs'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { framePlaceOrder } from '../../contract/registry/command-schema.ts'
import { eventually } from '../support/eventually.ts'
import { testKafka } from '../support/kafka.ts'
import { AVRO_ID, jsonOrder, openOrderTopic, startTaker, type OrderTopic } from './order-records.ts'
import { snappyOfLiterals } from '../data/snappy-of-literals.ts'
import { openTakingShop, type TakingShop } from './taking-shop.ts'

const kafka = await testKafka()

describe.skipIf(kafka === null)('orders over Kafka', () => {
  let own: TakingShop
  let pool: pg.Pool
  let topic: OrderTopic
  let settings: ReturnType<NonNullable<typeof kafka>['settings']>
  let takers: ReturnType<typeof startTaker>[]
  let prefixes = 0

  beforeEach(async () => {
    if (kafka === null) throw new Error('no Kafka')
    const customers = Array.from({ length: 10 }, (_, index) => `c${String(index)}`)
    own = await openTakingShop({ A1: 1_000_000, B1: 3 }, customers)
    pool = own.pool
    settings = kafka.settings(`t${String(++prefixes)}-`)
    topic = await openOrderTopic(settings)
    takers = []
  })

  afterEach(async () => {
    for (const taker of takers) await taker.stop()
    await topic.close()
    await own.close()
  })

  const start = (options: Partial<Parameters<typeof startTaker>[0]> = {}) => {
    const taker = startTaker({ settings, pool, executor: own.store.committer, ...options })
    takers.push(taker)
    return taker
  }
  const streams = async (type: string): Promise<readonly string[]> => {
    const { rows } = await pool.query<{ stream: string }>(
      'select stream from log.events where type = $1 order by position',
      [type],
    )
    return rows.map(({ stream }) => stream)
  }
  const handled = async (): Promise<number> => {
    const { rows } = await pool.query<{ sum: string | null }>(
      'select sum(record_offset + 1) as sum from log.inbound_offsets',
    )
    return Number(rows[0]?.sum ?? 0)
  }
  const allHandled = (records: number) => eventually(async () => (await handled()) === records)
  const letters = async () =>
    (await pool.query<{ class: string; message: string }>('select class, message from log.dead_letters order by id'))
      .rows

  test('are placed from JSON and from Avro, and a refusal is an event', async () => {
    await topic.send([
      jsonOrder({ orderId: 'j1', customerId: 'c1', lines: [{ sku: 'A1', quantity: 2 }] }),
      jsonOrder({ customerId: 'c2', lines: [{ sku: 'A1', quantity: 1 }] }),
      {
        key: 'c3',
        value: framePlaceOrder({ orderId: 'a1', customerId: 'c3', lines: [{ sku: 'A1', quantity: 1 }] }, AVRO_ID),
      },
      {
        key: 'c3',
        value: framePlaceOrder({ orderId: null, customerId: 'c3', lines: [{ sku: 'A1', quantity: 1 }] }, AVRO_ID),
      },
      jsonOrder({ orderId: 'r1', customerId: 'c4', lines: [{ sku: 'B1', quantity: 4 }] }),
      jsonOrder({ orderId: 'r2', customerId: 'nobody', lines: [{ sku: 'A1', quantity: 1 }] }),
    ])
    start()
    await allHandled(6)
    const placed = await streams('OrderPlaced')
    expect(placed).toHaveLength(4)
    expect(placed).toEqual(expect.arrayContaining(['order-j1', 'order-a1']))
    expect((await streams('OrderRejected')).toSorted()).toEqual(['order-r1', 'order-r2'])
    expect(await letters()).toEqual([])
  })

  test('of a transaction that was rolled back are not placed, and those behind it are', async () => {
    const order = (orderId: string) => jsonOrder({ orderId, customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] })
    const writer = topic.kafka.producer({
      ...{ transactionalId: 'rolled-back', idempotent: true, maxInFlightRequests: 1 },
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    })
    await writer.connect()
    try {
      const undone = await writer.transaction()
      await undone.send({ topic: topic.topic, messages: [{ ...order('undone'), partition: 0 }] })
      await undone.abort()
      const done = await writer.transaction()
      await done.send({ topic: topic.topic, messages: [{ ...order('done'), partition: 0 }] })
      await done.commit()
    } finally {
      await writer.disconnect()
    }
    await topic.send([{ ...order('behind'), partition: 0 }])
    start()
    await eventually(async () => (await streams('OrderPlaced')).length === 2)
    expect(await streams('OrderPlaced')).toEqual(['order-done', 'order-behind'])
    expect(await letters()).toEqual([])
  })

  test('that come again are placed once: read from the start, and after their keys were purged', async () => {
    const orders = Array.from({ length: 30 }, (_, index) =>
      jsonOrder({ customerId: `c${String(index % 10)}`, lines: [{ sku: 'A1', quantity: 1 }] }),
    )
    await topic.send(orders)
    const first = start()
    await allHandled(30)
    await first.stop()
    const before = await streams('OrderPlaced')
    expect(before).toHaveLength(30)

    await pool.query('delete from log.inbound_offsets')
    const second = start()
    await allHandled(30)
    await second.stop()
    expect(await streams('OrderPlaced')).toEqual(before)

    await pool.query('delete from log.inbound_offsets')
    await pool.query('delete from log.commands')
    start()
    await allHandled(30)
    expect(await streams('OrderPlaced')).toEqual(before)
    expect(await letters()).toEqual([])
  })

  test('with the id of an event are one order in whatever partition and whatever form they come', async () => {
    const ids = (id: string) => ({ ce_id: id, ce_source: 'web' })
    const order = { customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] }
    await topic.send([
      { ...jsonOrder(order, ids('1')), partition: 0 },
      { ...jsonOrder(order, ids('1')), partition: 1 },
      { key: 'c1', value: framePlaceOrder({ orderId: null, ...order }, AVRO_ID), headers: ids('1'), partition: 2 },
      { ...jsonOrder(order, ids('2')), partition: 2 },
      { ...jsonOrder({ ...order, lines: [{ sku: 'A1', quantity: 9 }] }, ids('2')), partition: 2 },
    ])
    start()
    await allHandled(5)
    expect(await streams('OrderPlaced')).toHaveLength(2)
    expect((await letters()).map((letter) => letter.class)).toEqual(['key-reused'])
  })

  test('are placed whatever their keys and their headers are', async () => {
    const order = (orderId: string) => jsonOrder({ orderId, customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] })
    const keys = ['o-1', '', Buffer.from([0, 255]), 'k'.repeat(100_000), null]
    const headers: readonly IHeaders[] = [
      JSON.parse('{"__proto__":"p","constructor":"c","toString":""}') as IHeaders,
      { twice: ['a', null as unknown as string] },
      { nothing: null as unknown as string, twice: ['a', 'b'] },
      { ['\xff']: Buffer.from([255]) },
    ]
    await topic.send([
      ...keys.map((key, index) => ({ ...order(`k${String(index)}`), key, partition: 1 })),
      ...headers.map((each, index) => ({ ...order(`h${String(index)}`), headers: each, partition: 1 })),
    ])
    start()
    await allHandled(keys.length + headers.length)
    const expected = [...keys.map((_, index) => `k${String(index)}`), ...headers.map((_, index) => `h${String(index)}`)]
    expect((await streams('OrderPlaced')).toSorted()).toEqual(expected.map((id) => `order-${id}`).toSorted())
    expect(await letters()).toEqual([])
  })

  test('of one key are decided in their order', async () => {
    const last = Array.from({ length: 20 }, (_, index) =>
      jsonOrder({ orderId: `k${String(index)}`, customerId: 'c5', lines: [{ sku: 'B1', quantity: 1 }] }),
    )
    await topic.send(last)
    start()
    await allHandled(20)
    expect(await streams('OrderPlaced')).toEqual(['order-k0', 'order-k1', 'order-k2'])
    expect(await streams('OrderRejected')).toEqual(last.slice(3).map((_, index) => `order-k${String(index + 3)}`))
  })

  test('are read on from the place in Postgres, whatever the offsets of the group say', async () => {
    const order = (id: string) => jsonOrder({ orderId: id, customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] })
    await topic.send([order('o1'), order('o2')])
    const seen: number[] = []
    const first = start()
    await allHandled(2)
    await first.stop()
    await topic.send([order('o3'), order('o4')])
    await topic.admin.setOffsets({
      groupId: topic.topic,
      topic: topic.topic,
      partitions: [0, 1, 2].map((partition) => ({ partition, offset: '4' })),
    })
    start({ before: ({ offset }) => seen.push(offset) })
    await allHandled(4)
    expect(seen).toEqual([2, 3])
    expect(await streams('OrderPlaced')).toEqual(['order-o1', 'order-o2', 'order-o3', 'order-o4'])
  })

  test('of a topic that was deleted and made anew are read from its first one, and the log says so', async () => {
    const order = (id: string) => jsonOrder({ orderId: id, customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] })
    await topic.send([order('o1'), order('o2')])
    const first = start()
    await allHandled(2)
    await first.stop()
    await topic.recreate()
    await topic.send([order('n1'), order('n2'), order('n3')])
    const second = start()
    await allHandled(3)
    expect(await streams('OrderPlaced')).toEqual(['order-o1', 'order-o2', 'order-n1', 'order-n2', 'order-n3'])
    expect(second.lines.some(({ msg }) => String(msg).startsWith('the topic was created again'))).toBe(true)
  })

  test('in a codec that we cannot read are compressed anew by the brokers, and placed', async () => {
    kafkajs.CompressionCodecs[kafkajs.CompressionTypes.Snappy] = () => ({
      compress: snappyOfLiterals,
      decompress: () => Promise.reject(new Error('a consumer of ours met snappy')),
    })
    const order = { orderId: 's1', customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] }
    await topic.send([jsonOrder(order)], kafkajs.CompressionTypes.Snappy)
    start()
    await allHandled(1)
    expect(await streams('OrderPlaced')).toEqual(['order-s1'])
  })

  test('at which processes died three times are parked unread, and those around them are placed', async () => {
    const order = (id: string) => jsonOrder({ orderId: id, customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] })
    await topic.send([order('o1'), order('o2'), order('o3')])
    await pool.query(
      `insert into log.inbound_offsets (topic, partition, holder, attempts)
       select $1, p, gen_random_uuid(), 0 from generate_series(0, 2) p`,
      [topic.topic],
    )
    // What a death leaves behind, three times: the attempt was noted, the place did not move.
    await pool.query('update log.inbound_offsets set attempts = 3')
    start()
    await allHandled(3)
    expect(await streams('OrderPlaced')).toEqual(['order-o2', 'order-o3'])
    expect((await letters()).map((letter) => letter.class)).toEqual(['crash-loop'])
  })
})
