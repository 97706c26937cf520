/** Messages of the provider that do not say all: the gateway is asked, on a real simulator, whatever was given up before. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import { cancelOrder } from '../../domain/end-order.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'
import { requestPayment } from '../../domain/payments/request-payment.ts'
import { httpGateway } from '../../reactors/payments/http-gateway.ts'
import { takeWebhook, type WebhookEnd } from '../../reactors/payments/take-webhook.ts'
import { parseWebhookBody } from '../../reactors/payments/webhook-body.ts'
import { eventually } from '../support/eventually.ts'
import { openPaying, type Paying } from '../reactors/paying.ts'
import { breaches } from '../reactors/reacting.ts'

const DAY = 86_400_000

function told({ pool, executor }: Paying, message: object): Promise<WebhookEnd> {
  const body = parseWebhookBody(Buffer.from(JSON.stringify(message)))
  if (body === null) throw new Error('it cannot be read')
  return takeWebhook({ pool, executor, newId, reachPoint: () => undefined }, body)
}

/** Of the first attempt. */
async function attemptIs(paying: Paying, status: string): Promise<void> {
  await eventually(async () => (await paying.paymentOf('p1')).attempts[0]?.status === status)
}

async function dueIs(paying: Paying, count: number): Promise<void> {
  await eventually(async () => {
    const { lagEvents, due } = await paying.state('payments')
    return lagEvents === 0 && due === count
  })
}

describe('a message that money was taken, without its reference', () => {
  test('about an attempt that is no longer read has its key read, and the capture counts late', async () => {
    await using paying = await openPaying()
    await paying.place('p1')
    const at = Date.now() - 2 * DAY
    await paying.run((read) =>
      requestPayment({ orderId: 'p1', method: 'bank-transfer', amount: null, keys: NO_KEYS, at }, read),
    )
    await paying.pay()
    await attemptIs(paying, 'declined')
    await dueIs(paying, 0)
    const gateway = httpGateway({ url: paying.gatewayUrl, timeoutMs: 5_000 })
    onTestFinished(() => gateway.close())
    const amount = (await paying.paymentOf('p1')).attempts[0]?.amount ?? { amount: 0, currency: 'EUR' }
    await gateway.charge({ key: 'p1/1', orderId: 'p1', attempt: 1, method: 'card', amount })

    expect(await told(paying, { key: 'p1/1', status: 'captured' })).toBe('asked')
    await attemptIs(paying, 'captured')
    expect(await paying.orderOf('p1')).toBe('confirmed')
    await dueIs(paying, 0)
    expect(await told(paying, { key: 'p1/1', status: 'captured' })).toBe('recorded')
    expect(await breaches(paying.pool)).toEqual([])
  })

  test('about an attempt that is parked has its key read once more', async () => {
    await using paying = await openPaying({ faults: { amount: 1 } })
    await paying.pay()
    await paying.place('p1')
    await paying.request('p1')
    await eventually(async () => (await paying.state('payments')).parkedCount === 1)
    await paying.stopGateway()
    await paying.startGateway({ faults: {} })
    expect(await told(paying, { key: 'p1/1', status: 'captured' })).toBe('asked')
    await attemptIs(paying, 'captured')
    await dueIs(paying, 0)
    expect(await paying.state('payments')).toMatchObject({ parkedCount: 0 })
  })

  test('about nothing of ours is unknown', async () => {
    await using paying = await openPaying()
    await paying.place('p1')
    await paying.request('p1')
    for (const key of ['p1/2', 'p2/1']) expect(await told(paying, { key, status: 'captured' })).toBe('unknown')
    expect(await told(paying, { key: 'p1/r1', status: 'refunded' })).toBe('unknown')
  })

  test('about an attempt that the reactor has not read yet leaves that to it', async () => {
    await using paying = await openPaying()
    await paying.place('p1')
    await paying.request('p1')
    expect(await told(paying, { key: 'p1/1', status: 'captured' })).toBe('asked')
    await paying.pay()
    await attemptIs(paying, 'captured')
    await dueIs(paying, 0)
  })
})

/** A paid order is cancelled, and the gateway refuses its refund. */
async function parkRefund(paying: Paying): Promise<void> {
  await paying.pay()
  await paying.place('p1')
  await paying.request('p1')
  await attemptIs(paying, 'captured')
  await paying.run((read) => cancelOrder({ orderId: 'p1', reason: null, sellable: true }, read))
  await eventually(async () => (await paying.state('payments')).parkedCount === 1)
}

describe('a message about a refund that is parked as refused', () => {
  test('that says so again changes nothing; that it was made has it asked for', async () => {
    await using paying = await openPaying({ faults: { refused: 1 } })
    await parkRefund(paying)
    expect(await told(paying, { key: 'p1/r1', status: 'refused', reason: 'try-later' })).toBe('recorded')
    expect(await paying.state('payments')).toMatchObject({ parkedCount: 1 })
    await paying.stopGateway()
    await paying.startGateway({ faults: {} })
    expect(await told(paying, { key: 'p1/r1', status: 'refunded' })).toBe('asked')
    await eventually(async () => (await paying.paymentOf('p1')).refunds[0]?.status === 'refunded')
    await dueIs(paying, 0)
  })

  test('and was then settled outside: that it was made after all is parked', async () => {
    await using paying = await openPaying({ faults: { refused: 1 } })
    await parkRefund(paying)
    const position = (await paying.state('payments')).parked[0]?.position ?? 0
    await paying.reactors.skipCause('payments', { position, webhook: null }, 'paid back in cash')
    expect(await told(paying, { key: 'p1/r1', status: 'refunded' })).toBe('parked')
    expect((await paying.state('payments')).parked).toMatchObject([{ code: 'refund-settled', webhook: 1 }])
  })
})
