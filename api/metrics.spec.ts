import { expect, test } from 'vitest'
import type { FeedHealth } from '../kafka/feed/kafka-feed.ts'
import type { PartitionLag } from '../kafka/lag/lag-report.ts'
import type { ProjectionState } from '../projections/live/projection-states.ts'
import { createMetrics } from './metrics.ts'

const state: ProjectionState = {
  name: 'orders',
  version: 1,
  generation: 1,
  state: 'failed',
  position: 90,
  head: 100,
  lagEvents: 10,
  lagSeconds: 2.5,
  eventsPerSecond: 0,
  lastError: null,
  rows: 0,
  replayId: null,
  lastCheck: null,
}

test('projections are read once for all their gauges', async () => {
  const metrics = createMetrics()
  let reads = 0
  metrics.watchProjections(async () => {
    reads += 1
    return [state]
  })
  const text = await metrics.registry.metrics()
  expect(reads).toBe(1)
  for (const line of [
    'projection_lag_seconds{name="orders"} 2.5',
    'projection_lag_events{name="orders"} 10',
    'projection_position{name="orders"} 90',
    'projection_failed{name="orders"} 1',
  ]) {
    expect(text).toContain(line)
  }
})

test('metrics are told also while the projections cannot be read', async () => {
  const metrics = createMetrics()
  metrics.watchProjections(() => Promise.reject(new Error('the database is away')))
  metrics.eventsAppended.inc({ type: 'OrderPlaced' }, 3)
  expect(await metrics.registry.metrics()).toContain('events_appended_total{type="OrderPlaced"} 3')
})

test('orders are counted by what became of them', async () => {
  const metrics = createMetrics()
  const common = { answer: '', position: 1, streams: new Map() }
  const accepted = (events: number) => ({ outcome: 'accepted', events, ...common }) as const
  const refused = (reason: string) => ({ outcome: 'refused', refusal: { reason }, events: 0, ...common }) as const
  metrics.countOrder(accepted(2), 'placed', 12)
  metrics.countOrder(accepted(0), 'placed', 1)
  metrics.countOrder({ outcome: 'known', answer: '', position: 1 }, 'placed', 1)
  metrics.countOrder(refused('out-of-stock'), 'placed', 1)
  metrics.countOrder(refused('order-exists'), 'placed', 1)
  metrics.countOrder(refused('unknown-order'), 'cancelled', 1)
  metrics.countOrder({ outcome: 'key-reused', usedFor: Buffer.of() }, 'placed', 1)
  metrics.countOrder(accepted(0), 'cancelled', 1)
  const text = await metrics.registry.metrics()
  for (const [result, count] of Object.entries({ placed: 1, cancelled: 1, repeated: 2, rejected: 1, conflict: 3 })) {
    expect(text).toContain(`orders_total{result="${result}"} ${String(count)}`)
  }
  expect(text).toContain('order_validation_duration_seconds_bucket{le="0.025"} 8')
  expect(text).toContain('order_validation_duration_seconds_bucket{le="0.01"} 7')
})

test('the feed from Kafka tells what it reads and what it healed, and nothing where there is none', async () => {
  const metrics = createMetrics()
  const counts = { healed: 7, duplicates: 3, foreign: 2, damaged: 1, stored: 70 }
  let feed: FeedHealth | null = { source: 'kafka', reason: null, held: 12, counts }
  metrics.watchFeed(() => feed)
  for (let asked = 0; asked < 2; asked++) {
    const text = await metrics.registry.metrics()
    for (const line of ['feed_from_kafka 1', 'feed_held_events 12', 'feed_healed_total 7', 'feed_damaged_total 1']) {
      expect(text).toContain(line)
    }
  }
  feed = null
  expect(await metrics.registry.metrics()).toContain('feed_from_kafka 0')
})

test('commands over Kafka are counted by what became of them', async () => {
  const metrics = createMetrics()
  metrics.countInbound('order-commands', 'placed')
  metrics.countInbound('order-commands', 'placed')
  metrics.countInbound('order-commands', 'parked')
  metrics.countInbound('delivery-commands', 'taken')
  const text = await metrics.registry.metrics()
  expect(text).toContain('orders_over_kafka_total{outcome="placed"} 2')
  expect(text).toContain('orders_over_kafka_total{outcome="parked"} 1')
  expect(text).toContain('delivery_reports_over_kafka_total{outcome="taken"} 1')
})

test('law 13: names of consumer groups that others make become no more than so many series', async () => {
  const metrics = createMetrics()
  let round = 0
  const partition: PartitionLag = {
    ...{
      behind: 0,
      topic: 't',
      partition: 0,
      offset: 0,
      end: 0,
      secondsBehind: null,
      inRate: 0,
      outRate: 0,
      ageSeconds: 0,
      detail: null,
    },
    trend: 'steady',
    etaSeconds: null,
    verdict: 'OK',
    settled: true,
  }
  metrics.watchGroups(async () =>
    Array.from({ length: 60 }, (_, index) => {
      const partitions = [{ ...partition, behind: 10 * round + index }]
      return {
        ...partition,
        group: `g${String(round)}-${String(index)}`,
        kind: 'classic',
        state: 'Empty',
        members: [],
        behind: 0,
        partitions,
      }
    }),
  )
  const seen = new Set<string>()
  let text = ''
  for (round = 0; round < 5; round++) {
    text = await metrics.registry.metrics()
    for (const [, group = ''] of text.matchAll(/kafka_consumer_group_lag\{group="([^"]+)"/g)) seen.add(group)
  }
  expect(seen.size).toBe(101)
  expect(text).toContain('kafka_consumer_group_lag{group="other",topic="t",partition="0"} 99')
})
