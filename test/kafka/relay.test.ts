import { describe, expect, test } from 'vitest'
import { losing } from '../../kafka/relay/relay-losses.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { testKafka } from '../support/kafka.ts'
import { expectPublished } from './published-log.ts'
import { openRelaying } from './relaying.ts'
import { soldOrders } from './sold-orders.ts'

const kafka = await testKafka()

describe.skipIf(kafka === null)('the relay', () => {
  if (kafka === null) return

  test('puts every stored event on its topic, and copies where outsiders look for them', async () => {
    await using relaying = await openRelaying(kafka)
    await relaying.createTopics()
    await appendEvents(relaying.pool, soldOrders('before', 2_000))
    const relay = relaying.relay()
    await relaying.published()
    await appendEvents(relaying.pool, soldOrders('while-it-runs', 50))
    await relaying.published()
    expect(await expectPublished(relaying)).toBe(0)
    await relay.stop()
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
})
