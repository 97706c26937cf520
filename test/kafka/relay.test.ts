import { describe, expect, test } from 'vitest'
import { logReaders } from '../../app/roles/log-readers.ts'
import { kafkaClient } from '../../kafka/client/connection.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { Progress } from '../../projections/live/progress.ts'
import { topicReaders } from '../../kafka/relay/relay-target.ts'
import { readLags } from '../../store/log/checkpoints.ts'
import { losing } from '../../kafka/relay/relay-losses.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { testKafka } from '../support/kafka.ts'
import { expectPublished } from './published-log.ts'
import { openRelaying, quiet, type Relaying } from './relaying.ts'
import { soldOrders } from './sold-orders.ts'

const kafka = await testKafka()

describe.skipIf(kafka === null)('the relay', () => {
  if (kafka === null) return

  test('puts every stored event on its topic, and copies where outsiders look for them', async () => {
    await using relaying = await openRelaying(kafka)
    await relaying.createTopics()
    await appendEvents(relaying.pool, soldOrders('before', 2_000))
    const acknowledged: number[] = []
    const relay = relaying.relay({ published: (positions) => void acknowledged.push(...positions) })
    await relaying.published()
    const head = await appendEvents(relaying.pool, soldOrders('while-it-runs', 50))
    await relaying.published()
    expect(await expectPublished(relaying)).toBe(0)
    await relay.stop()
    // Each event once, without its copies.
    expect(acknowledged.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: head }, (_, index) => index + 1),
    )
    expect(relaying.complaints).toEqual([])
  })

  test('waits for topics that are missing, says so, and goes on by itself', async () => {
    await using relaying = await openRelaying(kafka)
    await appendEvents(relaying.pool, soldOrders('early', 10))
    const relay = relaying.relay()
    const health = await eventually(() => (relay.health().reason?.includes('orders') ? relay.health() : null))
    expect(health).toMatchObject({ state: 'waiting' })
    expect(health.reason).toContain('orderledger topics create')
    await relaying.createTopics()
    await relaying.published()
    await expectPublished(relaying)
    await eventually(() => relay.health().state === 'working')
  })

  test('that lies about some events loses exactly those', async () => {
    await using relaying = await openRelaying(kafka)
    await relaying.createTopics()
    const loses = losing(0.1)
    const head = await appendEvents(relaying.pool, soldOrders('lossy', 500))
    relaying.relay({ loses })
    await relaying.published()
    const lost = Array.from({ length: head }, (_, index) => index + 1).filter(loses)
    expect(lost.length).toBeGreaterThan(head / 20)
    await expectPublished(relaying, loses)
  })

  test('holds back a topic that refuses, alone, says which setting it is, and publishes the rest of it once it is mended', async () => {
    await using relaying = await openRelaying(kafka)
    await relaying.createTopics()
    await appendEvents(relaying.pool, soldOrders('before', 100))
    const relay = relaying.relay()
    await relaying.published()
    await relaying.alterTopic('orders', { 'max.message.bytes': '100' })
    await relaying.alterTopic('customers', { 'message.timestamp.before.max.ms': '1' })
    // Enough to be further behind than what begins together.
    await appendEvents(relaying.pool, soldOrders('while-they-refuse', 3_000))
    const health = await eventually(() => {
      const { state, reason } = relay.health()
      return reason?.includes('orders') === true && reason.includes('customers') && { state, reason }
    })
    expect(health.state).toBe('working')
    expect(health.reason).toContain('refused by topic orders: its max.message.bytes is too small')
    expect(health.reason).toContain('refused by topic customers: its message.timestamp.before.max.ms')
    await eventually(async () => {
      const lags = await lagsOf(relaying)
      return lags.get('inventory') === 0 && lags.get('analytics') === 0
    })
    const [last] = await readLags(relaying.pool, await readersOf(relaying))
    expect(last?.reader).toMatch(/ (orders|customers)$/)
    expect(last?.refusal).toContain('orderledger topics diff')
    // The row of `lag`: the topic that is furthest behind, and all that refuse.
    const row = await relayRow(relaying, kafka.settings(relaying.prefix))
    expect(row).toMatchObject({ name: 'relay', served: true, position: last?.position, head: last?.head })
    expect(row.head - row.position).toBeGreaterThan(3_000)
    expect(row.detail).toContain('refused by topic orders: its max.message.bytes is too small')
    expect(row.detail).toContain('refused by topic customers: its message.timestamp.before.max.ms')
    // One after the other: what is mended goes on, and the other one still waits.
    await relaying.alterTopic('orders', { 'max.message.bytes': '1048576' })
    await eventually(async () => (await lagsOf(relaying)).get('orders') === 0)
    expect((await lagsOf(relaying)).get('customers')).toBeGreaterThan(0)
    await appendEvents(relaying.pool, soldOrders('while-one-refuses', 10))
    await relaying.alterTopic('customers', { 'message.timestamp.before.max.ms': '9223372036854775807' })
    await relaying.published()
    await eventually(() => relay.health().reason === null)
    await expectPublished(relaying)
    await eventually(async () => (await relayRow(relaying, kafka.settings(relaying.prefix))).detail === null)
    await relay.stop()
    expect(await relayRow(relaying, kafka.settings(relaying.prefix))).toMatchObject({
      ...{ served: false, detail: 'no relay is running' },
    })
  })

  test('fills a topic that is new from the first event on, and sends nothing again to the others', async () => {
    await using relaying = await openRelaying(kafka)
    await relaying.createTopics()
    await appendEvents(relaying.pool, soldOrders('before', 3_000))
    const before = relaying.relay()
    await relaying.published()
    await before.stop()
    const { rows } = await relaying.pool.query<{ position: number }>(
      `delete from log.checkpoints where starts_with(reader, 'relay ') and reader like '% inventory' returning position::int`,
    )
    const published = await relaying.read()
    expect(rows[0]?.position).toBeGreaterThan(5_000)
    relaying.relay()
    await eventually(async () => (await lagsOf(relaying)).get('inventory') === 0)
    await relaying.published()
    await expectPublished(relaying)
    const after = await relaying.read()
    expect(after.get('inventory')?.length).toBeGreaterThanOrEqual(2 * (published.get('inventory')?.length ?? 0))
    for (const topic of ['orders', 'customers', 'analytics'])
      expect(after.get(topic)?.length).toBe(published.get(topic)?.length)
  })

  test('publishes to the topics that are there while others are missing', async () => {
    await using relaying = await openRelaying(kafka)
    await relaying.createTopics(({ name }) => name !== 'orders')
    await appendEvents(relaying.pool, soldOrders('early', 20))
    const relay = relaying.relay()
    const reason = await eventually(() => relay.health().state === 'working' && relay.health().reason)
    expect(reason).toContain('orders; run orderledger topics create')
    await eventually(async () => (await lagsOf(relaying)).get('inventory') === 0)
    await relaying.createTopics()
    await relaying.published()
    await expectPublished(relaying)
  })
})

async function readersOf({ pool }: Relaying): Promise<readonly string[]> {
  const { rows } = await pool.query<{ reader: string }>(
    `select reader from log.checkpoints where starts_with(reader, 'relay ') and reader like '% orders'`,
  )
  return topicReaders(rows[0]?.reader.replace(/ orders$/, '') ?? '')
}

/** Events that are not published yet, by topic. */
async function lagsOf(relaying: Relaying): Promise<ReadonlyMap<string, number>> {
  const lags = await readLags(relaying.pool, await readersOf(relaying))
  return new Map(lags.map(({ reader, position, head }) => [reader.split(' ').at(-1) ?? '', head - position]))
}

/** What the command `lag` gets of the database. */
async function relayRow({ pool }: Relaying, kafka: KafkaSettings) {
  const admin = kafkaClient(kafka, { clientId: 'test', log: quiet }).admin()
  await admin.connect()
  const { clusterId } = await admin.describeCluster()
  await admin.disconnect()
  const { readers } = await logReaders(pool, { progress: new Progress(Date.now), kafka, reactors: [] })(clusterId)
  return readers.find(({ kind }) => kind === 'relay') ?? expect.fail('no relay')
}
