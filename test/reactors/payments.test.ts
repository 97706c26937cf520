/** What is requested is charged and refunded, once, whatever the gateway does: on a real simulator over HTTP. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { cancelOrder } from '../../domain/end-order.ts'
import { requestRefund } from '../../domain/payments/refund.ts'
import { GatewayFailure } from '../../reactors/payments/gateway.ts'
import { httpGateway } from '../../reactors/payments/http-gateway.ts'
import { eventually } from '../support/eventually.ts'
import { breaches, eventsOf } from './reacting.ts'
import { openPaying, type Paying } from './paying.ts'

function ids(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `p${String(index + 1)}`)
}

async function requestAll(paying: Paying, orderIds: readonly string[]): Promise<void> {
  await Promise.all(
    orderIds.map(async (orderId) => {
      await paying.place(orderId)
      await paying.request(orderId)
    }),
  )
}

async function allAre(paying: Paying, orderIds: readonly string[], status: string): Promise<void> {
  await eventually(async () => {
    const found = await Promise.all(orderIds.map((orderId) => paying.orderOf(orderId)))
    return found.every((each) => each === status)
  })
}

function charges(paying: Paying): readonly string[] {
  return paying.book().flatMap(({ kind, key }) => (kind === 'charge' && key !== undefined ? [key] : []))
}

/** Where what is parked with this code stands, once it is the only one. */
async function parkedAt(paying: Paying, code: string): Promise<number> {
  await eventually(async () => (await paying.state('payments')).parkedCount === 1)
  const { parked } = await paying.state('payments')
  expect(parked).toMatchObject([{ code }])
  return parked[0]?.position ?? 0
}

describe('a payment that was requested', () => {
  test('is charged once and confirms its order; cancelled, its money goes back', async () => {
    await using paying = await openPaying()
    await paying.pay()
    await requestAll(paying, ids(20))
    await allAre(paying, ids(20), 'confirmed')
    expect([...charges(paying)].sort()).toEqual(
      ids(20)
        .map((id) => `${id}/1`)
        .sort(),
    )
    expect(await paying.run((read) => cancelOrder({ orderId: 'p1', reason: null, sellable: true }, read))).toBeNull()
    await eventually(async () => (await paying.paymentOf('p1')).refunds[0]?.status === 'refunded')
    expect(await breaches(paying.pool)).toEqual([])
  })

  test('that is declined is recorded with the reason, and may be requested again', async () => {
    await using paying = await openPaying({ declines: 1 })
    await paying.pay()
    await requestAll(paying, ['p1'])
    await eventually(async () => (await paying.paymentOf('p1')).attempts[0]?.status === 'declined')
    await paying.request('p1')
    await eventually(async () => (await paying.paymentOf('p1')).attempts[1]?.status === 'declined')
    expect(await paying.orderOf('p1')).toBe('placed')
    expect(charges(paying)).toEqual(['p1/1', 'p1/2'])
  })

  test('while the gateway is away waits, which is shown, and is charged once when it is back', async () => {
    await using paying = await openPaying()
    await paying.stopGateway()
    await paying.pay()
    await requestAll(paying, ids(5))
    await eventually(async () => (await paying.state('payments')).outage !== null)
    expect((await paying.state('payments')).outage?.reason).toMatch(/gateway|charge/i)
    await paying.startGateway()
    await allAre(paying, ids(5), 'confirmed')
    await eventually(async () => (await paying.state('payments')).outage === null)
    expect([...charges(paying)].sort()).toEqual(ids(5).map((id) => `${id}/1`))
  })

  test('meets every fault of a gateway, and is charged at most once', async () => {
    await using paying = await openPaying({
      faults: { timeout: 0.1, 500: 0.1, garbage: 0.1, lost: 0.2, slow: 0.05 },
      declines: 0.2,
    })
    await paying.pay()
    await requestAll(paying, ids(40))
    await eventually(async () => {
      const found = await Promise.all(ids(40).map((id) => paying.paymentOf(id)))
      return found.every(({ attempts }) => attempts[0]?.status !== 'open')
    })
    const keys = charges(paying)
    expect(new Set(keys).size).toBe(keys.length)
    expect(await breaches(paying.pool)).toEqual([])
  })

  test('for which the gateway took another amount is declined and parked with both', async () => {
    await using paying = await openPaying({ faults: { amount: 1 } })
    await paying.pay()
    await requestAll(paying, ['p1'])
    const position = await parkedAt(paying, 'wrong-amount')
    expect((await paying.state('payments')).parked).toMatchObject([{ stream: 'payment-p1', webhook: null }])
    expect((await paying.paymentOf('p1')).attempts).toMatchObject([{ status: 'declined' }])
    const skipped = await paying.reactors.skipCause('payments', { position, webhook: null }, 'settled at their desk')
    expect(skipped).toMatchObject({ parkedCount: 0, due: 0 })
  })

  test('for which the gateway took another amount is captured late once it names the right one, and is retried', async () => {
    await using paying = await openPaying({ faults: { amount: 1 } })
    await paying.pay()
    await requestAll(paying, ['p1'])
    await parkedAt(paying, 'wrong-amount')
    await paying.stopGateway()
    await paying.startGateway({ faults: {} })
    await paying.reactors.retry('payments')
    await allAre(paying, ['p1'], 'confirmed')
    expect((await paying.paymentOf('p1')).attempts).toMatchObject([{ status: 'captured', declined: 'wrong-amount' }])
    expect(charges(paying)).toEqual(['p1/1'])
    expect(await breaches(paying.pool)).toEqual([])
  })

  test('of an order that was cancelled before is not charged', async () => {
    await using paying = await openPaying()
    await requestAll(paying, ['p1'])
    await paying.run((read) => cancelOrder({ orderId: 'p1', reason: null, sellable: true }, read))
    await paying.pay()
    await eventually(async () => (await paying.paymentOf('p1')).attempts[0]?.status === 'declined')
    expect(charges(paying)).toEqual([])
  })

  test('that reaches the gateway late, when it had not seen the key and the order is over, goes back', async () => {
    const onTheirWay: (() => Promise<unknown>)[] = []
    await using paying = await openPaying({}, (gateway) => ({
      ...gateway,
      async charge(charge) {
        onTheirWay.push(() => gateway.charge(charge))
        throw new GatewayFailure('gateway-timeout', 'no answer came')
      },
    }))
    await paying.pay()
    await requestAll(paying, ['p1'])
    await eventually(() => onTheirWay.length > 0)
    await paying.run((read) => cancelOrder({ orderId: 'p1', reason: null, sellable: true }, read))
    await eventually(async () => (await paying.paymentOf('p1')).attempts[0]?.status === 'declined')
    expect(charges(paying)).toEqual([])
    for (const arrives of onTheirWay) await arrives()
    await eventually(async () => (await paying.paymentOf('p1')).refunds[0]?.status === 'refunded')
    expect((await paying.paymentOf('p1')).attempts).toMatchObject([{ status: 'captured', declined: 'no-answer' }])
    await eventually(async () => (await paying.state('payments')).due === 0)
    expect(await breaches(paying.pool)).toEqual([])
  })

  test('is not charged while effects are off, and is once they are on', async () => {
    await using paying = await openPaying()
    const off = await paying.pay({ effects: false })
    await requestAll(paying, ['p1'])
    await eventually(async () => (await paying.state('payments')).due === 1)
    await eventually(async () => (await paying.state('payments')).state === 'paused')
    expect(charges(paying)).toEqual([])
    await off.stop()
    await paying.pay()
    await allAre(paying, ['p1'], 'confirmed')
  })

  test('a refund that the gateway refuses is parked, and goes back when retried', async () => {
    await using paying = await openPaying({ faults: { refused: 1 } })
    await paying.pay()
    await requestAll(paying, ['p1'])
    await allAre(paying, ['p1'], 'confirmed')
    await paying.run((read) => cancelOrder({ orderId: 'p1', reason: null, sellable: true }, read))
    await parkedAt(paying, 'refund-refused')
    await paying.stopGateway()
    await paying.startGateway({ faults: {} })
    await paying.reactors.retry('payments')
    await eventually(async () => (await paying.paymentOf('p1')).refunds[0]?.status === 'refunded')
    expect(await breaches(paying.pool)).toEqual([])
  })

  test('a refund that is parked holds back no other of its order', async () => {
    await using paying = await openPaying({ faults: { refused: 1 } })
    await paying.pay()
    await requestAll(paying, ['p1'])
    await allAre(paying, ['p1'], 'confirmed')
    const goodwill = (amount: number) =>
      paying.run((read) => requestRefund({ orderId: 'p1', amount: { amount, currency: 'EUR' }, note: null }, read))
    await goodwill(1)
    await parkedAt(paying, 'refund-refused')
    await paying.stopGateway()
    await paying.startGateway({ faults: {} })
    await goodwill(2)
    await eventually(async () => (await paying.paymentOf('p1')).refunds[1]?.status === 'refunded')
    expect((await paying.paymentOf('p1')).refunds[0]?.status).toBe('under-way')
    await parkedAt(paying, 'refund-refused')
  })

  test('a refund that is skipped counts as settled outside, in the words of the person', async () => {
    await using paying = await openPaying({ faults: { refused: 1 } })
    await paying.pay()
    await requestAll(paying, ['p1'])
    await allAre(paying, ['p1'], 'confirmed')
    await paying.run((read) => cancelOrder({ orderId: 'p1', reason: null, sellable: true }, read))
    const position = await parkedAt(paying, 'refund-refused')
    const skipped = await paying.reactors.skipCause('payments', { position, webhook: null }, 'paid back in cash')
    expect(skipped).toMatchObject({ parkedCount: 0, due: 0 })
    expect((await paying.paymentOf('p1')).refunds).toMatchObject([{ status: 'failed' }])
    const failed = (await eventsOf(paying.pool)).flatMap(({ event }) => (event.type === 'RefundFailed' ? [event] : []))
    expect(failed).toMatchObject([{ orderId: 'p1', refund: 1, reason: 'paid back in cash' }])
    expect(await breaches(paying.pool)).toEqual([])
  })

  test('a key that the gateway knows with another amount is parked, and skipped its attempt is declined', async () => {
    await using paying = await openPaying()
    const gateway = httpGateway({ url: paying.gatewayUrl, timeoutMs: 5_000 })
    onTestFinished(() => gateway.close())
    await gateway.charge({
      ...{ key: 'p1/1', orderId: 'p1', attempt: 1, method: 'card' },
      amount: { amount: 1, currency: 'EUR' },
    })
    await paying.pay()
    await requestAll(paying, ['p1'])
    const position = await parkedAt(paying, 'gateway-amount-conflict')
    expect((await paying.paymentOf('p1')).attempts).toMatchObject([{ status: 'open' }])
    await paying.reactors.skipCause('payments', { position, webhook: null }, 'somebody tried the key')
    expect((await paying.paymentOf('p1')).attempts).toMatchObject([{ status: 'declined', declined: 'skipped' }])
    expect(await paying.state('payments')).toMatchObject({ parkedCount: 0, due: 0 })
  })

  test('a refund of before a day is only read, and asked for again by a person alone', async () => {
    await using paying = await openPaying()
    const first = await paying.pay()
    await requestAll(paying, ['p1'])
    await allAre(paying, ['p1'], 'confirmed')
    await first.stop()
    await paying.run((read) => cancelOrder({ orderId: 'p1', reason: null, sellable: true }, read))
    await paying.pool.query('alter table log.events disable trigger events_are_immutable')
    await paying.pool.query(
      `update log.events set recorded_at = recorded_at - interval '23 hours 1 minute' where type = 'RefundRequested'`,
    )
    await paying.pay()
    const position = await parkedAt(paying, 'refund-unknown')
    expect(paying.book().filter(({ kind }) => kind === 'refund')).toEqual([])
    await paying.reactors.retryCause('payments', { position, webhook: null })
    await eventually(async () => (await paying.paymentOf('p1')).refunds[0]?.status === 'refunded')
    expect(paying.book().filter(({ kind }) => kind === 'refund')).toHaveLength(1)
  })
})
