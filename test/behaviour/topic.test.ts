/** User events over Kafka, on real brokers and a real database: each counts once, and what cannot be read holds up nothing. */
import { randomUUID } from 'node:crypto'
import type { Message } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { frameUserEvent, registerUserEvent } from '../../contract/registry/user-event-schema.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { behaviourFigures } from '../../insights/behaviour/figures.ts'
import { readLetters } from '../../insights/behaviour/letters.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import { userEventSchema } from '../../schemas/behaviour/user-event.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { consumeAll } from '../kafka/consume-all.ts'
import { openOrderTopic, type OrderTopic } from '../kafka/order-records.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { testKafka } from '../support/kafka.ts'
import { eventOf, openHere, takenOf, topicOf, type OpenedHere, type OpenHere } from './opened.ts'

const kafka = await testKafka()
const MINUTE = 60_000

describe.skipIf(kafka === null)('user events over Kafka', () => {
  let database: TestDatabase
  let pool: Pool
  let settings: KafkaSettings
  let topic: OrderTopic
  let opened: OpenedHere[]
  let prefixes = 0

  beforeEach(async () => {
    if (kafka === null) throw new Error('no Kafka')
    database = await testDatabase()
    pool = openPool(database.url, { name: 'test', max: 3 })
    settings = kafka.settings(`behaviour${String(++prefixes)}-`)
    topic = await openOrderTopic(settings, 'user-events')
    opened = []
  })

  afterEach(async () => {
    for (const one of opened) await one.stop()
    await topic.close()
    await pool.end()
    await database.drop()
  })

  const open = async (options: Partial<OpenHere> = {}) => {
    const roles = ['api', 'reactor'] as const
    const one = await openHere({ url: database.url, roles, topic: topicOf(settings, pool), ...options })
    opened.push(one)
    return one
  }
  const stop = async (one: OpenedHere) => {
    opened = opened.filter((each) => each !== one)
    await one.stop()
  }
  const figures = () => behaviourFigures(pool).sessions()
  const letters = () => readLetters(pool, { before: null, limit: 100 })
  const send = (value: Buffer | object | string | null, change: Partial<Message> = {}) =>
    topic.send([
      {
        ...{ key: 'someone', partition: 0, timestamp: String(Date.now()) },
        value: value === null || Buffer.isBuffer(value) || typeof value === 'string' ? value : JSON.stringify(value),
        ...change,
      },
    ])
  const json = (change: object = {}) => ({
    ...{ eventId: randomUUID(), type: 'page_view', at: new Date().toISOString(), subject: 'someone' },
    ...change,
  })

  test('go to the topic by their subject, in Avro, and are read from there, each once', async () => {
    const { door } = await open()
    const events = Array.from({ length: 300 }, (_, index) => eventOf({ subject: `s${String(index)}` }))
    expect(await door.take(takenOf([...events, ...events]), [], Date.now())).toEqual(Array(600).fill('accepted'))
    await eventually(async () => expect(await figures()).toMatchObject({ events: 300, duplicates: 300, open: 300 }))
    const records = await consumeAll(settings.brokers, [topic.topic])
    expect(records).toHaveLength(600)
    for (const { key, partition, value } of records) {
      expect(partition).toBe(partitionOf(String(key), 6))
      expect(value?.[0]).toBe(0)
    }
    // Who watches the lag sees that nothing is left.
    await eventually(async () => {
      const [{ partitions = [] } = {}] = await topic.admin.fetchOffsets({
        groupId: `${settings.prefix}behaviour`,
        topics: [topic.topic],
      })
      expect(partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)).toBe(600)
      return true
    })
  })

  test('of others come in JSON and in any Avro that resolves to ours, by whatever key, and bad ones are parked alone', async () => {
    const registry = embeddedRegistry(pool)
    const ours = await registerUserEvent(registry)
    const theirs = await registry.register('theirs', JSON.stringify({ ...userEventSchema, doc: 'Spelt otherwise.' }))
    await send(json({ device: 'phone' }), { key: 'another key' })
    await send({ sentAt: new Date().toISOString(), events: [json(), json(), json({ type: 'teleport' })] })
    await send(frameUserEvent(eventOf(), ours), { key: null })
    await send(frameUserEvent(eventOf(), theirs))
    await send('no event', { partition: 1 })
    await send(null, { partition: 2 })
    await send(frameUserEvent(eventOf(), 999_999))
    await send(json())
    await open()
    await eventually(async () => expect(await figures()).toMatchObject({ events: 6 }))
    await eventually(async () => expect(await letters()).toHaveLength(4))
    expect((await letters()).map(({ partition, offset, code }) => [partition, offset, code]).toSorted()).toEqual([
      [0, 1, 'invalid'],
      [0, 4, 'invalid'],
      [1, 0, 'invalid'],
      [2, 0, 'invalid'],
    ])
  })

  test('are each read once by several processes, whoever comes, goes or was killed', async () => {
    const events = Array.from({ length: 600 }, (_, index) => eventOf({ subject: `s${String(index)}` }))
    const [first] = [await open(), await open()]
    await first.door.take(takenOf(events.slice(0, 300)), [], Date.now())
    await eventually(async () => expect(await figures()).toMatchObject({ events: 300, duplicates: 0 }))
    await stop(first)
    const third = await open()
    await third.door.take(takenOf(events.slice(300)), [], Date.now())
    await eventually(async () => expect(await figures()).toMatchObject({ events: 600, duplicates: 0, open: 600 }), {
      timeout: 60_000,
    })
  })

  test('that came while nobody read are known again by their ids, whatever time passed', async () => {
    const one = await open()
    const event = eventOf()
    await one.door.take(takenOf([event]), [], Date.now())
    await eventually(async () => expect(await figures()).toMatchObject({ events: 1 }))
    await stop(one)
    // As if nobody had read for an hour: what was kept is that old.
    const hour = Date.now() - (Date.now() % (60 * MINUTE)) - 60 * MINUTE
    const [from, to] = [new Date(hour).toISOString(), new Date(hour + 60 * MINUTE).toISOString()]
    await pool.query(
      `create table behaviour.chunks_${from.slice(0, 13).replaceAll(/\D/g, '')} partition of behaviour.chunks
      for values from ('${from}') to ('${to}')`,
    )
    await pool.query("update behaviour.chunks set stored_at = stored_at - interval '1 hour'")
    const other = await open()
    await other.door.take(takenOf([event, eventOf()]), [], Date.now())
    await eventually(async () => expect(await figures()).toMatchObject({ events: 2, duplicates: 1 }))
  })

  test('are read from the first record where the topic was made again, and none of another is passed over', async () => {
    const one = await open()
    await one.door.take(takenOf([eventOf(), eventOf(), eventOf()]), [], Date.now())
    await eventually(async () => expect(await figures()).toMatchObject({ events: 3 }))
    await stop(one)
    await topic.recreate()
    const other = await open()
    await other.door.take(takenOf([eventOf(), eventOf(), eventOf()]), [], Date.now())
    await eventually(async () => expect(await figures()).toMatchObject({ events: 6 }), { timeout: 60_000 })
    expect(other.lines.some(({ msg }) => String(msg).includes('the topic was created again'))).toBe(true)
  })

  test('of a device whose clock is 5 minutes ahead close no session of others', async () => {
    const { door } = await open()
    const at = Date.now() - 31 * MINUTE
    await door.take(takenOf([eventOf({ at })]), [], Date.now())
    await eventually(async () => expect(await figures()).toMatchObject({ events: 1, open: 1 }))
    // Another subject of the same partition; with its own clock it would be 36 minutes past the session.
    await send(json({ subject: 'ahead', at: new Date(Date.now() + 4.9 * MINUTE).toISOString() }), {
      partition: partitionOf('someone', 6),
    })
    await eventually(async () => expect(await figures()).toMatchObject({ events: 2, open: 2, closed: 0 }))
    const { rows } = await pool.query<{ ahead: boolean }>(
      'select max(newest) > clock_timestamp() as ahead from behaviour.partitions',
    )
    expect(rows).toEqual([{ ahead: false }])
  })
})
