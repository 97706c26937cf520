import { afterAll, describe, expect, test } from 'vitest'
import type { Addressed } from '../domain/decision.ts'
import {
  customerRegistered,
  orderCancelled,
  orderLine,
  orderPlaced,
  orderRejected,
  productListed,
  stockReceived,
  stockReserved,
} from '../domain/test-events.ts'
import { losing } from '../kafka/relay-losses.ts'
import { appendEvents } from './append-events.ts'
import { eventually } from './eventually.ts'
import { testKafka } from './kafka.ts'
import { expectPublished } from './published-log.ts'
import { openRelaying } from './relaying.ts'

const kafka = await testKafka()

afterAll(() => kafka?.stop())

/** So many orders, and all that goes with them, on streams of their own. */
function shop(name: string, orders: number): readonly Addressed[] {
  const skus = Array.from({ length: 7 }, (_, index) => `${name}-sku-${String(index)}`)
  const opened = skus.flatMap((sku): readonly Addressed[] => [
    { stream: `inventory-${sku}`, event: productListed(sku) },
    { stream: `inventory-${sku}`, event: stockReceived(sku, 1_000_000) },
  ])
  const sold = Array.from({ length: orders }, (_, index): readonly Addressed[] => {
    const id = `${name}-${String(index)}`
    const sku = `${name}-sku-${String(index % 7)}`
    const stream = `order-${id}` as const
    if (index % 5 === 1) return [{ stream, event: orderRejected(id) }]
    const placed: readonly Addressed[] = [
      { stream, event: orderPlaced(id, [orderLine(sku, 2)]) },
      { stream: `inventory-${sku}`, event: stockReserved(sku, id, 2) },
    ]
    return index % 5 === 0 ? [...placed, { stream, event: orderCancelled(id, [orderLine(sku, 2)]) }] : placed
  })
  return [{ stream: `customer-${name}`, event: customerRegistered(name) }, ...opened, ...sold.flat()]
}

describe.skipIf(kafka === null)('the relay', () => {
  if (kafka === null) return

  test('puts every stored event on its topic, and copies where outsiders look for them', async () => {
    await using relaying = await openRelaying(kafka)
    await relaying.createTopics()
    await appendEvents(relaying.pool, shop('before', 2_000))
    const relay = relaying.relay()
    await relaying.published()
    await appendEvents(relaying.pool, shop('while-it-runs', 50))
    await relaying.published()
    expect(await expectPublished(relaying)).toBe(0)
    await relay.stop()
    expect(relaying.complaints).toEqual([])
  })

  test('waits for topics that are missing, says so, and goes on by itself', async () => {
    await using relaying = await openRelaying(kafka)
    await appendEvents(relaying.pool, shop('early', 10))
    const relay = relaying.relay()
    const health = await eventually(() => (relay.health().reason?.includes('orders') ? relay.health() : null))
    expect(health).toMatchObject({ state: 'waiting' })
    expect(health.reason).toContain('orderledger topics create')
    await relaying.createTopics()
    await relaying.published()
    await expectPublished(relaying)
    await eventually(() => relay.health().state === 'publishing')
  })

  test('that lies about some events loses exactly those', async () => {
    await using relaying = await openRelaying(kafka)
    await relaying.createTopics()
    const loses = losing(0.1)
    const head = await appendEvents(relaying.pool, shop('lossy', 500))
    relaying.relay({ loses })
    await relaying.published()
    const lost = Array.from({ length: head }, (_, index) => index + 1).filter(loses)
    expect(lost.length).toBeGreaterThan(head / 20)
    await expectPublished(relaying, loses)
  })
})
