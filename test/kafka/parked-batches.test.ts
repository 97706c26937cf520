/** Batches that cannot be unpacked: fetched again, parked whole, and opened when they are tried again; on real brokers. */
import type { Message } from 'kafkajs'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newIdBytes, systemClock } from '../../app/clock.ts'
import { deadLetters, type DeadLetters } from '../../kafka/inbound/dead-letters.ts'
import { fetchBatches } from '../../kafka/inbound/parked-batch.ts'
import { zstdOfRawBlocks } from '../cli/zstd-of-raw-blocks.ts'
import { eventually } from '../support/eventually.ts'
import { testKafka } from '../support/kafka.ts'
import { jsonOrder, LETTER_LIMITS, openOrderTopic, startTaker, type OrderTopic } from './order-records.ts'
import { startSilentProxy, type SilentProxy } from '../support/silent-proxy.ts'
import { openTakingShop, type TakingShop } from './taking-shop.ts'

const kafka = await testKafka()
const { CompressionCodecs, CompressionTypes } = kafkajs
const SPOILT = 'spoilt on its way'

describe.skipIf(kafka === null)('a batch that cannot be unpacked', () => {
  let own: TakingShop
  let topic: OrderTopic
  let desk: DeadLetters
  let proxy: SilentProxy
  let taker: ReturnType<typeof startTaker>
  let prefixes = 0

  beforeEach(async () => {
    if (kafka === null) throw new Error('no Kafka')
    own = await openTakingShop({ A1: 1_000 }, ['c1'])
    const direct = kafka.settings(`batch${String(++prefixes)}-`)
    topic = await openOrderTopic(direct)
    await keepCompression(topic)
    proxy = await startSilentProxy(kafka.bootstrap[0] ?? '')
    const settings = { ...direct, brokers: [proxy.address] }
    desk = deadLetters({
      ...{ ...own.taking(), pool: own.pool, newEventId: newIdBytes, limits: LETTER_LIMITS, clock: systemClock },
      fetchBatches: (place) => fetchBatches(settings, place),
    })
    taker = startTaker({ settings, pool: own.pool, executor: own.store.committer })
  })

  afterEach(async () => {
    await taker.stop()
    await proxy.stop()
    await topic.close()
    await own.close()
  })

  const order = (orderId: string): Message => ({
    ...jsonOrder({ orderId, customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] }),
    partition: 0,
  })
  const bad = (value: string): Message => ({ key: 'c1', value, partition: 0 })
  const placed = () => own.placed()
  const letters = async () => {
    const all = await desk.letters({ cause: null, state: null, before: null, limit: 9 })
    return all.map(({ class: name, offset, lastOffset, state }) => ({ class: name, offset, lastOffset, state }))
  }
  const retry = async () => desk.retry({ kind: 'ids', ids: [1] }, { dryRun: false, by: 'ada' })
  const whole = { class: 'unreadable-batch', offset: 1, lastOffset: 3, state: 'parked' }

  test('because nobody knows its codec is parked at once, and its kept bytes are opened by whoever knows it', async () => {
    const written = new Map<string, Buffer>()
    CompressionCodecs[CompressionTypes.ZSTD] = () => ({
      async compress(encoder: { readonly buffer: Buffer }) {
        const packed = await zstdOfRawBlocks(encoder)
        written.set(packed.toString('hex'), encoder.buffer)
        return packed
      },
      decompress: () => Promise.reject(new Error('no such codec')),
    })
    await topic.send([order('o1')])
    await topic.send([order('o2'), bad('no order'), order('o3')], CompressionTypes.ZSTD)
    await topic.send([order('o4')])
    await eventually(async () => (await placed()).length === 2)
    await eventually(async () => (await letters()).length === 1)
    expect(await placed()).toEqual(['o1', 'o4'])
    expect(await letters()).toEqual([whole])
    expect(taker.lines.filter(({ msg }) => msg === 'fetching a batch again')).toEqual([])
    expect(await retry()).toMatchObject({ total: 1, failed: 1 })

    CompressionCodecs[CompressionTypes.ZSTD] = () => ({
      compress: zstdOfRawBlocks,
      decompress: async (packed: Buffer) => written.get(packed.toString('hex')) ?? Buffer.alloc(0),
    })
    await topic.recreate()
    expect(await retry()).toMatchObject({ total: 1, succeeded: 1 })
    expect(await placed()).toEqual(['o1', 'o4', 'o2', 'o3'])
    expect(await letters()).toEqual([
      { class: 'invalid-json', offset: 2, lastOffset: null, state: 'parked' },
      { ...whole, state: 'retried' },
    ])
    expect(await retry()).toMatchObject({ total: 0 })
  })

  test('because it is spoilt on its way is parked after three fetches, and fetched when it is tried again', async () => {
    proxy.spoil(SPOILT)
    const { None } = CompressionTypes
    await topic.send([order('o1')], None)
    await topic.send([order('o2'), bad(SPOILT), order('o3')], None)
    await topic.send([order('o4')], None)
    await eventually(async () => (await placed()).length === 2)
    await eventually(async () => (await letters()).length === 1)
    expect(await letters()).toEqual([whole])
    expect(await retry()).toMatchObject({ failed: 1 })

    // The next member begins behind it.
    await taker.stop()
    taker = startTaker({ settings: { ...settingsOf(proxy, topic) }, pool: own.pool, executor: own.store.committer })
    await topic.send([order('o5')], None)
    await eventually(async () => (await placed()).length === 3)
    expect(taker.lines.filter(({ msg }) => msg === 'fetching a batch again')).toEqual([])
    proxy.spoil(null)
    expect(await desk.retry({ kind: 'ids', ids: [1] }, { dryRun: true, by: 'ada' })).toMatchObject({ succeeded: 1 })
    expect(await retry()).toMatchObject({ succeeded: 1 })
    expect(await placed()).toEqual(['o1', 'o4', 'o5', 'o2', 'o3'])
  })

  test('because it was spoilt once is read when it is fetched again', async () => {
    proxy.spoil(SPOILT)
    await topic.send([order('o1'), bad(SPOILT), order('o3')], CompressionTypes.None)
    await eventually(() => taker.lines.some(({ msg }) => msg === 'fetching a batch again'))
    proxy.spoil(null)
    await eventually(async () => (await placed()).length === 2)
    await eventually(async () => (await letters()).length === 1)
    expect(await letters()).toEqual([{ class: 'invalid-json', offset: 1, lastOffset: null, state: 'parked' }])
  })
})

function settingsOf({ address }: SilentProxy, { topic }: OrderTopic) {
  return { brokers: [address], prefix: topic.slice(0, -'order-commands'.length), tls: null, sasl: null }
}

/** Brokers keep batches as they are sent. */
async function keepCompression({ admin, topic: name }: OrderTopic): Promise<void> {
  const type = kafkajs.ConfigResourceTypes.TOPIC
  const configEntries = [{ name: 'compression.type', value: 'producer' }]
  await admin.alterConfigs({ validateOnly: false, resources: [{ type, name, configEntries }] })
  await eventually(async () => {
    const asked = { type, name, configNames: ['compression.type'] }
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [asked] })
    return resources[0]?.configEntries[0]?.configValue === 'producer'
  })
}
