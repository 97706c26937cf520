/** Attempts that are on hold until somebody has looked: what is charged when, and that nothing keeps honest trade waiting. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cancelOrder } from '../../domain/end-order.ts'
import { reviewAlert, type Verdict } from '../../domain/payments/fraud.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'
import { requestPayment } from '../../domain/payments/request-payment.ts'
import { recordCapture } from '../../domain/payments/settle-payment.ts'
import { expireOrders } from '../../reactors/expire-orders.ts'
import { fraud } from '../../reactors/fraud/fraud.ts'
import { ScoringProgress } from '../../reactors/fraud/scoring-progress.ts'
import { watchReactorsRestore } from '../../reactors/list.ts'
import { HeldPayments, MOST_HELD } from '../../reactors/payments/held-payments.ts'
import { httpGateway } from '../../reactors/payments/http-gateway.ts'
import { payments } from '../../reactors/payments/payments.ts'
import { restoreDump } from '../../store/dump/restore-dump.ts'
import { writeDump } from '../../store/dump/write-dump.ts'
import type { LeasedWorker } from '../../store/log/under-lease.ts'
import { eventually } from '../support/eventually.ts'
import { ids } from '../reactors/dying.ts'
import { leftToDo } from '../reactors/left-to-do.ts'
import { openPaying, type Paying } from '../reactors/paying.ts'
import { held, isHeld, ordered } from './held-attempts.ts'
import { breaches, eventsOf, openReacting, type Reacting } from '../reactors/reacting.ts'

/** A table in which everybody comes to 99 points. */
const everybody = {
  table: 'all',
  content: JSON.stringify({
    ...{ version: 'all', threshold: 60 },
    rules: { attemptsOfCustomer: [{ from: 1, points: 99 }] },
  }),
}
const HOUR = 3_600_000

interface Options {
  readonly holdMs?: number
  /** Null: FRAUD_HOLD is off. */
  readonly score?: number | null
  readonly scores?: boolean
}

async function opened(): Promise<Paying> {
  const paying = await openPaying()
  onTestFinished(() => paying[Symbol.asyncDispose]())
  return paying
}

/** Charges and scores in one process, as a service does. */
async function serve(
  where: Reacting,
  gatewayUrl: string,
  { holdMs = HOUR, score = 60, scores = true }: Options = {},
): Promise<LeasedWorker> {
  const gateway = httpGateway({ url: gatewayUrl, timeoutMs: 1_000 })
  onTestFinished(() => gateway.close())
  const monotonic = () => performance.now()
  const progress = score === null ? null : new ScoringProgress(where.pool, monotonic)
  const hold =
    score === null || progress === null
      ? null
      : { score, scoring: progress, held: new HeldPayments(where.pool, monotonic) }
  return where.react(
    {},
    {
      reactors: [
        expireOrders,
        payments({ gateway, transferDays: 0, holdMs, hold }),
        ...(scores ? [fraud({ table: everybody, scoring: progress })] : []),
      ],
    },
  )
}

/** The table is in force, and the scorer has read all there is: one that is behind is not waited for. */
async function scoring(paying: Paying): Promise<void> {
  await eventually(async () => {
    const isSet = (await eventsOf(paying.pool)).some(({ event }) => event.type === 'FraudTableSet')
    const { state, lagEvents } = await paying.state('fraud')
    return isSet && state === 'live' && lagEvents === 0
  })
}

const comesTo = (paying: Paying, orderId: string, status: string) =>
  eventually(async () => (await paying.orderOf(orderId)) === status)
const charges = (paying: Paying, orderId: string) =>
  paying.book().filter(({ kind, key }) => kind === 'charge' && key?.startsWith(`${orderId}/`))

async function review(paying: Paying, orderId: string, verdict: Verdict): Promise<void> {
  const raised = (await eventsOf(paying.pool)).flatMap(({ event }) =>
    event.type === 'FraudAlertRaised' && event.orderId === orderId ? [event] : [],
  )
  const { alertId = '' } = raised.at(-1) ?? {}
  const command = { alertId, orderId, verdict, note: null, at: Date.now() }
  expect(await paying.run((read) => reviewAlert(command, read))).toBeNull()
}

async function typesOf(paying: Reacting, orderId: string): Promise<readonly string[]> {
  return (await eventsOf(paying.pool)).flatMap(({ stream, event }) =>
    stream === `payment-${orderId}` ? [event.type] : [],
  )
}

/** What is on hold is looked at once a minute, which has nothing to do with what is decided then. */
const hurry = (where: Reacting) => where.pool.query(`update log.due set due_at = now() where detail ? 'hold'`)

async function done(where: Reacting): Promise<void> {
  await eventually(async () => {
    await hurry(where)
    return (await leftToDo(where.pool)).every(({ reactor }) => reactor !== 'payments')
  })
}

test('law 10: an attempt on hold is charged once it is found honest, and never when it is fraud or cancelled', async () => {
  const paying = await opened()
  await serve(paying, paying.gatewayUrl)
  await scoring(paying)
  const orders = ['honest', 'cheat', 'gone']
  for (const orderId of orders) await ordered(paying, orderId)
  for (const orderId of orders) await held(paying, orderId)
  expect(paying.book()).toEqual([])

  await review(paying, 'honest', 'honest')
  await review(paying, 'cheat', 'fraud')
  await paying.run((read) => cancelOrder({ orderId: 'gone', reason: null, sellable: true }, read))
  await comesTo(paying, 'honest', 'confirmed')
  await done(paying)
  expect(paying.book().map(({ key }) => key)).toEqual(['honest/1'])
  expect(await typesOf(paying, 'honest')).toEqual([
    ...['PaymentRequested', 'PaymentHeld', 'PaymentReleased', 'PaymentCaptured'],
  ])
  for (const orderId of ['cheat', 'gone']) {
    expect(await paying.orderOf(orderId)).toBe('cancelled')
    expect(await typesOf(paying, orderId)).toEqual(['PaymentRequested', 'PaymentHeld', 'PaymentDeclined'])
  }
  expect(await breaches(paying.pool)).toEqual([])
})

test('law 10: what nobody reviews is charged when its time is over, by another process too, where nothing is put on hold any more', async () => {
  const paying = await opened()
  const first = await serve(paying, paying.gatewayUrl)
  await scoring(paying)
  await ordered(paying, 'o1')
  await held(paying, 'o1')
  await first.stop()
  const second = await serve(paying, paying.gatewayUrl)
  await scoring(paying)
  await ordered(paying, 'o2')
  await held(paying, 'o2')
  expect(await isHeld(paying, 'o1')).toBe(true)
  expect(paying.book()).toEqual([])
  await second.stop()

  await serve(paying, paying.gatewayUrl, { holdMs: 1, score: null })
  await done(paying)
  for (const orderId of ['o1', 'o2']) expect(await paying.orderOf(orderId)).toBe('confirmed')
  expect(charges(paying, 'o1')).toHaveLength(1)
  expect(charges(paying, 'o2')).toHaveLength(1)
  await ordered(paying, 'o3')
  await comesTo(paying, 'o3', 'confirmed')
  expect(await typesOf(paying, 'o3')).not.toContain('PaymentHeld')
  expect(await breaches(paying.pool)).toEqual([])
})

test('law 10: an outcome that still comes ends the hold, and a release or a verdict after it changes nothing', async () => {
  const paying = await opened()
  await serve(paying, paying.gatewayUrl)
  await scoring(paying)
  await ordered(paying, 'o1')
  await held(paying, 'o1')
  await paying.run((read) => recordCapture({ orderId: 'o1', attempt: 1, reference: 'ch-1', amount: null }, read))
  await review(paying, 'o1', 'honest')
  await done(paying)
  expect(await typesOf(paying, 'o1')).toEqual(['PaymentRequested', 'PaymentHeld', 'PaymentCaptured'])
  expect(await paying.orderOf('o1')).toBe('confirmed')
  expect(paying.book()).toEqual([])
  expect(await breaches(paying.pool)).toEqual([])
})

test('law 10: what is too old to be charged is not put on hold, from which it would be charged after all', async () => {
  const paying = await opened()
  await serve(paying, paying.gatewayUrl)
  await scoring(paying)
  // As after a pause: it was asked for eleven minutes ago, and its alert is there before it is looked at.
  await paying.place('o1')
  const asked = { orderId: 'o1', method: 'card', amount: null, keys: NO_KEYS, at: Date.now() - 660_000 } as const
  expect(await paying.run((read) => requestPayment(asked, read))).toBeNull()
  await eventually(async () => (await paying.paymentOf('o1')).attempts.at(-1)?.status === 'declined')
  await eventually(async () =>
    (await eventsOf(paying.pool)).some(({ event }) => event.type === 'FraudAlertRaised' && event.orderId === 'o1'),
  )
  expect(await typesOf(paying, 'o1')).toEqual(['PaymentRequested', 'PaymentDeclined'])
  expect(paying.book()).toEqual([])
  expect(await breaches(paying.pool)).toEqual([])
})

test('trade goes on while the scorer is paused, is not there, or comes to 99 points for everybody', async () => {
  const paying = await opened()
  const worker = await serve(paying, paying.gatewayUrl)
  await scoring(paying)
  await paying.reactors.pause('fraud')
  await ordered(paying, 'paused')
  await comesTo(paying, 'paused', 'confirmed')
  await paying.reactors.resume('fraud')
  await worker.stop()
  const alone = await serve(paying, paying.gatewayUrl, { scores: false })
  await ordered(paying, 'away')
  await comesTo(paying, 'away', 'confirmed')
  await alone.stop()

  const full = await serve(paying, paying.gatewayUrl)
  await scoring(paying)
  const orders = ids('many', MOST_HELD + 30)
  for (const orderId of orders) await ordered(paying, orderId)
  const statuses = async () => Promise.all(orders.map((orderId) => isHeld(paying, orderId)))
  const confirmed = async () =>
    (await Promise.all(orders.map((orderId) => paying.orderOf(orderId)))).filter((status) => status === 'confirmed')
  await eventually(async () => (await confirmed()).length === 30)
  expect((await statuses()).filter(Boolean)).toHaveLength(MOST_HELD)
  // Where one of them is reviewed, the next takes its place.
  const one = orders[(await statuses()).indexOf(true)] ?? ''
  await review(paying, one, 'fraud')
  await eventually(async () => {
    const next = `next-${String(Math.random())}`
    await ordered(paying, next)
    await eventually(async () => (await isHeld(paying, next)) || (await paying.orderOf(next)) === 'confirmed')
    return isHeld(paying, next)
  })
  // The next process knows those that are on hold from its beginning.
  await full.stop()
  await serve(paying, paying.gatewayUrl)
  await scoring(paying)
  await ordered(paying, 'restarted')
  await comesTo(paying, 'restarted', 'confirmed')
  expect(await typesOf(paying, 'restarted')).not.toContain('PaymentHeld')
  expect(await breaches(paying.pool)).toEqual([])
})

test('law 10: what is on hold stays so in a log that is made from a dump, and is charged when it is released there', async () => {
  const paying = await opened()
  const first = await serve(paying, paying.gatewayUrl)
  await scoring(paying)
  for (const orderId of ['waits', 'cheat', 'honest']) {
    await ordered(paying, orderId)
    await held(paying, orderId)
  }
  await first.stop()
  // Both verdicts fall while nobody charges.
  await review(paying, 'cheat', 'fraud')
  await review(paying, 'honest', 'honest')
  const folder = mkdtempSync(join(tmpdir(), 'orderledger-dump-'))
  const target = await openReacting()
  onTestFinished(async () => {
    await target[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })
  await writeDump({ pool: paying.pool, directory: join(folder, 'dump') })
  await restoreDump({ pool: target.pool, directory: join(folder, 'dump'), watcher: watchReactorsRestore() })

  const worker = await serve(target, paying.gatewayUrl)
  await eventually(async () => (await target.state('payments')).state === 'paused')
  await target.reactors.resume('payments')
  // The key of the fraud, and that of the honest one, which was released in the other log, are read and not known.
  await eventually(async () => {
    const left = (await leftToDo(target.pool)).find(({ reactor }) => reactor === 'payments')
    return left?.left === 1
  })
  expect(await typesOf(target, 'waits')).toEqual(['PaymentRequested', 'PaymentHeld'])
  expect(await typesOf(target, 'honest')).toEqual([
    ...['PaymentRequested', 'PaymentHeld', 'PaymentReleased', 'PaymentDeclined'],
  ])
  expect(paying.book()).toEqual([])
  await worker.stop()

  await serve(target, paying.gatewayUrl, { holdMs: 1 })
  await done(target)
  expect(await typesOf(target, 'waits')).toContain('PaymentCaptured')
  expect(paying.book().map(({ key }) => key)).toEqual(['waits/1'])
  expect(await breaches(target.pool)).toEqual([])
})
