/** What a log that is made from a dump leaves to its reactors: what had no outcome, and nothing of what had. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cancelOrder } from '../../domain/end-order.ts'
import { recordCapture, recordDecline } from '../../domain/payments/settle-payment.ts'
import { refundKey } from '../../reactors/payments/gateway-keys.ts'
import { httpGateway } from '../../reactors/payments/http-gateway.ts'
import { payments } from '../../reactors/payments/payments.ts'
import { watchReactorsRestore } from '../../reactors/list.ts'
import { restoreDump } from '../../store/dump/restore-dump.ts'
import { writeDump } from '../../store/dump/write-dump.ts'
import { appendRaw } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { leftToDo } from './left-to-do.ts'
import { openPaying, type Paying } from './paying.ts'
import { breaches, eventsOf, headOf, openReacting, type Reacting } from './reacting.ts'

async function restored(source: Paying): Promise<Reacting> {
  const folder = mkdtempSync(join(tmpdir(), 'orderledger-dump-'))
  const target = await openReacting()
  onTestFinished(async () => {
    await target[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })
  await writeDump({ pool: source.pool, directory: join(folder, 'dump') })
  await restoreDump({ pool: target.pool, directory: join(folder, 'dump'), watcher: watchReactorsRestore() })
  return target
}

/** Streams that a reactor has to look at, in the order of the log. */
async function due({ pool }: Reacting, reactor: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ stream: string }>(
    'select stream from log.due where reactor = $1 order by position',
    [reactor],
  )
  return rows.map(({ stream }) => stream)
}

test('payments without an outcome are only read by their keys, once they are resumed; all others are left alone', async () => {
  await using source = await openPaying()
  const gateway = httpGateway({ url: source.gatewayUrl, timeoutMs: 5_000 })
  onTestFinished(() => gateway.close())
  const requested = async (orderId: string) => {
    await source.place(orderId)
    await source.request(orderId)
  }
  /** The reference of the charge, which the log need not know of. */
  const charge = async (orderId: string) => {
    const [attempt] = (await source.paymentOf(orderId)).attempts
    if (attempt === undefined) throw new Error(`no attempt of ${orderId}`)
    const { method, amount } = attempt
    const outcome = await gateway.charge({ key: `${orderId}/1`, orderId, attempt: 1, method, amount })
    if (outcome.status !== 'captured') throw new Error(`${orderId} was not captured`)
    return { orderId, attempt: 1, reference: outcome.reference, amount }
  }
  const captured = async (orderId: string) => {
    await requested(orderId)
    const { amount, ...known } = await charge(orderId)
    await source.run((read) => recordCapture({ ...known, amount: null }, read))
    return { amount, ...known }
  }
  const cancelled = (orderId: string) =>
    source.run((read) => cancelOrder({ orderId, reason: null, sellable: true }, read))
  const decline = (orderId: string, reason: string) =>
    source.run((read) => recordDecline({ orderId, attempt: 1, reason }, read))

  await captured('paid')
  await requested('declined')
  await decline('declined', 'insufficient-funds')
  await requested('charged')
  await charge('charged')
  await requested('unseen')
  await requested('unheard')
  await charge('unheard')
  await decline('unheard', 'no-answer')
  await captured('refund-unseen')
  await cancelled('refund-unseen')
  const known = await captured('refund-known')
  await cancelled('refund-known')
  await gateway.refund({ ...known, key: refundKey('refund-known', 1) })
  const before = source.book()

  const target = await restored(source)
  const unsettled = ['charged', 'unseen', 'unheard', 'refund-unseen', 'refund-known'].map((id) => `payment-${id}`)
  expect(await due(target, 'payments')).toEqual(unsettled)
  const placed = ['declined', 'charged', 'unseen', 'unheard'].map((id) => `order-${id}`)
  expect(await due(target, 'expire-orders')).toEqual(placed)
  expect(await target.state('payments')).toMatchObject({ lagEvents: 0, due: unsettled.length })
  expect(await target.state('mail')).toMatchObject({ lagEvents: 0, due: 0 })

  await target.react({}, { reactors: [payments({ gateway, transferDays: 0, holdMs: 3_600_000, hold: null })] })
  await eventually(async () => (await target.state('payments')).state === 'paused')
  expect(await headOf(target.pool)).toBe(await headOf(source.pool))
  await target.reactors.resume('payments')
  const left = async () => (await leftToDo(target.pool)).find(({ reactor }) => reactor === 'payments')
  await eventually(async () => {
    const now = await left()
    return now?.left === 1 && now.parked === 1
  })

  expect(source.book()).toEqual(before)
  expect((await target.state('payments')).parked).toMatchObject([
    { stream: 'payment-refund-unseen', code: 'refund-unknown' },
  ])
  const since = (await eventsOf(target.pool)).slice(await headOf(source.pool))
  const told = since
    .filter(({ stream }) => stream.startsWith('payment-'))
    .map(({ stream, event }) => {
      return `${stream} ${event.type}`
    })
  expect([...told].sort()).toEqual([
    'payment-charged PaymentCaptured',
    'payment-refund-known PaymentRefunded',
    'payment-unheard PaymentCaptured',
    'payment-unseen PaymentDeclined',
  ])

  await target.reactors.retry('payments')
  await eventually(async () => (await left()) === undefined)
  // The key that was never seen is read on.
  expect(await due(target, 'payments')).toEqual(['payment-unseen'])
  expect(source.book().length).toBe(before.length + 1)
  expect(await breaches(target.pool)).toEqual([])
})

test('a reactor stops at what it cannot read there, as it does anywhere', async () => {
  await using source = await openPaying()
  await source.place('o1')
  await source.request('o1')
  const broken = { type: 'PaymentRequested', schemaVersion: 1, data: Buffer.from([255]) }
  const head = await appendRaw(source.pool, [{ stream: 'payment-o2', ...broken }])
  await source.place('o3')
  await source.request('o3')
  const target = await restored(source)
  expect(await due(target, 'payments')).toEqual(['payment-o1'])
  expect(await target.state('payments')).toMatchObject({ position: head - 1 })
  expect(await target.state('expire-orders')).toMatchObject({ lagEvents: 0, due: 2 })
})
