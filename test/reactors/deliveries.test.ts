/** The simulated carrier on orders that are paid: VIPs pay on account, which needs no gateway. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cancelOrder } from '../../domain/end-order.ts'
import { customerRegistered } from '../../domain/test-events.ts'
import { deliverOrder, dispatchOrder, failDelivery } from '../../domain/delivery.ts'
import { requestPayment } from '../../domain/payments/request-payment.ts'
import { placeOrder } from '../../domain/place-order.ts'
import { deliveries, type Carrier } from '../../reactors/deliveries.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { openPaying, type Paying } from './paying.ts'
import { breaches, names } from './reacting.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'

/** Two minutes: longer than any of these tests. */
const LONG_MS = 120_000
const swift: Carrier = { fetchedAfter: () => 0, underWay: () => 0, failure: () => null }

let paying: Paying

beforeEach(async () => {
  paying = await openPaying()
  await appendEvents(paying.pool, [{ stream: 'customer-v1', event: customerRegistered('v1', { tier: 'vip' }) }])
})

afterEach(async () => {
  await paying[Symbol.asyncDispose]()
})

const play = (carrier: Carrier = swift) => paying.react({}, { reactors: [deliveries(carrier)] })

async function paid(orderId: string): Promise<void> {
  const lines = [{ sku: 'A1', quantity: 2 }]
  const command = {
    orderId,
    named: true,
    customerId: 'v1',
    lines,
    currency: 'EUR',
    reservationMinutes: 15,
    keys: NO_KEYS,
  }
  const refusals = [
    await paying.run((read) => placeOrder({ ...command, at: Date.now() }, read)),
    await paying.run((read) =>
      requestPayment({ orderId, method: 'on-account', amount: null, keys: NO_KEYS, at: Date.now() }, read),
    ),
  ]
  expect(refusals).toEqual([null, null])
}

interface Found {
  readonly type: string
  readonly at: number
  readonly cause: string | null
  readonly id: string
}

/** What happened to a parcel. */
async function parcel(orderId: string): Promise<readonly Found[]> {
  const { rows } = await paying.pool.query<Found>(
    `select type, extract(epoch from recorded_at)::float8 * 1000 as at, causation_id as cause, id
    from log.events where stream = $1 order by version`,
    [`delivery-${orderId}`],
  )
  return rows
}

const steps = async (orderId: string) => (await parcel(orderId)).map(({ type }) => type.slice('Delivery'.length))

async function settled(): Promise<void> {
  await eventually(async () => {
    const { position, head, due } = await paying.state('deliveries')
    return position === head && due === 0
  })
}

test('what is paid is dispatched and delivered, each step caused by the one before, and the laws hold', async () => {
  for (const id of names(10)) await paid(id)
  await paid('lost')
  await play({ ...swift, failure: (orderId, dispatch) => (orderId === 'lost' && dispatch === 1 ? 'damaged' : null) })
  await settled()
  for (const id of names(10)) {
    expect(await steps(id)).toEqual(['Scheduled', 'Dispatched', 'Delivered'])
    expect(await paying.orderOf(id)).toBe('completed')
  }
  expect(await steps('lost')).toEqual(['Scheduled', 'Dispatched', 'Failed', 'Dispatched', 'Delivered'])
  const events = await parcel('lost')
  expect(events.slice(1).map(({ cause }) => cause)).toEqual(events.slice(0, -1).map(({ id }) => id))
  expect(await breaches(paying.pool)).toEqual([])
})

test('a step comes no earlier than its time after the last, by the clock of the database', async () => {
  await paid('o1')
  await play({ ...swift, fetchedAfter: () => 1_500, underWay: () => 700 })
  await settled()
  const [scheduled, dispatched, delivered] = (await parcel('o1')).map(({ at }) => at)
  expect((dispatched ?? 0) - (scheduled ?? 0)).toBeGreaterThanOrEqual(1_500)
  expect((delivered ?? 0) - (dispatched ?? 0)).toBeGreaterThanOrEqual(700)
})

test('a parcel that failed twice is left to people', async () => {
  await paid('o1')
  await play({ ...swift, failure: () => 'address not found' })
  await settled()
  expect(await steps('o1')).toEqual(['Scheduled', 'Dispatched', 'Failed', 'Dispatched', 'Failed'])
  expect(await paying.orderOf('o1')).toBe('confirmed')
})

test('what somebody else reported first stands, and a cancelled order goes nowhere', async () => {
  for (const id of names(4)) await paid(id)
  const nth = (orderId: string, dispatch: number) => ({ orderId, dispatch })
  await play({ ...swift, fetchedAfter: (orderId) => (orderId === 'o1' ? 0 : LONG_MS), underWay: () => LONG_MS })
  await eventually(async () => (await steps('o1')).length === 2)
  await paying.run((read) => deliverOrder(nth('o1', 1), read))
  await paying.run((read) => dispatchOrder(nth('o2', 1), read))
  await paying.run((read) => failDelivery({ ...nth('o2', 1), cause: 'nobody at home' }, read))
  await paying.run((read) => dispatchOrder(nth('o3', 1), read))
  await paying.run((read) => cancelOrder({ orderId: 'o4', reason: null, sellable: true }, read))
  await eventually(async () => {
    const { position, head, due } = await paying.state('deliveries')
    // Of the second and the third parcel all that it has read, as nothing of them is over.
    return position === head && due === 5
  })
  await paying.pool.query(`update log.due set due_at = clock_timestamp() where reactor = 'deliveries'`)
  // Left is the end of the second parcel, which is under way once more.
  await eventually(async () => {
    const { position, head, due } = await paying.state('deliveries')
    return position === head && due === 1
  })
  expect(await steps('o1')).toEqual(['Scheduled', 'Dispatched', 'Delivered'])
  expect(await steps('o2')).toEqual(['Scheduled', 'Dispatched', 'Failed', 'Dispatched'])
  expect(await steps('o3')).toEqual(['Scheduled', 'Dispatched', 'Delivered'])
  expect(await steps('o4')).toEqual(['Scheduled', 'Cancelled'])
})

test('a second process, and one that ends before it has noted what it did, move no parcel twice', async () => {
  for (const id of names(6)) await paid(id)
  let crashes = 2
  const dying = {
    reactors: [deliveries(swift)],
    reachPoint(point: string) {
      if (point === 'reactor.decided' && crashes-- > 0) throw new Error('the process ended here')
    },
  }
  await paying.react({}, dying)
  await play()
  await settled()
  // Once at least: then the other one may have the lease until the end.
  expect(crashes).toBeLessThan(2)
  for (const id of names(6)) expect(await steps(id)).toEqual(['Scheduled', 'Dispatched', 'Delivered'])
  expect(await breaches(paying.pool)).toEqual([])
})
