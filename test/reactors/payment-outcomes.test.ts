/** Who waits for the outcome of a payment hears of it, and no more wait than may. */
import { expect, onTestFinished, test } from 'vitest'
import { recordDecline } from '../../domain/payments/settle-payment.ts'
import { paymentHeld } from '../../domain/test-events.ts'
import { PaymentOutcomes } from '../../reactors/payments/payment-outcomes.ts'
import { LatchedSignal } from '../../store/waiting/pause.ts'
import { appendEvents } from '../support/append-events.ts'
import { openPaying } from './paying.ts'

/** Longer than any test. */
const LONG_MS = 600_000

test('an outcome wakes those who wait for it; beyond as many as may wait, one is answered at once', async () => {
  await using paying = await openPaying()
  const outcomes = new PaymentOutcomes({ pool: paying.pool, moved: new LatchedSignal(), most: 2 })
  onTestFinished(() => outcomes.stop())
  for (const orderId of ['o1', 'o2']) {
    await paying.place(orderId)
    await paying.request(orderId)
  }
  const ended: string[] = []
  const wait = async (orderId: string, name: string) => {
    const hearing = outcomes.hear(orderId, 1)
    await hearing.outcome({ after: 0, millis: LONG_MS })
    hearing.end()
    ended.push(name)
  }
  const [one, other] = [wait('o1', 'one'), wait('o2', 'other')]
  await wait('o1', 'one too many')
  expect(ended).toEqual(['one too many'])

  await paying.run((read) => recordDecline({ orderId: 'o1', attempt: 1, reason: 'card-expired' }, read))
  await one
  expect(ended).toEqual(['one too many', 'one'])
  await outcomes.stop()
  await other
  expect(ended).toEqual(['one too many', 'one', 'other'])
})

test('an attempt that is put on hold wakes those who wait for its outcome: nothing is charged before somebody has looked', async () => {
  await using paying = await openPaying()
  const outcomes = new PaymentOutcomes({ pool: paying.pool, moved: new LatchedSignal(), most: 2 })
  onTestFinished(() => outcomes.stop())
  await paying.place('o1')
  await paying.request('o1')
  const waiting = outcomes.hear('o1', 1).outcome({ after: 0, millis: LONG_MS })
  await appendEvents(paying.pool, [{ stream: 'payment-o1', event: paymentHeld('o1', 1, 1_000) }])
  await waiting
})

test('what is read for others between a look and the wait is not missed', async () => {
  await using paying = await openPaying()
  const outcomes = new PaymentOutcomes({ pool: paying.pool, moved: new LatchedSignal(), most: 3 })
  onTestFinished(() => outcomes.stop())
  for (const orderId of ['o1', 'o2', 'o3']) {
    await paying.place(orderId)
    await paying.request(orderId)
  }
  const decline = (orderId: string) =>
    paying.run((read) => recordDecline({ orderId, attempt: 1, reason: 'card-expired' }, read))
  const keepsReading = outcomes.hear('o3', 1)
  void keepsReading.outcome({ after: 0, millis: LONG_MS })
  const mine = outcomes.hear('o1', 1)
  await decline('o1')
  await decline('o2')
  // Once this outcome is known, the reader is past the outcome of o1.
  await outcomes.hear('o2', 1).outcome({ after: 0, millis: LONG_MS })
  await mine.outcome({ after: 0, millis: LONG_MS })
})
