/**
 * Reactors that act outside, killed (SIGKILL) at each of their points: before and after the checkpoint, before and after an effect
 * and the command that records it, before and after it is noted as done. Each next process finds what the one before left.
 */
import { describe, expect, onTestFinished, test } from 'vitest'
import { reactorPointNames, webhookPointNames, type CrashPoint } from '../../app/crash-points.ts'
import { cancelOrder } from '../../domain/end-order.ts'
import { customerRegistered } from '../../domain/test-events.ts'
import { httpGateway } from '../../reactors/payments/http-gateway.ts'
import { signWebhook } from '../../reactors/payments/webhook-signature.ts'
import { appendEvents } from '../support/append-events.ts'
import type { Service } from '../support/service.ts'
import { closeOpened, realServer } from './mailing.ts'
import { EACH, dying, ids, openDying, settled, type Dying } from './dying.ts'
import { openPaying, type Paying } from './paying.ts'
import { breaches, eventsOf } from './reacting.ts'
import { textBridge } from './text-bridge.ts'

/** From what is read and not noted yet to what is done and just noted. */
const STEPS = reactorPointNames

describe('laws 10 and 11: a process that pays', () => {
  const cancelled = (paying: Paying, orderId: string) =>
    paying.run((read) => cancelOrder({ orderId, reason: null, sellable: true }, read))

  async function requested(paying: Paying, orderIds: readonly string[]): Promise<void> {
    for (const orderId of orderIds) {
      await paying.place(orderId)
      await paying.request(orderId)
    }
  }

  /** Dies at each step of one kind of cause, of which `make` makes some more before each. */
  async function dieAtEachStep(
    services: Dying,
    orders: readonly string[],
    make: (orderId: string) => Promise<unknown>,
  ) {
    for (const [index, point] of STEPS.entries()) {
      for (const orderId of orders.slice(index * EACH, (index + 1) * EACH)) await make(orderId)
      await services.dieAt(point)
    }
    await services.live()
  }

  test('killed at each step of a charge, of a refund and of a second look moves all money once', async () => {
    const paying = await openPaying()
    onTestFinished(() => paying[Symbol.asyncDispose]())
    const services = await dying(paying, 'payments', { PAYMENT_GATEWAY_URL: paying.gatewayUrl })
    const charged = ids('p', STEPS.length * EACH)
    await dieAtEachStep(services, charged, (orderId) => requested(paying, [orderId]))
    await settled(paying, 'payments')

    await dieAtEachStep(services, charged, (orderId) => cancelled(paying, orderId))
    await settled(paying, 'payments')

    // Each second one was charged by a process that died before it heard the answer. Neither is asked for now.
    const gateway = httpGateway({ url: paying.gatewayUrl, timeoutMs: 5_000 })
    onTestFinished(() => gateway.close())
    const read = ids('q', STEPS.length * EACH)
    const known = read.filter((_, index) => index % 2 === 0)
    await services.rest()
    await dieAtEachStep(services, read, async (orderId) => {
      await requested(paying, [orderId])
      const { method, amount } = first((await paying.paymentOf(orderId)).attempts)
      if (known.includes(orderId)) {
        await gateway.charge({ key: `${orderId}/1`, orderId, attempt: 1, method, amount })
      }
      await cancelled(paying, orderId)
    })
    await settled(paying, 'payments')

    expect(services.fired).toEqual([...STEPS, ...STEPS, ...STEPS])
    const booked = (kind: string) => paying.book().flatMap((entry) => (entry.kind === kind ? [entry.key ?? ''] : []))
    const all = [...charged, ...known]
    expect(booked('charge').sort()).toEqual(all.map((id) => `${id}/1`).sort())
    expect(booked('refund').sort()).toEqual(all.map((id) => `${id}/r1`).sort())
    const told = (await eventsOf(paying.pool)).map(({ stream, event }) => `${event.type} ${stream}`)
    const times = (type: string) => told.filter((each) => each.startsWith(`${type} payment-`)).sort()
    for (const type of ['PaymentCaptured', 'RefundRequested', 'PaymentRefunded']) {
      expect(times(type)).toEqual(all.map((id) => `${type} payment-${id}`).sort())
    }
    for (const id of read) {
      expect([id, await paying.orderOf(id)]).toEqual([id, 'cancelled'])
      const status = known.includes(id) ? 'captured' : 'declined'
      expect([id, first((await paying.paymentOf(id)).attempts).status]).toEqual([id, status])
    }
    expect(await breaches(paying.pool)).toEqual([])
  })

  test('killed around a message of the provider records it once, when it is sent again', async () => {
    const secret = '0123456789abcdef'
    const paying = await openPaying()
    onTestFinished(() => paying[Symbol.asyncDispose]())
    await requested(paying, ['w1'])
    const services = openDying({
      ...{ DATABASE_URL: paying.url, ROLES: 'api' },
      ...{ PAYMENT_GATEWAY_URL: paying.gatewayUrl, PAYMENT_WEBHOOK_SECRET: secret },
    })
    onTestFinished(() => services.close())
    const captured = { key: 'w1/1', status: 'captured', reference: 'ch-1' }
    const reversed = { key: 'w1/1', status: 'reversed', amount: { amount: 5_000, currency: 'EUR' }, reference: 'cb-1' }
    /** The status; null: it died. */
    const send = async ({ url }: Service, message: object): Promise<number | null> => {
      const body = JSON.stringify(message)
      const signature = signWebhook(Buffer.from(body), { secrets: [secret], at: Date.now() / 1_000 })
      const headers = { 'content-type': 'application/json', 'orderledger-signature': signature }
      return fetch(`${url}/payments/webhook`, { method: 'POST', headers, body }).then(
        ({ status }) => status,
        () => null,
      )
    }
    for (const point of ['webhook.asking', 'webhook.asked'] as const) {
      await services.dieAt(point, async (service) => expect(await send(service, captured)).toBeNull())
    }
    await services.dieAt('webhook.asking', async (service) => expect(await send(service, reversed)).toBeNull())
    await services.dieAt('webhook.parked', async (service) => {
      expect(await send(service, captured)).toBe(204)
      expect(await send(service, reversed)).toBeNull()
    })
    const last = await services.live()
    for (const message of [captured, reversed]) expect(await send(last, message)).toBe(204)

    expect(new Set<CrashPoint>(services.fired)).toEqual(new Set<CrashPoint>(webhookPointNames))
    const told = (await eventsOf(paying.pool)).filter(({ stream }) => stream === 'payment-w1')
    expect(told.map(({ event }) => event.type)).toEqual([
      ...['PaymentRequested', 'PaymentCaptured', 'RefundRequested', 'PaymentRefunded'],
    ])
    expect((await paying.state('payments')).parked).toMatchObject([{ code: 'reversal-too-large', webhook: 1 }])
    expect(await breaches(paying.pool)).toEqual([])
  })
})

test('law 11: a process killed at each step of a mail and of a text message tells each customer, and records it once', async () => {
  const paying = await openPaying()
  onTestFinished(() => paying[Symbol.asyncDispose]())
  const { received, port } = await realServer()
  const bridge = await textBridge()
  onTestFinished(async () => {
    await bridge.close()
    await closeOpened()
  })
  const vip = customerRegistered('v1', { email: null, phone: '+49 30 1234567', tier: 'vip' })
  await appendEvents(paying.pool, [{ stream: 'customer-v1', event: vip }])
  const services = await dying(paying, 'mail', {
    SMTP_URL: `smtp://127.0.0.1:${String(port)}`,
    SMS_URL: bridge.url,
  })
  const orders = { email: ids('m', STEPS.length * EACH), sms: ids('t', STEPS.length * EACH) }
  for (const channel of ['email', 'sms'] as const) {
    for (const [index, point] of STEPS.entries()) {
      for (const orderId of orders[channel].slice(index * EACH, (index + 1) * EACH)) {
        await paying.place(orderId, 1, channel === 'email' ? 'c1' : 'v1')
        await paying.run((read) => cancelOrder({ orderId, reason: null, sellable: true }, read))
      }
      await services.dieAt(point)
    }
    await services.live()
    await settled(paying, 'mail')
  }

  expect(services.fired).toEqual([...STEPS, ...STEPS])
  const events = await eventsOf(paying.pool)
  const causes = new Map(
    events.flatMap(({ id, event }) => (event.type === 'OrderCancelled' ? [[event.orderId, id]] : [])),
  )
  const told = events.filter(({ event }) => event.type === 'NotificationSent').map(({ stream }) => stream)
  const all = [...orders.email, ...orders.sms]
  expect([...told].sort()).toEqual(all.map((id) => `notification-${String(causes.get(id))}`).sort())
  expect(events.filter(({ event }) => event.type === 'NotificationFailed')).toEqual([])
  // At least once, and a repeat can be recognised.
  const arrived = new Set(received.map(({ headers }) => headers.get('message-id')))
  expect([...arrived].sort()).toEqual(
    orders.email.map((id) => `<${String(causes.get(id))}.order-cancelled@orderledger>`).sort(),
  )
  expect([...new Set(bridge.keys)].sort()).toEqual(
    orders.sms.map((id) => `${String(causes.get(id))}.order-cancelled`).sort(),
  )
  expect(await breaches(paying.pool)).toEqual([])
})

function first<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('there is none')
  return one
}
