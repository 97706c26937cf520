import { describe, expect, test } from 'vitest'
import { cancelOrder, expireOrder } from './order.ts'
import {
  NOON,
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderExpired,
  orderLine,
  orderPlaced,
  orderRejected,
  productListed,
  stockReceived,
  stockReleased,
  stockReserved,
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

describe('cancelling an order', () => {
  const cancel = { orderId: 'o1', reason: 'changed my mind' }

  test('that is placed releases each of its products once', () =>
    given({ ...stock, 'order-o1': [placed] })
      .whenKeyed(cancelOrder, cancel)
      .then(...on('order-o1', orderCancelled('o1', lines, { reason: 'changed my mind' })), ...released))

  test('that is confirmed says where it came from', () =>
    given({ ...stock, 'order-o1': [placed, orderConfirmed('o1', lines)] })
      .whenKeyed(cancelOrder, { orderId: 'o1', reason: null })
      .then(...on('order-o1', orderCancelled('o1', lines, { from: 'confirmed' })), ...released))

  test('past its reservation is still possible until it has expired: time alone changes nothing', () =>
    given({ ...stock, 'order-o1': [orderPlaced('o1', lines, { reservedUntil: NOON })] })
      .whenKeyed(cancelOrder, cancel)
      .then(...on('order-o1', orderCancelled('o1', lines, { reason: 'changed my mind' })), ...released))

  test('that is unknown is refused', () =>
    given({}).when(cancelOrder, cancel).refuses({ reason: 'unknown-order', orderId: 'o1' }))

  test.each([
    ['cancelled', [placed, orderCancelled('o1', lines)]],
    ['expired', [placed, orderExpired('o1', lines)]],
    ['completed', [placed, orderConfirmed('o1', lines), orderCompleted('o1', lines)]],
    ['rejected', [orderRejected('o1')]],
  ] as const)('that is %s is refused', (status, history) =>
    given({ ...stock, 'order-o1': history })
      .when(cancelOrder, cancel)
      .refuses({ reason: 'order-not-cancellable', status }),
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
