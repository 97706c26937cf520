/** A service that is killed at each named point on the way of an order over Kafka, and of a bad record to its topic. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Message } from 'kafkajs'
import type pg from 'pg'
import { describe, expect, test, type TestContext } from 'vitest'
import { inboundPointNames, letterPointNames } from '../../app/crash-points.ts'
import { openPool } from '../../store/postgres/database.ts'
import { consumeAll, headerOf } from '../kafka/consume-all.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { forgetMembers } from '../support/group-coordinator.ts'
import { inboundOrder, INBOUND_CUSTOMERS } from './inbound-orders.ts'
import { startRecords } from './record-load.ts'
import { expectVerified, skuOf } from './shop.ts'
import { testKafka, unusedName, type TestKafka } from '../support/kafka.ts'
import { openOrderTopic } from '../kafka/order-records.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'
import { openShop } from '../support/shop.ts'

const kafka = await testKafka()

const points = [...inboundPointNames, ...letterPointNames]
/** There at the start, so that many are handled at once. */
const BACKLOG = 600
const PER_SECOND = 20

/** Every fifth cannot be read. */
function record(number: number): Message {
  const order = inboundOrder(number)
  return number % 5 === 4 ? { ...order, value: `no order ${String(number)}` } : order
}

describe.skipIf(kafka === null)('orders over Kafka, of a service that dies at every point (laws 3 and 8)', () => {
  // After a death each record is handled alone; the later passage keeps a good one from being there three times.
  test.concurrent(
    'are placed once and parked once when each is handled alone after a death',
    (context) => dieEverywhere(context, { label: 'alone', passage: 10, forgetDeaths: false }),
    400_000,
  )

  test.concurrent(
    'are placed once and parked once when many are handled together',
    (context) => dieEverywhere(context, { label: 'together', passage: 2, forgetDeaths: true }),
    400_000,
  )
})

interface Deaths {
  /** Of its topics. */
  readonly label: string
  /** At which one of each point. */
  readonly passage: number
  /** Whether the next process takes the one before for one that was asked to stop. */
  readonly forgetDeaths: boolean
}

async function dieEverywhere({ onTestFinished }: TestContext, { label, passage, forgetDeaths }: Deaths): Promise<void> {
  if (kafka === null) throw new Error('no Kafka')
  const database = await testDatabase()
  onTestFinished(() => database.drop())
  const pool = openPool(database.url, { name: 'test', max: 2 })
  onTestFinished(() => pool.end())
  const prefix = `${unusedName(label)}-`
  const settings = kafka.settings(prefix)
  const topic = await openOrderTopic(settings)
  onTestFinished(() => topic.close())
  const shop = await openShop(database.url)
  onTestFinished(() => shop.close())
  for (let index = 0; index < 5; index++) await shop.list(skuOf(index), 1_000_000)
  for (const customer of INBOUND_CUSTOMERS) await shop.register(customer)

  const start = async (crashPoint: Readonly<Record<string, string>>): Promise<Service> => {
    const data = makeDataDir()
    const env = { DATABASE_URL: database.url, KAFKA_BROKERS: settings.brokers.join(','), TOPIC_PREFIX: prefix }
    const unready = 'CRASH_POINT' in crashPoint
    const service = await startService({ dataDir: data.path, unready, env: { ...env, ROLES: 'api', ...crashPoint } })
    onTestFinished(async () => {
      await service.kill()
      data.remove()
    })
    return service
  }

  await topic.send(Array.from({ length: BACKLOG }, (_, number) => record(number)))
  const load = startRecords({ settings, perSecond: PER_SECOND, record: (number) => record(BACKLOG + number) })
  onTestFinished(() => load.stop())
  const folder = makeDataDir()
  onTestFinished(() => folder.remove())
  const fired: string[] = []
  for (const point of points) {
    const logFile = join(folder.path, point)
    const service = await start({ CRASH_POINT: `${point}:${String(passage)}`, CRASH_LOG: logFile })
    expect([point, (await service.exited).signal]).toEqual([point, 'SIGKILL'])
    if (existsSync(logFile)) fired.push(point)
    await forgetMembers(settings)
    if (forgetDeaths) await pool.query('update log.inbound_offsets set holder = null')
  }
  expect(fired).toEqual(points)

  const last = await start({})
  await load.stop()
  const sent = BACKLOG + load.sent()
  const wanted = Array.from({ length: sent }, (_, number) => number)
  const placed = async () => (await orderIds(pool)).toSorted()
  const good = wanted.filter((number) => number % 5 !== 4).map((number) => `in-${String(number)}`)
  await eventually(async () => (await placed()).length >= good.length, { timeout: 120_000 })
  await eventually(async () => (await letters(pool)).every(({ told }) => told), { timeout: 60_000 })
  expect(await placed()).toEqual(good.toSorted())
  await expectParkedOnce(kafka, pool, prefix)
  await expectVerified(last.dataDir)
}

/** The bad records of the topic are those of the table, and all that the topic of dead letters holds. */
async function expectParkedOnce({ bootstrap }: TestKafka, pool: pg.Pool, prefix: string): Promise<void> {
  const sent = await consumeAll(bootstrap, [`${prefix}order-commands`])
  const bad = sent.filter(({ value }) => value?.toString().startsWith('no order'))
  const parked = await letters(pool)
  const place = ({ partition, offset }: { readonly partition: number; readonly offset: number }) =>
    `${String(partition)}/${String(offset)}`
  expect(parked.map(place)).toEqual(bad.map(place).toSorted())
  expect(new Set(parked.map((letter) => letter.class))).toEqual(new Set(['invalid-json']))

  const told = new Map<string, string>()
  const topic = await consumeAll(bootstrap, [`${prefix}dead-letters`])
  for (const { headers, value } of topic) {
    const said = (name: string) => headerOf({ headers }, name)
    const body = JSON.stringify([said('partition'), said('offset'), said('class'), value?.toString()])
    expect(told.get(said('ol-letter')) ?? body).toBe(body)
    told.set(said('ol-letter'), body)
  }
  expect([...told.keys()].toSorted()).toEqual(parked.map(({ id }) => id).toSorted())
  // One death fell between the acknowledgement and its mark.
  expect(topic.length).toBeGreaterThan(parked.length)
}

async function orderIds(pool: pg.Pool): Promise<readonly string[]> {
  const text = `select stream from log.events where type = 'OrderPlaced'`
  const { rows } = await pool.query<{ stream: string }>(text)
  return rows.map(({ stream }) => stream.slice('order-'.length))
}

interface Letter {
  readonly id: string
  readonly partition: number
  readonly offset: number
  readonly class: string
  readonly told: boolean
}

async function letters(pool: pg.Pool): Promise<readonly Letter[]> {
  const { rows } = await pool.query<Letter>(
    `select id::text, partition, record_offset::int as offset, class, published_at is not null as told
     from log.dead_letters`,
  )
  return rows.toSorted((a, b) =>
    `${String(a.partition)}/${String(a.offset)}` < `${String(b.partition)}/${String(b.offset)}` ? -1 : 1,
  )
}
