import { describe, expect, test } from 'vitest'
import {
  deliveryScheduled,
  eur,
  NOON,
  orderCancelled,
  orderConfirmed,
  orderExpired,
  orderLine,
  orderPlaced,
  orderRejected,
  paymentCaptured,
  paymentDeclined,
  paymentRefunded,
  paymentRequested,
  refundFailed,
  refundRequested,
} from '../test-events.ts'
import { given, on } from '../test-kit.ts'
import { recordRefunded, recordRefundFailed, recordReversal, requestRefund } from './refund.ts'
import { requestPayment, type RequestPayment } from './request-payment.ts'
import { recordCapture, recordDecline } from './settle-payment.ts'
import { NO_KEYS } from './payer-keys.ts'

const lines = [orderLine('A1', 3)]
const placed = orderPlaced('o1', lines, { reservedUntil: NOON - 1 })
const total = 3000
const requested = paymentRequested('o1', 1, total)
const captured = paymentCaptured('o1', 1, total)
const confirmed = [...on('order-o1', orderConfirmed('o1', lines)), ...on('delivery-o1', deliveryScheduled('o1', lines))]
const paid = { 'order-o1': [placed, orderConfirmed('o1', lines)], 'payment-o1': [requested, captured] }

describe('asking for a payment', () => {
  const ask: RequestPayment = { orderId: 'o1', method: 'card', amount: null, keys: NO_KEYS, at: NOON }

  test('begins the first attempt, past the reservation too', () =>
    given({ 'order-o1': [placed] })
      .whenKeyed(requestPayment, ask)
      .then(...on('payment-o1', requested)))

  test('begins the next attempt after one that was declined', () =>
    given({ 'order-o1': [placed], 'payment-o1': [requested, paymentDeclined('o1', 1, total)] })
      .whenKeyed(requestPayment, { ...ask, method: 'paypal', amount: eur(total) })
      .then(...on('payment-o1', paymentRequested('o1', 2, total, { method: 'paypal' }))))

  test.each(['card', 'on-account'] as const)('of nothing by %s is captured without a gateway', (method) => {
    const free = [orderLine('A1', 1, { unitPrice: eur(0) })]
    const tier = method === 'card' ? 'standard' : 'vip'
    const content = { tier, total: eur(0), lines: free } as const
    given({ 'order-o1': [orderPlaced('o1', free, content)] })
      .whenKeyed(requestPayment, { ...ask, method })
      .then(
        ...on('payment-o1', paymentRequested('o1', 1, 0, { method, tier })),
        ...on('payment-o1', paymentCaptured('o1', 1, 0, { method, reference: 'free' })),
        ...on('order-o1', { ...orderConfirmed('o1', free), ...content }),
        ...on('delivery-o1', { ...deliveryScheduled('o1', free), tier }),
      )
  })

  test('on account is captured at once for a VIP, by the tier that the order repeats', () => {
    const method = 'on-account'
    given({ 'order-o1': [orderPlaced('o1', lines, { tier: 'vip' })] })
      .whenKeyed(requestPayment, { ...ask, method })
      .then(
        ...on('payment-o1', paymentRequested('o1', 1, total, { method, tier: 'vip' })),
        ...on('payment-o1', paymentCaptured('o1', 1, total, { method, reference: 'account' })),
        ...on('order-o1', { ...orderConfirmed('o1', lines), tier: 'vip' }),
        ...on('delivery-o1', { ...deliveryScheduled('o1', lines), tier: 'vip' }),
      )
    given({ 'order-o1': [placed] })
      .when(requestPayment, { ...ask, method })
      .refuses({ reason: 'payment-method-refused', method })
  })

  test('of an unknown order is refused', () =>
    given({}).when(requestPayment, ask).refuses({ reason: 'unknown-order', orderId: 'o1' }))

  test.each([
    ['confirmed', [placed, orderConfirmed('o1', lines)]],
    ['cancelled', [placed, orderCancelled('o1', lines)]],
    ['expired', [placed, orderExpired('o1', lines)]],
    ['rejected', [orderRejected('o1')]],
  ] as const)('of an order that is %s is refused', (status, history) =>
    given({ 'order-o1': history }).when(requestPayment, ask).refuses({ reason: 'order-not-payable', status }),
  )

  test('while another is open is refused, however long that has been open', () =>
    given({ 'order-o1': [placed], 'payment-o1': [requested] })
      .when(requestPayment, { ...ask, at: NOON + 3_600_000 })
      .refuses({ reason: 'payment-open', attempt: 1 }))

  test('replaces a bank transfer that has been open for over two minutes', () => {
    const method = 'bank-transfer'
    const transfer = { 'order-o1': [placed], 'payment-o1': [paymentRequested('o1', 1, total, { method })] }
    given(transfer)
      .when(requestPayment, { ...ask, at: NOON + 120_000 })
      .refuses({ reason: 'payment-open', attempt: 1 })
    given(transfer)
      .whenKeyed(requestPayment, { ...ask, at: NOON + 120_001 })
      .then(
        ...on('payment-o1', paymentDeclined('o1', 1, total, { method, reason: 'replaced' })),
        ...on('payment-o1', paymentRequested('o1', 2, total, { at: NOON + 120_001 })),
      )
  })

  test('is refused after twenty attempts', () => {
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1)
    const attempts = numbers.flatMap((n) => [paymentRequested('o1', n, total), paymentDeclined('o1', n, total)])
    given({ 'order-o1': [placed], 'payment-o1': attempts.slice(0, -2) })
      .whenKeyed(requestPayment, ask)
      .then(...on('payment-o1', paymentRequested('o1', 20, total)))
    given({ 'order-o1': [placed], 'payment-o1': attempts })
      .when(requestPayment, ask)
      .refuses({ reason: 'too-many-attempts', attempts: 20 })
  })

  test('of a part, or in another currency, is refused', () => {
    const open = given({ 'order-o1': [placed] })
    open.when(requestPayment, { ...ask, amount: eur(2999) }).refuses({ reason: 'wrong-amount', total: eur(total) })
    open
      .when(requestPayment, { ...ask, amount: { amount: total, currency: 'USD' } })
      .refuses({ reason: 'wrong-currency', currency: 'EUR' })
  })
})

describe('a capture', () => {
  const capture = { orderId: 'o1', attempt: 1, reference: 'ch-1', amount: null }
  const open = { 'order-o1': [placed], 'payment-o1': [requested] }
  const declined = { ...open, 'payment-o1': [requested, paymentDeclined('o1', 1, total)] }
  const notOwed = (from: 'open' | 'declined') =>
    on(
      'payment-o1',
      paymentCaptured('o1', 1, total, { from, confirms: false }),
      refundRequested('o1', 1, total, { cause: 'not-owed' }),
    )

  test('confirms the order and schedules its delivery', () =>
    given(open)
      .when(recordCapture, { ...capture, amount: eur(total) })
      .then(...on('payment-o1', captured), ...confirmed))

  test('that comes late confirms an order that is still placed', () =>
    given(declined)
      .when(recordCapture, capture)
      .then(...on('payment-o1', paymentCaptured('o1', 1, total, { from: 'declined' })), ...confirmed))

  test('that comes late while another attempt is open is refunded', () =>
    given({ ...declined, 'payment-o1': [...declined['payment-o1'], paymentRequested('o1', 2, total)] })
      .when(recordCapture, capture)
      .then(...notOwed('declined')))

  test('that comes late beside one that confirmed the order is refunded', () =>
    given({
      'order-o1': [placed, orderConfirmed('o1', lines)],
      'payment-o1': [...declined['payment-o1'], paymentRequested('o1', 2, total), paymentCaptured('o1', 2, total)],
    })
      .when(recordCapture, capture)
      .then(...notOwed('declined')))

  test('of an attempt that was open when the order was cancelled is refunded', () =>
    given({ ...open, 'order-o1': [placed, orderCancelled('o1', lines)] })
      .when(recordCapture, capture)
      .then(...notOwed('open')))

  test('that comes after the order expired is refunded', () =>
    given({ ...declined, 'order-o1': [placed, orderExpired('o1', lines)] })
      .when(recordCapture, capture)
      .then(...notOwed('declined')))

  test('of another amount ends the attempt, and a person has to look', () => {
    const wrong = { ...capture, amount: eur(total - 1) }
    const refusal = { reason: 'wrong-amount', asked: eur(total), taken: eur(total - 1) } as const
    const ended = on('payment-o1', paymentDeclined('o1', 1, total, { reason: 'wrong-amount' }))
    given(open)
      .when(recordCapture, wrong)
      .refuses(refusal, ...ended)
    given(declined).when(recordCapture, wrong).refuses(refusal)
    given({ ...paid, 'payment-o1': [requested, captured] })
      .when(recordCapture, { ...wrong, amount: { amount: total, currency: 'USD' } })
      .refuses({ ...refusal, taken: { amount: total, currency: 'USD' } })
  })

  test('of the right amount after a wrong one is a late capture; one that does not say how much is not believed', () => {
    const ended = paymentDeclined('o1', 1, total, { reason: 'wrong-amount' })
    const inDoubt = { ...open, 'payment-o1': [requested, ended] }
    given(inDoubt)
      .when(recordCapture, capture)
      .refuses({ reason: 'wrong-amount', asked: eur(total), taken: null })
    given(inDoubt)
      .when(recordCapture, { ...capture, amount: eur(total) })
      .then(...on('payment-o1', paymentCaptured('o1', 1, total, { from: 'declined' })), ...confirmed)
  })

  test('of no attempt is refused', () =>
    given({ 'order-o1': [placed] })
      .when(recordCapture, capture)
      .refuses({ reason: 'unknown-attempt', orderId: 'o1', attempt: 1 }))

  test('of an order that is being delivered already is a broken log', () => {
    const broken = { ...open, 'delivery-o1': [deliveryScheduled('o1', lines)] }
    expect(() => given(broken).when(recordCapture, capture)).toThrow(
      'order o1 is placed, but its delivery is scheduled',
    )
  })
})

describe('a decline', () => {
  const decline = { orderId: 'o1', attempt: 1, reason: 'no-funds' }

  test('ends an open attempt', () =>
    given({ 'payment-o1': [requested] })
      .when(recordDecline, decline)
      .then(...on('payment-o1', paymentDeclined('o1', 1, total))))

  test('of a declined attempt changes nothing: the first reason stays', () =>
    given({ 'payment-o1': [requested, paymentDeclined('o1', 1, total, { reason: 'no-answer' })] })
      .when(recordDecline, decline)
      .changesNothing())

  test('of a captured attempt is refused', () =>
    given(paid).when(recordDecline, decline).refuses({ reason: 'already-captured', orderId: 'o1', attempt: 1 }))

  test('of no attempt is refused', () =>
    given({}).when(recordDecline, decline).refuses({ reason: 'unknown-attempt', orderId: 'o1', attempt: 1 }))
})

describe('goodwill', () => {
  const give = { orderId: 'o1', amount: eur(1000), note: 'sorry' }

  test('of a part is requested from what is left', () =>
    given({ 'payment-o1': [...paid['payment-o1'], refundRequested('o1', 1, 1500)] })
      .whenKeyed(requestRefund, give)
      .then(...on('payment-o1', refundRequested('o1', 2, 1000, { note: 'sorry' }))))

  test('without an amount is all that is left, what was given up counting as gone', () =>
    given({ 'payment-o1': [...paid['payment-o1'], refundRequested('o1', 1, 500), refundFailed('o1', 1, 500)] })
      .whenKeyed(requestRefund, { ...give, amount: null })
      .then(...on('payment-o1', refundRequested('o1', 2, 2500, { note: 'sorry' }))))

  test('on account is refunded there at once', () => {
    const method = 'on-account'
    const account = [requested, captured].map((event) => ({ ...event, method }))
    given({ 'payment-o1': account })
      .whenKeyed(requestRefund, { ...give, note: null })
      .then(
        ...on('payment-o1', refundRequested('o1', 1, 1000, { method })),
        ...on('payment-o1', paymentRefunded('o1', 1, 1000, { method, reference: 'account' })),
      )
  })

  test('of more than is left is refused', () =>
    given(paid)
      .when(requestRefund, { ...give, amount: eur(3001) })
      .refuses({ reason: 'refund-too-large', left: eur(3000) }))

  test.each([
    ['of which all is refunded', [requested, captured, refundRequested('o1', 1, total)]],
    ['that took no money', [requested, paymentDeclined('o1', 1, total)]],
    [
      'whose only capture was not owed',
      [
        requested,
        paymentCaptured('o1', 1, total, { confirms: false }),
        refundRequested('o1', 1, total, { cause: 'not-owed' }),
      ],
    ],
  ])('from a payment %s is refused', (_, events) =>
    given({ 'payment-o1': events }).when(requestRefund, give).refuses({ reason: 'nothing-to-refund' }),
  )

  test('before the first attempt, or in another currency, is refused', () => {
    given({}).when(requestRefund, give).refuses({ reason: 'unknown-payment', orderId: 'o1' })
    given(paid)
      .when(requestRefund, { ...give, amount: { amount: 1, currency: 'USD' } })
      .refuses({ reason: 'wrong-currency', currency: 'EUR' })
  })
})

describe('the end of a refund', () => {
  const under = [...paid['payment-o1'], refundRequested('o1', 1, 1000, { cause: 'returned' })]
  const done = paymentRefunded('o1', 1, 1000, { cause: 'returned' })
  const failed = refundFailed('o1', 1, 1000, { cause: 'returned' })
  const refunded = { orderId: 'o1', refund: 1, reference: 're-1' }
  const giveUp = { orderId: 'o1', refund: 1, reason: 'paid in cash' }

  test('is recorded once', () => {
    given({ 'payment-o1': under })
      .when(recordRefunded, refunded)
      .then(...on('payment-o1', done))
    given({ 'payment-o1': under })
      .when(recordRefundFailed, giveUp)
      .then(...on('payment-o1', failed))
  })

  test('is one or the other', () => {
    given({ 'payment-o1': [...under, failed] })
      .when(recordRefunded, refunded)
      .refuses({ reason: 'refund-settled', refund: 1, status: 'failed' })
    given({ 'payment-o1': [...under, done] })
      .when(recordRefundFailed, giveUp)
      .refuses({ reason: 'refund-settled', refund: 1, status: 'refunded' })
  })

  test('of no refund is refused', () => {
    const refusal = { reason: 'unknown-refund', orderId: 'o1', refund: 1 } as const
    given(paid).when(recordRefunded, refunded).refuses(refusal)
    given(paid).when(recordRefundFailed, giveUp).refuses(refusal)
  })
})

describe('money that the provider moves by itself', () => {
  const reversal = { orderId: 'o1', attempt: 1, amount: eur(1000), reference: 'rv-1' }
  const reversed = (refund: number, amount: number) => [
    refundRequested('o1', refund, amount, { cause: 'provider' }),
    paymentRefunded('o1', refund, amount, { cause: 'provider', reference: 'rv-1' }),
  ]

  test('is recorded as a refund that has happened, once for each reference', () => {
    given(paid)
      .when(recordReversal, reversal)
      .then(...on('payment-o1', ...reversed(1, 1000)))
    given({ 'payment-o1': [...paid['payment-o1'], ...reversed(1, 1000)] })
      .when(recordReversal, { ...reversal, reference: 'rv-2' })
      .then(
        ...on('payment-o1', refundRequested('o1', 2, 1000, { cause: 'provider' })),
        ...on('payment-o1', paymentRefunded('o1', 2, 1000, { cause: 'provider', reference: 'rv-2' })),
      )
  })

  test('beyond what is left is recorded up to that, and each time the excess is told', () =>
    given({ 'payment-o1': [...paid['payment-o1'], refundRequested('o1', 1, 2500)] })
      .when(recordReversal, reversal)
      .refuses({ reason: 'reversal-too-large', excess: eur(500) }, ...on('payment-o1', ...reversed(2, 500))))

  test('of which nothing is left records nothing', () =>
    given({ 'payment-o1': [...paid['payment-o1'], refundRequested('o1', 1, total)] })
      .when(recordReversal, reversal)
      .refuses({ reason: 'reversal-too-large', excess: eur(1000) }))

  test('from an attempt that took none, in another currency, or of no attempt, is refused', () => {
    given({ 'payment-o1': [requested] })
      .when(recordReversal, reversal)
      .refuses({ reason: 'payment-not-captured', attempt: 1, status: 'open' })
    given(paid)
      .when(recordReversal, { ...reversal, amount: { amount: 1, currency: 'USD' } })
      .refuses({ reason: 'wrong-currency', currency: 'EUR' })
    given(paid)
      .when(recordReversal, { ...reversal, attempt: 2 })
      .refuses({ reason: 'unknown-attempt', orderId: 'o1', attempt: 2 })
  })
})
