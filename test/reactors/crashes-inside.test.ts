/** Reactors that act in the log alone, killed (SIGKILL) at each of their points: the next process goes on from what it finds. */
import { expect, onTestFinished, test } from 'vitest'
import { reactorPointNames } from '../../app/crash-points.ts'
import { customerRegistered, orderRejected, productListed } from '../../domain/test-events.ts'
import { appendEvents } from '../support/append-events.ts'
import { EACH, dying, ids, settled, type Dying } from './dying.ts'
import { openPaying } from './paying.ts'
import { breaches, eventsOf, expiries, openReacting, reserve, type Reacting } from './reacting.ts'

const meaning: Readonly<Record<(typeof reactorPointNames)[number], string>> = {
  'reactor.read': 'with what is due read and not noted',
  'reactor.filled': 'with what is due just noted',
  'reactor.taken': 'with causes in hand',
  'reactor.calling': 'before an effect',
  'reactor.called': 'after an effect',
  'reactor.asking': 'before a command',
  'reactor.asked': 'with a command committed',
  'reactor.decided': 'before what is done is noted',
  'reactor.settled': 'with what is done just noted',
}

/** Those of a reactor that does nothing outside. */
const POINTS = reactorPointNames.filter((point) => !point.startsWith('reactor.call'))

/** Dies at each point, with some of what `make` makes waiting; then one lives until all is done. */
async function dieAtEachPoint(
  services: Dying,
  all: readonly string[],
  make: (some: readonly string[]) => Promise<unknown>,
) {
  for (const [index, point] of POINTS.entries()) {
    await make(all.slice(index * EACH, (index + 1) * EACH))
    await services.dieAt(point)
  }
  await services.live()
}

function firedAt({ fired }: Dying): readonly string[] {
  return fired.map((point) => meaning[point as keyof typeof meaning])
}

const ALL = POINTS.map((point) => meaning[point])

async function reacting(): Promise<Reacting> {
  const opened = await openReacting()
  onTestFinished(() => opened[Symbol.asyncDispose]())
  return opened
}

test('law 11: orders that are due are ended once each, and none is forgotten', async () => {
  const shop = await reacting()
  const services = await dying(shop, 'expire-orders', {})
  const orders = ids('e', POINTS.length * EACH)
  await dieAtEachPoint(services, orders, (some) => reserve(shop.pool, some, () => -1_000))
  await settled(shop, 'expire-orders')
  expect(firedAt(services)).toEqual(ALL)
  const expired = (await expiries(shop.pool)).map(({ stream }) => stream)
  expect([...expired].sort()).toEqual(orders.map((id) => `order-${id}`).sort())
  expect(await breaches(shop.pool)).toEqual([])
})

test('law 11: products that sell out are advised to be restocked once each', async () => {
  const shop = await reacting()
  const services = await dying(shop, 'stock-outs', { RESTOCK_ALERT: '1' })
  const products = ids('P', POINTS.length * EACH)
  await dieAtEachPoint(services, products, (some) =>
    appendEvents(
      shop.pool,
      some.flatMap((sku) => [
        { stream: `inventory-${sku}`, event: productListed(sku) } as const,
        ...[1, 2, 3].map((number) => {
          const orderId = `${sku}-${String(number)}`
          const event = orderRejected(orderId, { shortages: [{ sku, wanted: 2, available: 0 }] })
          return { stream: `order-${orderId}`, event } as const
        }),
      ]),
    ),
  )
  await settled(shop, 'stock-outs')
  expect(firedAt(services)).toEqual(ALL)
  const advised = (await eventsOf(shop.pool)).flatMap(({ event }) => (event.type === 'RestockAdvised' ? [event] : []))
  expect(advised.map(({ sku }) => sku).sort()).toEqual([...products].sort())
  for (const advice of advised) expect(advice).toMatchObject({ refusedOrders: 2, refusedUnits: 4 })
  expect(await breaches(shop.pool)).toEqual([])
})

test('laws 4 and 11: parcels take each step once', async () => {
  const paying = await openPaying()
  onTestFinished(() => paying[Symbol.asyncDispose]())
  await appendEvents(paying.pool, [{ stream: 'customer-v1', event: customerRegistered('v1', { tier: 'vip' }) }])
  const services = await dying(paying, 'deliveries', { DELIVERY_SIMULATION: 'on' })
  // The carrier takes its time, which has nothing to do with where processes die.
  const hurrying = setInterval(() => {
    void paying.pool.query(`update log.due set due_at = now() where reactor = 'deliveries' and due_at > now()`)
  }, 100)
  onTestFinished(() => clearInterval(hurrying))
  const orders = ids('d', POINTS.length * EACH)
  await dieAtEachPoint(services, orders, async (some) => {
    for (const orderId of some) {
      await paying.place(orderId, 1, 'v1')
      await paying.request(orderId, 'on-account')
    }
  })
  await settled(paying, 'deliveries')
  clearInterval(hurrying)
  expect(firedAt(services)).toEqual(ALL)
  const events = await eventsOf(paying.pool)
  const arrives = ['DeliveryScheduled', 'DeliveryDispatched', 'DeliveryDelivered']
  const failsOnce = ['DeliveryScheduled', 'DeliveryDispatched', 'DeliveryFailed', ...arrives.slice(1)]
  for (const orderId of orders) {
    const steps = events.flatMap(({ stream, event }) => (stream === `delivery-${orderId}` ? [event.type] : []))
    expect([arrives, failsOnce]).toContainEqual(steps)
    const shipped = events.filter(({ event }) => event.type === 'StockShipped' && event.orderId === orderId)
    expect(shipped).toHaveLength(1)
  }
  expect(await breaches(paying.pool)).toEqual([])
})
