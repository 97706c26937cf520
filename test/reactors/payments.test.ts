/** What is requested is charged and refunded, once, whatever the gateway does: on a real simulator over HTTP. */
import { describe, expect, test } from 'vitest'
import { cancelOrder } from '../../domain/end-order.ts'
import { eventually } from '../support/eventually.ts'
import { breaches } from './reacting.ts'
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
    await eventually(async () => (await paying.state('payments')).parkedCount === 1)
    const { parked } = await paying.state('payments')
    expect(parked).toMatchObject([{ stream: 'payment-p1', code: 'wrong-amount', webhook: null }])
    expect((await paying.paymentOf('p1')).attempts).toMatchObject([{ status: 'declined' }])
    const position = parked[0]?.position ?? 0
    const skipped = await paying.reactors.skipCause('payments', { position, webhook: null }, 'settled at their desk')
    expect(skipped).toMatchObject({ parkedCount: 0, due: 0 })
  })

  test('for which the gateway took another amount is captured late once it names the right one, and is retried', async () => {
    await using paying = await openPaying({ faults: { amount: 1 } })
    await paying.pay()
    await requestAll(paying, ['p1'])
    await eventually(async () => (await paying.state('payments')).parkedCount === 1)
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
    await eventually(async () => (await paying.state('payments')).parkedCount === 1)
    expect((await paying.state('payments')).parked).toMatchObject([{ code: 'refund-refused' }])
    await paying.stopGateway()
    await paying.startGateway({ faults: {} })
    await paying.reactors.retry('payments')
    await eventually(async () => (await paying.paymentOf('p1')).refunds[0]?.status === 'refunded')
    expect(await breaches(paying.pool)).toEqual([])
  })
})
