/** The projector on the feed from Kafka: its rows are a fold of the log, whatever becomes of Kafka, feeds and processes. */
import { afterAll, describe, expect, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import type { KafkaFeed } from '../../kafka/feed/kafka-feed.ts'
import { topicName } from '../../kafka/topics/topics.ts'
import type { Projector } from '../../projections/live/projector.ts'
import { projections } from '../../projections/views/list.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { registerEventSchemas } from '../../contract/registry/event-schema-ids.ts'
import { wireFormat } from '../../contract/registry/wire-format.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { ownKafka, type OwnKafka } from '../support/kafka.ts'
import { kafkaFeeding, reads, type KafkaFeeding } from './kafka-feeding.ts'
import { breachesOf, listed, openProjecting, placed, stateOf, type Projecting } from '../projections/projecting.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'

const kafka = await ownKafka()
afterAll(() => kafka?.stop())

interface Fed {
  readonly projecting: Projecting
  readonly feeding: KafkaFeeding
  readonly feed: KafkaFeed
  [Symbol.asyncDispose](): Promise<void>
  /** Begun with the feed. */
  readonly projector: Projector
}

describe.skipIf(kafka === null)('a projector fed from Kafka', () => {
  /** With an empty log, which is read from Kafka. */
  async function fed(): Promise<Fed> {
    const projecting = await openProjecting()
    const feeding = await kafkaFeeding(kafka as OwnKafka, projecting.pool)
    const feed = feeding.open()
    const projector = await projecting.project({ feed })
    await reads(feed, 'kafka')
    const dispose = async () => {
      await feeding[Symbol.asyncDispose]()
      await projecting[Symbol.asyncDispose]()
    }
    return { projecting, feeding, feed, projector, [Symbol.asyncDispose]: dispose }
  }

  test('shows what a fold of the log shows, without the store', async () => {
    await using all = await fed()
    const { projecting, feeding, feed } = all
    await feeding.append([...listed('A1', 'B2'), ...placed(...orders(1_000))])
    await projecting.shown(await feeding.append(placed('last')))
    expect(await breachesOf(projecting)).toEqual([])
    expect(feed.health()).toMatchObject({ source: 'kafka', counts: { healed: 0, stored: 0 } })
  })

  test('shows it too when a tenth of the records was lost and another tenth came twice', async () => {
    await using all = await fed()
    const { projecting, feeding, feed } = all
    const head = await feeding.append([...listed('A1'), ...placed(...orders(2_000))], (sent, { position }) => {
      if (position % 10 === 3) return []
      return position % 10 === 7 ? [sent, sent] : [sent]
    })
    await projecting.shown(head)
    expect(await breachesOf(projecting)).toEqual([])
    expect(feed.health().counts).toMatchObject({ healed: 200, duplicates: 200 })
  })

  test('shows it when the beginning of the topics was deleted', async () => {
    await using all = await fed()
    const { projecting, feeding } = all
    const head = await appendEvents(projecting.pool, [...listed('A1'), ...placed(...orders(1_000))])
    await feeding.publisher.publish({ change: (sent, { position }) => (position < 500 ? [sent] : []) })
    await deleteRecords(feeding, 'orders')
    await feeding.publisher.publish({ after: 500 })
    await projecting.shown(head)
    expect(await breachesOf(projecting)).toEqual([])
  })

  test('shows it when a topic was deleted and made again', async () => {
    await using all = await fed()
    const { projecting, feeding, feed } = all
    await projecting.shown(await feeding.append([...listed('A1'), ...placed(...orders(100))]))
    await feeding.publisher.recreate('orders')
    const head = await feeding.append(placed(...orders(100, 'again')))
    await projecting.shown(head)
    expect(await breachesOf(projecting)).toEqual([])
    await backOnKafka(all)
    expect(feed.health().reason).toBeNull()
  })

  test('goes on by the store while Kafka is away, and with Kafka when it is back', async () => {
    await using all = await fed()
    const { projecting, feeding } = all
    const [broker] = (kafka as OwnKafka).brokers
    if (broker === undefined) throw new Error('no broker')
    await projecting.shown(await feeding.append([...listed('A1'), ...placed(...orders(100))]))
    await broker.kill('SIGKILL')
    const missed = await appendEvents(projecting.pool, placed(...orders(100, 'missed')))
    await projecting.shown(missed)
    expect(all.feed.health()).toMatchObject({ source: 'store', reason: expect.any(String) })
    await broker.start()
    await eventually(() => feeding.publisher.publish({ after: missed - 100 }), { timeout: 60_000 })
    await backOnKafka(all)
    expect(await breachesOf(projecting)).toEqual([])
  })

  test('is begun by the store where Kafka is away from the start', async () => {
    await using projecting = await openProjecting()
    await using feeding = await kafkaFeeding(kafka as OwnKafka, projecting.pool)
    const feed = feeding.open({ settings: { ...feeding.settings, brokers: ['127.0.0.1:1'] } })
    await projecting.project({ feed })
    await projecting.shown(await appendEvents(projecting.pool, [...listed('A1'), ...placed('o1')]))
    await eventually(() => feed.health().reason?.includes('ECONNREFUSED'))
    expect(await breachesOf(projecting)).toEqual([])
  })

  test('moves from one feed to the other under load, both ways, and loses and doubles nothing', async () => {
    await using all = await fed()
    const { projecting, feeding } = all
    let head = await feeding.append(listed('A1'))
    let stopped = false
    const load = (async () => {
      for (let batch = 0; !stopped; batch++) head = await feeding.append(placed(...orders(50, `b${String(batch)}`)))
    })()
    // Each new projector takes over from the one before, with the other feed.
    let current = all.projector
    for (const next of [projecting.feed, feeding.open(), projecting.feed, feeding.open()]) {
      const before = await stateOf(projecting, 'orders')
      const successor = await projecting.project({ feed: next })
      await current.stop()
      await eventually(() => successor.health().state === 'working')
      current = successor
      await projecting.shown(before.position + 100, 'orders')
    }
    stopped = true
    await load
    await projecting.shown(head)
    expect(await breachesOf(projecting)).toEqual([])
  })
})

describe.skipIf(kafka === null)('two services fed from Kafka', () => {
  test('when one is killed inside a transaction of the projector, the other takes over', async () => {
    await using projecting = await openProjecting()
    const { pool, url } = projecting
    const wire = wireFormat(await registerEventSchemas(embeddedRegistry(pool)))
    await using feeding = await kafkaFeeding(kafka as OwnKafka, pool, wire)
    const folders = [makeDataDir(), makeDataDir()] as const
    const env = {
      DATABASE_URL: url,
      KAFKA_BROKERS: feeding.settings.brokers.join(','),
      TOPIC_PREFIX: feeding.settings.prefix,
      ROLES: 'projector',
    }
    const crash = { CRASH_POINT: `projector.transaction:${String(3 * projections.length)}` }
    const [first, second] = [
      await startService({ dataDir: folders[0].path, env: { ...env, ...crash } }),
      await startService({ dataDir: folders[1].path, env }),
    ]
    try {
      await eventually(() => readsKafka(first))
      let head = await feeding.append(listed('A1'))
      let alive = true
      void first.exited.then(() => (alive = false))
      for (let batch = 0; alive; batch++) {
        head = await feeding.append(placed(...orders(20, `b${String(batch)}`)))
        await projecting.shown(head)
      }
      expect(await first.exited).toMatchObject({ signal: 'SIGKILL' })
      await projecting.shown(await feeding.append(placed(...orders(100, 'after'))))
      expect(await breachesOf(projecting)).toEqual([])
      // The killed one is a member of the group until its session is over; the store is read meanwhile.
      await eventually(
        async () => {
          await projecting.shown(await feeding.append(placed(`o-${newId()}`)))
          return readsKafka(second)
        },
        { timeout: 60_000 },
      )
    } finally {
      await Promise.all([first.kill(), second.stop()])
      for (const folder of folders) folder.remove()
    }
  })
})

async function readsKafka({ url }: Service): Promise<boolean> {
  const response = await fetch(new URL('/metrics', url))
  return (await response.text()).includes('feed_from_kafka 1')
}

async function backOnKafka({ feed, feeding, projecting }: Fed): Promise<void> {
  await eventually(
    async () => {
      await projecting.shown(await feeding.append(placed(`o-${newId()}`)))
      return feed.health().source === 'kafka'
    },
    { timeout: 60_000 },
  )
}

async function deleteRecords(feeding: KafkaFeeding, name: 'orders'): Promise<void> {
  const admin = feeding.publisher.kafka.admin()
  await admin.connect()
  const topic = topicName(feeding.settings.prefix, name)
  const ends = await admin.fetchTopicOffsets(topic)
  const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }))
  await admin.deleteTopicRecords({ topic, partitions })
  await admin.disconnect()
}

function orders(count: number, prefix = 'o'): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index)}`)
}
