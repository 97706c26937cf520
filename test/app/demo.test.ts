/** The demo of a first start: its orders live on by themselves, and nothing of it reaches anybody outside. */
import { expect, test } from 'vitest'
import { newId, systemClock } from '../../app/clock.ts'
import { fillDemo } from '../../app/start/demo.ts'
import { DemoLives } from '../../app/start/demo-lives.ts'
import { createTraffic } from '../../simulation/traffic.ts'
import { decode } from '../../schemas/codec.ts'
import { readEvents } from '../../store/log/read-log.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { query } from '../support/query.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'
import { storeProcesses } from '../support/store-process.ts'

const stores = storeProcesses()

const SHOWN_MS = 60_000

test(
  'orders of the demo are placed, paid, declined, cancelled and delivered once the service runs',
  { timeout: 120_000 },
  async () => {
    const service = await serviceHere({ env: { DEMO_ORDERS: '120', EFFECTS: 'on', PAYMENT_GATEWAY_URL: 'simulator' } })
    try {
      const items = async (path: string) =>
        (
          (await (await fetch(`${service.url}${path}`)).json()) as {
            readonly items: readonly Readonly<Record<string, unknown>>[]
          }
        ).items
      const statuses = async (path: string) => new Set((await items(path)).map(({ status }) => status))
      await eventually(
        async () => {
          const orders = await statuses('/orders?limit=200')
          return ['placed', 'completed', 'cancelled'].every((status) => orders.has(status))
        },
        { timeout: SHOWN_MS },
      )
      const paid = await items('/payments?limit=200')
      expect(new Set(paid.map(({ method }) => method))).toContain('on-account')
      // One that the gateway took, and the simulated carrier brought.
      const charged = new Set(
        (
          await eventually(
            async () => {
              const all = await items('/payments?limit=200')
              return (
                all.some(({ status }) => status === 'declined') &&
                all.every(({ status }) => status !== 'pending') &&
                all
              )
            },
            { timeout: SHOWN_MS },
          )
        ).flatMap(({ method, status, orderId }) => (method !== 'on-account' && status === 'captured' ? [orderId] : [])),
      )
      await eventually(
        async () => (await items('/deliveries?status=delivered&limit=200')).some(({ orderId }) => charged.has(orderId)),
        { timeout: SHOWN_MS },
      )
      expect((await items('/reactors')).map(({ name }) => name)).toContain('deliveries')
    } finally {
      await service.stop()
    }
  },
)

const living = (databaseUrl: string) =>
  query(databaseUrl, `select stream from log.events where type in ('PaymentRequested', 'OrderCancelled')`)

/** So many that steps of the demo, which come one by one, would be committed among them. */
async function placeTwenty({ url }: ServiceHere): Promise<void> {
  for (let order = 1; order <= 20; order++) {
    const { status } = await fetch(`${url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ customerId: 'customer-00001', lines: [{ sku: 'IPHONE-17', quantity: 1 }] }),
    })
    expect(status).toBe(201)
  }
}

test('what a start that is stopped leaves of the demo, the next one does not play', async () => {
  const database = await testDatabase()
  const env = { DATABASE_URL: database.url, DEMO_ORDERS: '300' }
  try {
    const first = await serviceHere({ env, early: true })
    await first.stop()
    const played = await living(database.url)
    // The one that was under way.
    expect(played.length).toBeLessThanOrEqual(1)
    const second = await serviceHere({ env, early: true })
    try {
      await placeTwenty(second)
      expect(await living(database.url)).toEqual(played)
    } finally {
      await second.stop()
    }
  } finally {
    await database.drop()
  }
})

test('in production the orders of a demo that was asked for stay placed', async () => {
  const service = await serviceHere({ env: { NODE_ENV: 'production', DEMO_ORDERS: '100' }, early: true })
  try {
    await placeTwenty(service)
    expect(await living(service.databaseUrl)).toEqual([])
  } finally {
    await service.stop()
  }
})

test('where mails leave the machine and a real gateway takes payments, the demo has no addresses and asks for no money', async () => {
  const { committer, pool } = await stores.start()
  const shop = { currency: 'EUR', reservationMinutes: 15, clock: systemClock, newId, pseudonym: () => null }
  const reach = { payments: false, mails: false, texts: false }
  const { placed } = await fillDemo(80, { executor: committer, traffic: createTraffic(1), shop, reach })
  expect(placed.length).toBeGreaterThan(60)
  const failures: unknown[] = []
  const onError = (error: unknown) => void failures.push(error)
  await new DemoLives(placed, { executor: committer, shop, seed: 1, reach, onError }).start()
  expect(failures).toEqual([])
  const events = await readEvents(pool, 0, 5_000)
  const of = (type: string) =>
    events.flatMap((event) =>
      event.type === type
        ? [decode(type, event.schemaVersion, event.data) as unknown as Readonly<Record<string, unknown>>]
        : [],
    )
  expect(of('CustomerRegistered').filter(({ email, phone }) => email !== null || phone !== null)).toEqual([])
  expect(new Set(of('PaymentRequested').map(({ method }) => method))).toEqual(new Set(['on-account']))
  expect(of('DeliveryDelivered').length).toBeGreaterThan(5)
  expect(of('OrderCancelled').length).toBeGreaterThan(0)

  // A store that fails ends the rest, and is reported once.
  await committer.stop()
  await new DemoLives(placed, { executor: committer, shop, seed: 2, reach, onError }).start()
  expect(failures).toHaveLength(1)
})
