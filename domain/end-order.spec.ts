import { describe, expect, test } from 'vitest'
import { cancelOrder, expireOrder } from './end-order.ts'
import {
  NOON,
  deliveryCancelled,
  deliveryDelivered,
  deliveryDispatched,
  deliveryFailed,
  deliveryScheduled,
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderExpired,
  orderLine,
  orderPlaced,
  orderRejected,
  paymentCaptured,
  paymentDeclined,
  paymentRefunded,
  paymentRequested,
  productListed,
  refundRequested,
  stockReceived,
  stockReleased,
  stockReserved,
  stockReturned,
  stockShipped,
} from './test-events.ts'
import { given, on } from './test-kit.ts'

const lines = [orderLine('A1', 2), orderLine('B1', 1), orderLine('A1', 3)]
const placed = orderPlaced('o1', lines, { reservedUntil: NOON + 900_000 })
const stock = {
  'inventory-A1': [productListed('A1'), stockReceived('A1', 9), stockReserved('A1', 'o1', 5)],
  'inventory-B1': [productListed('B1'), stockReceived('B1', 9), stockReserved('B1', 'o1', 1)],
}
const released = [
  ...on('inventory-A1', stockReleased('A1', 'o1', 5)),
  ...on('inventory-B1', stockReleased('B1', 'o1', 1)),
]

const captured = [paymentRequested('o1', 1, 6000), paymentCaptured('o1', 1, 6000)]

describe('cancelling an order', () => {
  const cancel = { orderId: 'o1', reason: 'changed my mind', sellable: true }

  test('that is placed releases each of its products once', () =>
    given({ ...stock, 'order-o1': [placed] })
      .whenKeyed(cancelOrder, cancel)
      .then(...on('order-o1', orderCancelled('o1', lines, { reason: 'changed my mind' })), ...released))

  test('that is placed leaves an open payment alone: its capture is refunded when it comes', () =>
    given({ ...stock, 'order-o1': [placed], 'payment-o1': [paymentRequested('o1', 1, 6000)] })
      .whenKeyed(cancelOrder, cancel)
      .then(...on('order-o1', orderCancelled('o1', lines, { reason: 'changed my mind' })), ...released))

  const paid = { ...stock, 'order-o1': [placed, orderConfirmed('o1', lines)], 'payment-o1': captured }
  const gone = on('order-o1', orderCancelled('o1', lines, { from: 'confirmed', reason: 'changed my mind' }))
  const undelivered = (from: 'scheduled' | 'failed') =>
    on('delivery-o1', deliveryCancelled('o1', { from, reason: 'changed my mind' }))

  test('that is paid and not dispatched releases its products, and refunds all of it', () =>
    given({ ...paid, 'delivery-o1': [deliveryScheduled('o1', lines)] })
      .whenKeyed(cancelOrder, cancel)
      .then(
        ...gone,
        ...released,
        ...on('payment-o1', refundRequested('o1', 1, 6000, { cause: 'cancelled' })),
        ...undelivered('scheduled'),
      ))

  test('after goodwill refunds what is left (law 10)', () =>
    given({
      ...paid,
      'payment-o1': [...captured, refundRequested('o1', 1, 2500)],
      'delivery-o1': [deliveryScheduled('o1', lines)],
    })
      .whenKeyed(cancelOrder, cancel)
      .then(
        ...gone,
        ...released,
        ...on('payment-o1', refundRequested('o1', 2, 3500, { cause: 'cancelled' })),
        ...undelivered('scheduled'),
      ))

  test('of which nothing is left to refund requests no refund', () =>
    given({
      ...paid,
      'payment-o1': [...captured, refundRequested('o1', 1, 6000)],
      'delivery-o1': [deliveryScheduled('o1', lines)],
    })
      .whenKeyed(cancelOrder, cancel)
      .then(...gone, ...released, ...undelivered('scheduled')))

  test('that was paid on account is refunded there at once', () => {
    const method = 'on-account'
    const account = { method, cause: 'cancelled' }
    given({
      ...paid,
      'payment-o1': [
        paymentRequested('o1', 1, 6000, { method }),
        paymentCaptured('o1', 1, 6000, { method, reference: 'account' }),
      ],
      'delivery-o1': [deliveryScheduled('o1', lines)],
    })
      .whenKeyed(cancelOrder, cancel)
      .then(
        ...gone,
        ...released,
        ...on('payment-o1', refundRequested('o1', 1, 6000, account)),
        ...on('payment-o1', paymentRefunded('o1', 1, 6000, { ...account, reference: 'account' })),
        ...undelivered('scheduled'),
      )
  })

  test.each([true, false])('whose delivery failed takes its products back (sellable: %j)', (sellable) => {
    const shipped = {
      'inventory-A1': [...stock['inventory-A1'], stockShipped('A1', 'o1', 5)],
      'inventory-B1': [...stock['inventory-B1'], stockShipped('B1', 'o1', 1)],
    }
    given({
      ...paid,
      ...shipped,
      'delivery-o1': [deliveryScheduled('o1', lines), deliveryDispatched('o1', 1), deliveryFailed('o1', 1)],
    })
      .whenKeyed(cancelOrder, { ...cancel, sellable })
      .then(
        ...gone,
        ...on('inventory-A1', stockReturned('A1', 'o1', 5, sellable)),
        ...on('inventory-B1', stockReturned('B1', 'o1', 1, sellable)),
        ...on('payment-o1', refundRequested('o1', 1, 6000, { cause: 'cancelled' })),
        ...undelivered('failed'),
      )
  })

  test('that is on its way is refused: it can be returned once it has arrived', () =>
    given({ ...paid, 'delivery-o1': [deliveryScheduled('o1', lines), deliveryDispatched('o1', 1)] })
      .when(cancelOrder, cancel)
      .refuses({ reason: 'order-not-cancellable', status: 'confirmed', delivery: 'dispatched' }))

  test('that was delivered is refused', () =>
    given({
      ...paid,
      'order-o1': [placed, orderConfirmed('o1', lines), orderCompleted('o1', lines)],
      'delivery-o1': [deliveryScheduled('o1', lines), deliveryDispatched('o1', 1), deliveryDelivered('o1', 1)],
    })
      .when(cancelOrder, cancel)
      .refuses({ reason: 'order-not-cancellable', status: 'completed', delivery: 'delivered' }))

  test('past its reservation is still possible until it has expired: time alone changes nothing', () =>
    given({ ...stock, 'order-o1': [orderPlaced('o1', lines, { reservedUntil: NOON })] })
      .whenKeyed(cancelOrder, cancel)
      .then(...on('order-o1', orderCancelled('o1', lines, { reason: 'changed my mind' })), ...released))

  test('that is unknown is refused', () =>
    given({}).when(cancelOrder, cancel).refuses({ reason: 'unknown-order', orderId: 'o1' }))

  test.each([
    ['cancelled', [placed, orderCancelled('o1', lines)]],
    ['expired', [placed, orderExpired('o1', lines)]],
    ['rejected', [orderRejected('o1')]],
  ] as const)('that is %s is refused', (status, history) =>
    given({ ...stock, 'order-o1': history })
      .when(cancelOrder, cancel)
      .refuses({ reason: 'order-not-cancellable', status, delivery: null }),
  )

  test('whose units are not reserved is a broken log and no refusal (law 4)', () => {
    const unreserved = { ...stock, 'inventory-A1': [productListed('A1'), stockReceived('A1', 9)] }
    expect(() => given({ ...unreserved, 'order-o1': [placed] }).whenKeyed(cancelOrder, cancel)).toThrow(
      'order o1 holds 5 of A1, but only 0 are reserved',
    )
  })
})

describe('expiring an order', () => {
  const due = { orderId: 'o1', at: NOON + 900_000 }

  test('at the moment its reservation ends releases each of its products once', () =>
    given({ ...stock, 'order-o1': [placed] })
      .whenKeyed(expireOrder, due)
      .then(...on('order-o1', orderExpired('o1', lines)), ...released))

  test('a millisecond early is refused', () =>
    given({ ...stock, 'order-o1': [placed] })
      .when(expireOrder, { ...due, at: due.at - 1 })
      .refuses({ reason: 'not-due', reservedUntil: due.at }))

  test('that is being paid is refused until the payment is over', () => {
    const open = { ...stock, 'order-o1': [placed], 'payment-o1': [paymentRequested('o1', 1, 6000)] }
    given(open).when(expireOrder, due).refuses({ reason: 'payment-open', attempt: 1 })
    given({ ...open, 'payment-o1': [...open['payment-o1'], paymentDeclined('o1', 1, 6000)] })
      .whenKeyed(expireOrder, due)
      .then(...on('order-o1', orderExpired('o1', lines)), ...released)
  })

  test('that is reserved for ever is refused', () =>
    given({ ...stock, 'order-o1': [orderPlaced('o1', lines)] })
      .when(expireOrder, due)
      .refuses({ reason: 'not-due', reservedUntil: null }))

  test('that is unknown is refused', () =>
    given({}).when(expireOrder, due).refuses({ reason: 'unknown-order', orderId: 'o1' }))

  test.each([
    ['confirmed', [placed, orderConfirmed('o1', lines)]],
    ['cancelled', [placed, orderCancelled('o1', lines)]],
    ['expired', [placed, orderExpired('o1', lines)]],
    ['completed', [placed, orderConfirmed('o1', lines), orderCompleted('o1', lines)]],
    ['rejected', [orderRejected('o1')]],
  ] as const)('that is %s is refused', (status, history) =>
    given({ ...stock, 'order-o1': history })
      .when(expireOrder, due)
      .refuses({ reason: 'order-not-expirable', status }),
  )
})
