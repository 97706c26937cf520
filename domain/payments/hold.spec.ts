import { describe, expect, test } from 'vitest'
import { cancelOrder, expireOrder } from '../end-order.ts'
import {
  fraudAlertRaised,
  fraudReviewed,
  NOON,
  orderCancelled,
  orderConfirmed,
  deliveryScheduled,
  orderLine,
  orderPlaced,
  paymentCaptured,
  paymentDeclined,
  paymentHeld,
  paymentReleased,
  paymentRequested,
  productListed,
  stockReceived,
  stockReleased,
  stockReserved,
} from '../test-events.ts'
import { given, on, type Log } from '../test-kit.ts'
import { reviewAlert } from './fraud.ts'
import { holdPayment, releasePayment } from './hold.ts'
import { NO_KEYS } from './payer-keys.ts'
import { askedAt, attemptOf, payment } from './payment.ts'
import { requestPayment } from './request-payment.ts'
import { recordCapture, recordDecline } from './settle-payment.ts'
import { fold } from '../aggregates.ts'

const HOUR = 3_600_000
const lines = [orderLine('A1', 2)]
const asked = paymentRequested('o1', 1, 2000)
const held = paymentHeld('o1', 1, 2000)
const released = paymentReleased('o1', 1, 2000)
const open: Log = {
  'inventory-A1': [productListed('A1'), stockReceived('A1', 9), stockReserved('A1', 'o1', 2)],
  'order-o1': [orderPlaced('o1', lines, { reservedUntil: NOON })],
  'payment-o1': [asked],
  'fraud-o1': [fraudAlertRaised('o1', 1)],
}
const onHold: Log = { ...open, 'payment-o1': [asked, held] }
const hold = { orderId: 'o1', attempt: 1, score: 80, at: NOON }
const refused = { reason: 'not-holdable', orderId: 'o1', attempt: 1 } as const

describe('an attempt', () => {
  test('whose alert comes to the score is put on hold, once', () =>
    given(open)
      .when(holdPayment, hold)
      .then(...on('payment-o1', held)))

  test.each<[string, Log]>([
    ['whose alert does not come to the score', { 'fraud-o1': [fraudAlertRaised('o1', 1, { score: 79 })] }],
    ['without an alert', { 'fraud-o1': [fraudAlertRaised('o1', 2)] }],
    ['whose alert was found honest', { 'fraud-o1': [fraudAlertRaised('o1', 1), fraudReviewed('o1', 'honest')] }],
    ['whose alert was found to be fraud', { 'fraud-o1': [fraudAlertRaised('o1', 1), fraudReviewed('o1', 'fraud')] }],
    ['that is over', { 'payment-o1': [asked, paymentDeclined('o1', 1, 2000)] }],
    ['that was on hold and released', { 'payment-o1': [asked, held, released] }],
    ['of an order that is cancelled', { 'order-o1': [orderPlaced('o1', lines), orderCancelled('o1', lines)] }],
    ['that nobody made', { 'payment-o1': [] }],
  ])('%s is not', (_, more) =>
    given({ ...open, ...more })
      .when(holdPayment, hold)
      .refuses(refused),
  )
})

describe('an attempt on hold', () => {
  const release = { orderId: 'o1', attempt: 1, holdMs: HOUR, at: NOON + HOUR }

  test('is released when nobody looked in time, once', () =>
    given(onHold)
      .when(releasePayment, release)
      .then(...on('payment-o1', released)))

  test('is not released before', () =>
    given(onHold)
      .when(releasePayment, { ...release, at: NOON + HOUR - 1 })
      .refuses({ reason: 'hold-not-due', releasesAt: NOON + HOUR }))

  test('is released by the verdict that it is honest', () =>
    given(onHold)
      .when(reviewAlert, { alertId: 'alert-o1-1', orderId: 'o1', verdict: 'honest', note: null, at: NOON + 5 })
      .then(
        ...on('fraud-o1', fraudReviewed('o1', 'honest')),
        ...on('payment-o1', paymentReleased('o1', 1, 2000, { by: 'review', at: NOON + 5 })),
      ))

  test('stays so when another alert of its order is found honest', () => {
    const second = paymentRequested('o1', 2, 2000)
    given({
      ...open,
      'payment-o1': [asked, paymentDeclined('o1', 1, 2000), second, paymentHeld('o1', 2, 2000)],
      'fraud-o1': [fraudAlertRaised('o1', 1), fraudAlertRaised('o1', 2)],
    })
      .when(reviewAlert, { alertId: 'alert-o1-1', orderId: 'o1', verdict: 'honest', note: null, at: NOON })
      .then(...on('fraud-o1', fraudReviewed('o1', 'honest')))
  })

  const over = [...on('order-o1', orderCancelled('o1', lines)), ...on('inventory-A1', stockReleased('A1', 'o1', 2))]

  test('ends with its order when it is found to be fraud, in one append', () =>
    given(onHold)
      .when(reviewAlert, { alertId: 'alert-o1-1', orderId: 'o1', verdict: 'fraud', note: null, at: NOON })
      .then(
        ...on('fraud-o1', fraudReviewed('o1', 'fraud')),
        ...on('payment-o1', paymentDeclined('o1', 1, 2000, { reason: 'fraud' })),
        ...over,
      ))

  test('ends with its order when that is cancelled, in one append', () =>
    given(onHold)
      .whenKeyed(cancelOrder, { orderId: 'o1', reason: null, sellable: true })
      .then(...on('payment-o1', paymentDeclined('o1', 1, 2000, { reason: 'cancelled' })), ...over))

  test('keeps its order from expiring', () =>
    given(onHold)
      .when(expireOrder, { orderId: 'o1', at: NOON + HOUR })
      .refuses({ reason: 'payment-open', attempt: 1 }))

  test('is replaced by no other, a transfer neither', () => {
    const method = 'bank-transfer'
    const transfer = [paymentRequested('o1', 1, 2000, { method }), paymentHeld('o1', 1, 2000, { method })]
    const again = { orderId: 'o1', method: 'card', amount: null, keys: NO_KEYS, at: NOON + HOUR + 60_000 } as const
    given({ ...onHold, 'payment-o1': transfer })
      .whenKeyed(requestPayment, again)
      .refuses({ reason: 'payment-open', attempt: 1 })
    // Two minutes count from the release.
    given({ ...onHold, 'payment-o1': [...transfer, paymentReleased('o1', 1, 2000, { method })] })
      .whenKeyed(requestPayment, again)
      .refuses({ reason: 'payment-open', attempt: 1 })
  })

  test('is captured by an outcome that still comes, and is on hold no longer', () => {
    const confirming = [
      ...on('payment-o1', paymentCaptured('o1', 1, 2000)),
      ...on('order-o1', orderConfirmed('o1', lines)),
      ...on('delivery-o1', deliveryScheduled('o1', lines)),
    ]
    given(onHold)
      .when(recordCapture, { orderId: 'o1', attempt: 1, reference: 'ch-1', amount: null })
      .then(...confirming)
    given({ ...onHold, 'payment-o1': [asked, held, paymentCaptured('o1', 1, 2000)] })
      .when(releasePayment, release)
      .changesNothing()
  })

  test('is declined by an outcome that still comes', () =>
    given(onHold)
      .when(recordDecline, { orderId: 'o1', attempt: 1, reason: 'no-funds' })
      .then(...on('payment-o1', paymentDeclined('o1', 1, 2000))))

  test('that ended as fraud is released by nothing', () =>
    given({ ...onHold, 'payment-o1': [asked, held, paymentDeclined('o1', 1, 2000, { reason: 'fraud' })] })
      .when(releasePayment, release)
      .changesNothing())

  test('counts its times from the release', () => {
    const attempt = attemptOf(fold(payment, [asked, held, released]), 1)
    expect(attempt === null ? null : askedAt(attempt)).toBe(NOON + HOUR)
  })
})
