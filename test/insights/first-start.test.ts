/** A release that scores, started for the first time on a log in which thousands have paid: nobody hears of what was. */
import { afterEach, expect, test } from 'vitest'
import type { Addressed } from '../../domain/decision.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'
import {
  customerRegistered,
  orderConfirmed,
  orderLine,
  orderPlaced,
  paymentCaptured,
  paymentRequested,
} from '../../domain/test-events.ts'
import { namesOfReactors } from '../../reactors/list.ts'
import { readReactorStates } from '../../reactors/reactor-states.ts'
import { openPool } from '../../store/postgres/database.ts'
import { ids } from '../reactors/dying.ts'
import { closeOpened, opened, realServer } from '../reactors/mailing.ts'
import { eventsOf } from '../reactors/reacting.ts'
import { appendEvents } from '../support/append-events.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { serviceHere } from '../support/service-here.ts'

afterEach(closeOpened)

const CARD = '0123456789abcdef'
const OPERATOR = 'ops@x.test'

/** An order that its customer has paid for with the one card. */
function paid(orderId: string): readonly Addressed[] {
  const lines = [orderLine('A1', 1)]
  const payer = { customerId: orderId, ...NO_KEYS, card: CARD }
  return [
    { stream: `customer-${orderId}`, event: customerRegistered(orderId, { email: `${orderId}@x.test` }) },
    { stream: `order-${orderId}`, event: orderPlaced(orderId, lines, { customerId: orderId }) },
    { stream: `payment-${orderId}`, event: paymentRequested(orderId, 1, 1_000, payer) },
    { stream: `payment-${orderId}`, event: paymentCaptured(orderId, 1, 1_000, { ...payer, confirms: true }) },
    { stream: `order-${orderId}`, event: { ...orderConfirmed(orderId, lines), customerId: orderId } },
  ]
}

test('a first start on a log of 10,000 orders raises no alert and mails nobody, and counts what lies there', async () => {
  const { received, port } = await realServer()
  const database = await testDatabase()
  opened.push(() => database.drop())
  const pool = openPool(database.url, { name: 'test', max: 2 })
  opened.push(() => pool.end())
  const orders = ids('o', 10_000)
  for (let first = 0; first < orders.length; first += 1_000)
    await appendEvents(pool, orders.slice(first, first + 1_000).flatMap(paid))
  // As the migrations leave a log that was there before them; the fraud reactor alone folds all of it.
  const { rowCount } = await pool.query(
    `update log.checkpoints set position = (select position from log.log_head) where reader like 'reactor %'`,
  )
  expect(rowCount).toBe(4)

  const service = await serviceHere({
    env: {
      ...{ DATABASE_URL: database.url, ROLES: 'reactor', EFFECTS: 'on', SMTP_URL: `smtp://127.0.0.1:${String(port)}` },
      ...{ OPERATOR_EMAIL: OPERATOR, DELIVERY_SIMULATION: 'off' },
    },
  })
  opened.push(() => service.stop())
  const done = () =>
    eventually(
      async () => {
        const states = await readReactorStates(pool, namesOfReactors({ deliverySimulation: false }))
        return states.every(({ state, lagEvents, due }) => state === 'live' && lagEvents === 0 && due === 0)
      },
      { timeout: 120_000 },
    )
  const count = async (type: string) => {
    const { rows } = await pool.query<{ count: number }>(
      'select count(*)::int as count from log.events where type = $1',
      [type],
    )
    return rows[0]?.count
  }
  await eventually(async () => (await count('FraudTableSet')) === 1)
  await done()
  expect([await count('FraudAlertRaised'), await count('NotificationSent'), received.length]).toEqual([0, 0, 0])

  // The next one is the first of whom anybody hears: the card of thousands is known.
  await appendEvents(pool, paid('late'))
  await eventually(() => received.length > 0)
  await done()
  const events = await eventsOf(pool)
  const raised = events.flatMap(({ event }) => (event.type === 'FraudAlertRaised' ? [event.orderId] : []))
  expect(raised).toEqual(['late'])
  expect(new Set(received.flatMap(({ to }) => to))).toEqual(new Set(['late@x.test']))
})
