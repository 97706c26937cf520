/** Attempts may be put on hold, and who scores them, or who charges them, is away: trade goes on, and nobody honest is suspected. */
import { expect, onTestFinished, test } from 'vitest'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'
import { requestPayment } from '../../domain/payments/request-payment.ts'
import { customerRegistered } from '../../domain/test-events.ts'
import { shippedTable } from '../../insights/fraud/shipped-tables.ts'
import { expireOrders } from '../../reactors/expire-orders.ts'
import { fraud } from '../../reactors/fraud/fraud.ts'
import { ScoringProgress } from '../../reactors/fraud/scoring-progress.ts'
import { HeldPayments } from '../../reactors/payments/held-payments.ts'
import { httpGateway } from '../../reactors/payments/http-gateway.ts'
import { payments } from '../../reactors/payments/payments.ts'
import type { Reactor } from '../../reactors/reactor.ts'
import type { LeasedWorker } from '../../store/log/under-lease.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { ids } from '../reactors/dying.ts'
import { openPaying, type Paying } from '../reactors/paying.ts'
import { held, isHeld, ordered } from './held-attempts.ts'
import { breaches, eventsOf } from '../reactors/reacting.ts'

/** A table in which everybody comes to 99 points. */
const everybody = {
  table: 'all',
  content: JSON.stringify({
    ...{ version: 'all', threshold: 60 },
    rules: { attemptsOfCustomer: [{ from: 1, points: 99 }] },
  }),
}
const tableOne = { table: '1', content: JSON.stringify(JSON.parse(shippedTable('1') ?? '')) }

async function opened(): Promise<Paying> {
  const paying = await openPaying()
  onTestFinished(() => paying[Symbol.asyncDispose]())
  return paying
}

/** Scores, and charges what comes to less than 60 points. `changed`: of the reactor `fraud`. */
async function serve(
  paying: Paying,
  table = everybody,
  changed: (scorer: Reactor) => Reactor = (scorer) => scorer,
): Promise<LeasedWorker> {
  const gateway = httpGateway({ url: paying.gatewayUrl, timeoutMs: 1_000 })
  onTestFinished(() => gateway.close())
  const monotonic = () => performance.now()
  const scoring = new ScoringProgress(paying.pool, monotonic)
  const hold = { score: 60, scoring, held: new HeldPayments(paying.pool, monotonic) }
  const worker = await paying.react(
    {},
    {
      reactors: [
        expireOrders,
        payments({ gateway, transferDays: 0, holdMs: 3_600_000, hold }),
        changed(fraud({ table, scoring })),
      ],
    },
  )
  await eventually(async () => (await eventsOf(paying.pool)).some(({ event }) => event.type === 'FraudTableSet'))
  return worker
}

const confirmed = (paying: Paying, orderId: string) =>
  eventually(async () => (await paying.orderOf(orderId)) === 'confirmed')

test('law 8: a scorer that has stopped at what it cannot read holds nobody up', async () => {
  const paying = await opened()
  await serve(paying)
  await ordered(paying, 'before')
  await held(paying, 'before')
  await appendEvents(paying.pool, [
    { stream: 'fraud-_table', event: { type: 'FraudTableSet', table: '9', content: '{"version":"9"}' } },
  ])
  await eventually(async () => (await paying.state('fraud')).state === 'failed')
  for (const orderId of ids('stopped', 5)) await ordered(paying, orderId)
  for (const orderId of ids('stopped', 5)) await confirmed(paying, orderId)
  expect(await isHeld(paying, 'before')).toBe(true)
})

test('law 8: an attempt whose alert is parked is charged, and those after it are scored and on hold', async () => {
  const paying = await opened()
  await serve(paying, everybody, (scorer) => ({
    ...scorer,
    act: (cause, acting) =>
      scorer.act(cause, {
        ...acting,
        ask: (decide) =>
          cause.stream === 'payment-parked' ? Promise.reject(new TypeError('no such thing')) : acting.ask(decide),
      }),
  }))
  await ordered(paying, 'parked')
  await confirmed(paying, 'parked')
  await eventually(async () => (await paying.state('fraud')).parkedCount === 1)
  await ordered(paying, 'next')
  await held(paying, 'next')
  expect(await breaches(paying.pool)).toEqual([])
})

test('a scorer that is behind is not waited for, and scores what it missed once it works again', async () => {
  const paying = await opened()
  await serve(paying)
  await ordered(paying, 'before')
  await held(paying, 'before')
  // What it knows is written with its checkpoint: it cannot go on, and the database works for everybody else.
  const client = await paying.pool.connect()
  try {
    await client.query('begin')
    await client.query('lock table log.fraud_recent in access exclusive mode')
    const late = ids('late', 10)
    for (const orderId of late) await ordered(paying, orderId)
    for (const orderId of late)
      await eventually(async () => (await isHeld(paying, orderId)) || (await paying.orderOf(orderId)) === 'confirmed')
    await eventually(async () => (await paying.state('fraud')).lagEvents > 0)
    const behind = ids('behind', 10)
    for (const orderId of behind) await ordered(paying, orderId)
    for (const orderId of behind) await confirmed(paying, orderId)
  } finally {
    await client.query('rollback')
    client.release()
  }
  await eventually(async () => (await paying.state('fraud')).lagEvents === 0)
  await ordered(paying, 'after')
  await held(paying, 'after')
  await eventually(async () => (await paying.state('fraud')).due === 0)
  expect(await breaches(paying.pool)).toEqual([])
})

test('with the gateway away, 30 honest customers of one network with four attempts each raise nothing and are not on hold', async () => {
  const paying = await opened()
  await serve(paying, tableOne)
  const customers = ids('honest', 30)
  // An amount and a network with points: three declines that counted would bring the fourth attempt to the threshold.
  await appendEvents(
    paying.pool,
    customers.map((id) => ({ stream: `customer-${id}` as const, event: customerRegistered(id) })),
  )
  for (const customerId of customers) await paying.place(customerId, 20, customerId)
  await paying.stopGateway()
  for (const attempt of [1, 2, 3, 4]) {
    for (const customerId of customers) {
      const keys = {
        ...NO_KEYS,
        card: pseudonym(customerId),
        device: pseudonym(`${customerId}-phone`),
        network: pseudonym('office'),
      }
      const asked = { orderId: customerId, method: 'card', amount: null, keys, at: Date.now() } as const
      expect(await paying.run((read) => requestPayment(asked, read))).toBeNull()
    }
    if (attempt < 4) await ended(paying, customers, attempt)
  }
  await eventually(async () => (await paying.state('fraud')).lagEvents === 0)
  await eventually(async () => (await paying.state('payments')).outage !== null)
  await paying.startGateway()
  for (const customerId of customers) await confirmed(paying, customerId)

  const events = await eventsOf(paying.pool)
  const count = (type: string) => events.filter(({ event }) => event.type === type).length
  expect(['PaymentRequested', 'PaymentDeclined', 'PaymentCaptured'].map(count)).toEqual([120, 90, 30])
  expect(['FraudAlertRaised', 'PaymentHeld'].map(count)).toEqual([0, 0])
  const reasons = events.flatMap(({ event }) => (event.type === 'PaymentDeclined' ? [event.reason] : []))
  expect(new Set(reasons)).toEqual(new Set(['no-answer']))
  expect(await breaches(paying.pool)).toEqual([])
})

/** Resolves when the reactor has ended this attempt of each order, as the gateway gives no answer: two minutes pass at once. */
async function ended(paying: Paying, orders: readonly string[], attempt: number): Promise<void> {
  await eventually(
    async () => {
      await paying.pool.query(
        `update log.due set due_at = now(), detail = jsonb_set(detail, '{liveMs}', '120000')
      where reactor = 'payments' and (detail->>'attempt')::int = $1 and attempts > 0`,
        [attempt],
      )
      const states = await Promise.all(orders.map((orderId) => paying.paymentOf(orderId)))
      return states.every(({ attempts }) => attempts[attempt - 1]?.status === 'declined')
    },
    { timeout: 120_000, interval: 200 },
  )
}

function pseudonym(name: string): string {
  return Buffer.from(name).toString('hex').padStart(16, '0').slice(-16)
}
