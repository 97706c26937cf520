/** What `verify` finds on the topics of the log: nothing on those that a relay wrote, and each kind of damage by its check. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Kafka, Message } from 'kafkajs'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import type { Addressed } from '../../domain/decision.ts'
import {
  deliveryDelivered,
  deliveryDispatched,
  deliveryScheduled,
  orderCompleted,
  orderConfirmed,
  orderLine,
  orderPlaced,
  paymentCaptured,
  paymentRequested,
  stockReserved,
  stockShipped,
} from '../../domain/test-events.ts'
import { on } from '../../domain/test-kit.ts'
import { newIdBytes } from '../../app/clock.ts'
import { encode } from '../../schemas/codec.ts'
import { kafkaClient } from '../../kafka/client/connection.ts'
import { eventRecord, sourceOf } from '../../kafka/event-record.ts'
import { topicName, topicOfStream, topics } from '../../kafka/topics/topics.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import { verifyTopics, type TopicsVerification } from '../../audit/topic-audit.ts'
import { located } from '../../audit/verify-log.ts'
import { eventSchemaIds, eventSchemaTexts } from '../../contract/registry/event-schema-ids.ts'
import { wireFormat } from '../../contract/registry/wire-format.ts'
import type { StoredEvent } from '../../store/log/feed.ts'
import { readLogIdentity } from '../../store/log/log-identity.ts'
import { storedLog } from '../../store/log/log-source.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { readEvents } from '../../store/log/read-log.ts'
import { appendEvents, appendRaw } from '../support/append-events.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { createTopics, testKafka } from '../support/kafka.ts'
import { openShop } from '../support/shop.ts'
import { spillEverything } from '../support/spill.ts'

const kafka = await testKafka()
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const wire = wireFormat(
  eventSchemaIds(eventSchemaTexts.map(({ type, version }, index) => ({ type, version, id: index + 1 }))),
)

const lines = [orderLine('A', 1)]

/** An order that is paid and delivered, command by command. */
const life: readonly (readonly Addressed[])[] = [
  [...on('order-p', orderPlaced('p', lines)), ...on('inventory-A', stockReserved('A', 'p', 1))],
  on('payment-p', paymentRequested('p', 1, 1_000)),
  [
    ...on('payment-p', paymentCaptured('p', 1, 1_000)),
    ...on('order-p', orderConfirmed('p', lines)),
    ...on('delivery-p', deliveryScheduled('p', lines)),
  ],
  [...on('delivery-p', deliveryDispatched('p', 1)), ...on('inventory-A', stockShipped('A', 'p', 1))],
  [...on('delivery-p', deliveryDelivered('p', 1)), ...on('order-p', orderCompleted('p', lines))],
]

function appendCommand(pool: Pool, events: readonly Addressed[]): Promise<number> {
  const commandId = newIdBytes()
  return appendRaw(
    pool,
    events.map(({ stream, event }) => ({ stream, ...encode(event), commandId })),
  )
}

describe.skipIf(kafka === null)('verify, of topics', () => {
  let client: Kafka
  let database: TestDatabase
  let pool: Pool
  let source: string
  let events: readonly StoredEvent[]
  let prefixes = 0

  beforeAll(async () => {
    if (kafka === null) return
    client = kafkaClient(kafka.settings(''), { clientId: 'test', log: quiet })
    database = await testDatabase()
    const shop = await openShop(database.url)
    await shop.register('c1')
    await shop.list('A', 1_000)
    await Promise.all(Array.from({ length: 40 }, (_, index) => shop.place(`o-${index}`, [{ sku: 'A', quantity: 1 }])))
    await Promise.all(Array.from({ length: 20 }, (_, index) => shop.cancel(`o-${index}`)))
    await shop.close()
    pool = openPool(database.url, { name: 'test', max: 2 })
    for (const command of life) await appendCommand(pool, command)
    source = sourceOf(await readLogIdentity(pool))
    events = await readEvents(pool, 0, 1_000)
  })

  afterAll(async () => {
    await pool.end()
    await database.drop()
  })

  /** Topics of their own, with what `written` makes of the log. */
  async function published(written: (event: StoredEvent) => readonly Message[]): Promise<string> {
    const prefix = `verify-${++prefixes}.`
    await createTopics(
      client,
      topics.map(({ name, partitions }) => ({
        topic: topicName(prefix, name),
        numPartitions: partitions,
        replicationFactor: 1,
      })),
    )
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
    await producer.connect()
    for (const event of events) {
      const topic = topicName(prefix, topicOfStream(event.stream).name)
      for (const message of written(event)) await producer.send({ topic, messages: [message] })
    }
    await producer.disconnect()
    return prefix
  }

  function record(event: StoredEvent, from = source): Message {
    const { key, value, headers, timestamp } = eventRecord(event, wire, from)
    const { partitions } = topicOfStream(event.stream)
    return { key, value, headers: { ...headers }, timestamp, partition: partitionOf(key, partitions) }
  }

  async function verified(prefix: string, published = events.length): Promise<TopicsVerification> {
    const log = await storedLog(pool)
    if (kafka === null) throw new Error('no Kafka')
    const spill = spillEverything()
    const around = { wire, source, log, spill, locate: (position: number) => located(pool, position) }
    return verifyTopics({ ...around, kafka: kafka.settings(prefix), published }).finally(() => spill.close())
  }

  function breaches({ checks }: TopicsVerification): readonly string[] {
    return checks.filter(({ breaches }) => breaches > 0).map(({ name, first }) => `${name}: ${first ?? ''}`)
  }

  test('finds nothing where each event is on its topic, and counts those that are there again', async () => {
    const found = await verified(
      await published((event) => (event.position % 9 === 0 ? [record(event), record(event)] : [record(event)])),
    )
    expect(breaches(found)).toEqual([])
    expect(found).toMatchObject({
      lost: 0,
      firstLost: null,
      duplicates: Math.floor(events.length / 9),
      foreign: 0,
      missingTopics: [],
    })
    expect(found.checks.map(({ name, counted }) => [name, counted])).toEqual([
      ['topics-published', events.length],
      ['topics-ordered', events.length],
      ['topics-stored', events.length + found.duplicates],
      ['topics-stock', 2 + 40 + 20 + 2],
      ['topics-orders', 40 + 20 + 3],
      // One for each command and order, and the product.
      ['topics-reservations', 40 + 20 + 4 + 1],
      ['topics-money', 20 + 4],
      ['topics-payments', 2],
      ['topics-deliveries', 3],
    ])
  })

  test('counts what was lost there, and what another log has left there', async () => {
    const found = await verified(
      await published((event) =>
        event.position === 7 || event.position === 30 ? [record(event, 'orderledger:another')] : [record(event)],
      ),
    )
    expect(breaches(found)).toEqual([])
    expect(found).toMatchObject({ lost: 2, firstLost: 7, duplicates: 0, foreign: 2, judged: false })
    expect(found.checks).toHaveLength(3)
  })

  test('says which topics are missing, and that all is lost', async () => {
    const found = await verified('never-made.')
    expect(found.missingTopics).toHaveLength(7)
    expect(found).toMatchObject({ lost: events.length, firstLost: 1 })
  })

  test('finds what no relay wrote, what is damaged, and what is not what is stored', async () => {
    const [one, two, three] = events.filter(({ type }) => type === 'OrderPlaced')
    if (one === undefined || two === undefined || three === undefined) throw new Error('no orders')
    const found = await verified(
      await published((event) => {
        const sound = record(event)
        if (event === one) return [sound, { ...sound, headers: {} }]
        if (event === two) return [sound, { ...sound, key: 'another' }]
        if (event === three) return [sound, record({ ...event, position: event.position + 1 })]
        return [sound]
      }),
    )
    expect(found.checks.find(({ name }) => name === 'topics-stored')).toMatchObject({ breaches: 3 })
    expect(breaches(found)).toEqual([expect.stringMatching(/^topics-stored: verify-\d+\.orders \d@\d+ /)])
  })

  test('finds versions that came first in another order', async () => {
    const cancelled = events.find(({ type }) => type === 'OrderCancelled')
    const placed = events.find(({ stream, version }) => stream === cancelled?.stream && version === 1)
    if (cancelled === undefined || placed === undefined) throw new Error('no cancelled order')
    const found = await verified(
      await published((event) => {
        if (event === placed) return []
        return event === cancelled ? [record(event), record(placed)] : [record(event)]
      }),
    )
    expect(breaches(found)).toEqual([
      expect.stringContaining(`has version 1 of ${placed.stream} first after version ${String(cancelled.version)}`),
    ])
  })

  test('leaves out a command of which only a part is published yet', async () => {
    const part = events.findIndex(({ type }) => type === 'OrderConfirmed') + 1
    const found = await verified(await published((event) => [record(event)]), part)
    expect(breaches(found)).toEqual([])
    expect(found.checks.find(({ name }) => name === 'topics-payments')).toMatchObject({ counted: 1 })
  })

  test('laws 4 and 10: judges by the topics alone what the events say together', async () => {
    await appendEvents(pool, on('payment-x', paymentCaptured('x', 1, 500)))
    await appendEvents(pool, on('inventory-A', stockShipped('A', 'p', 1)))
    events = await readEvents(pool, 0, 1_000)
    const found = await verified(await published((event) => [record(event)]))
    expect(breaches(found)).toEqual([
      expect.stringMatching(/^topics-reservations: position \d+, order p: 1 more units were released or shipped/),
      expect.stringMatching(/^topics-payments: position \d+, order x: PaymentCaptured of attempt 1, which was not/),
    ])
  })
})
