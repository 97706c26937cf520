import { describe, expect, test } from 'vitest'
import { deliverOrder, dispatchOrder, failDelivery } from './delivery.ts'
import {
  deliveryCancelled,
  deliveryDelivered,
  deliveryDispatched,
  deliveryFailed,
  deliveryScheduled,
  orderCompleted,
  orderConfirmed,
  orderLine,
  orderPlaced,
  productListed,
  stockReceived,
  stockReserved,
  stockShipped,
} from './test-events.ts'
import { given, on } from './test-kit.ts'

const lines = [orderLine('A1', 2), orderLine('B1', 1), orderLine('A1', 3)]
const confirmed = {
  'inventory-A1': [productListed('A1'), stockReceived('A1', 9), stockReserved('A1', 'o1', 5)],
  'inventory-B1': [productListed('B1'), stockReceived('B1', 9), stockReserved('B1', 'o1', 1)],
  'order-o1': [orderPlaced('o1', lines), orderConfirmed('o1', lines)],
}
const scheduled = deliveryScheduled('o1', lines)
const under = [scheduled, deliveryDispatched('o1', 1)]
const failed = [...under, deliveryFailed('o1', 1)]
const again = [...failed, deliveryDispatched('o1', 2)]
const delivered = [...again, deliveryDelivered('o1', 2)]
const cancelled = [...failed, deliveryCancelled('o1', { from: 'failed', reason: null })]
const next = { orderId: 'o1', dispatch: null }
const nth = (dispatch: number) => ({ orderId: 'o1', dispatch })
const lost = { cause: 'nobody at home' }
const unknown = { reason: 'unknown-delivery', orderId: 'o1' } as const

describe('dispatching an order', () => {
  test.each([null, 1])('the first time (%j) ships each of its products once', (dispatch) =>
    given({ ...confirmed, 'delivery-o1': [scheduled] })
      .whenKeyed(dispatchOrder, { orderId: 'o1', dispatch })
      .then(
        ...on('delivery-o1', deliveryDispatched('o1', 1)),
        ...on('inventory-A1', stockShipped('A1', 'o1', 5)),
        ...on('inventory-B1', stockShipped('B1', 'o1', 1)),
      ),
  )

  test('again after a failure ships nothing more', () =>
    given({ ...confirmed, 'delivery-o1': failed })
      .when(dispatchOrder, nth(2))
      .then(...on('delivery-o1', deliveryDispatched('o1', 2))))

  test.each([
    ['under way', under, 1],
    ['that failed', failed, 1],
    ['before a later one', again, 1],
    ['that is delivered', delivered, 2],
    ['of a cancelled delivery', cancelled, 1],
  ])('for one that was begun, %s, changes nothing', (_, history, dispatch) =>
    given({ ...confirmed, 'delivery-o1': history })
      .when(dispatchOrder, nth(dispatch))
      .changesNothing(),
  )

  test.each([
    ['the next while one is under way', under, null, 'dispatched'],
    ['the second while the first is under way', under, 2, 'dispatched'],
    ['the third before the second', failed, 3, 'failed'],
    ['the second before the first', [scheduled], 2, 'scheduled'],
    ['the next of a delivered order', delivered, null, 'delivered'],
    ['the next of a cancelled one', cancelled, 2, 'cancelled'],
  ] as const)('for %s is refused', (_, history, dispatch, status) =>
    given({ ...confirmed, 'delivery-o1': history })
      .when(dispatchOrder, { orderId: 'o1', dispatch })
      .refuses({ reason: 'delivery-not-possible', status }),
  )

  test('that is not paid is refused', () => given(confirmed).when(dispatchOrder, next).refuses(unknown))

  test('whose units are not reserved, or that is not confirmed, is a broken log (law 4)', () => {
    const unreserved = { ...confirmed, 'inventory-B1': [productListed('B1')], 'delivery-o1': [scheduled] }
    expect(() => given(unreserved).whenKeyed(dispatchOrder, next)).toThrow('order o1 holds 1 of B1')
    const placed = { ...confirmed, 'order-o1': [orderPlaced('o1', lines)], 'delivery-o1': [scheduled] }
    expect(() => given(placed).whenKeyed(dispatchOrder, next)).toThrow(
      'order o1 is placed, but its delivery is not over',
    )
  })
})

describe('a report of the carrier', () => {
  test.each([null, 2])('that the parcel arrived (%j) completes the order', (dispatch) =>
    given({ ...confirmed, 'delivery-o1': again })
      .when(deliverOrder, { orderId: 'o1', dispatch })
      .then(...on('delivery-o1', deliveryDelivered('o1', 2)), ...on('order-o1', orderCompleted('o1', lines))),
  )

  test.each([null, 1])('that it did not (%j) ends the dispatch', (dispatch) =>
    given({ ...confirmed, 'delivery-o1': under })
      .when(failDelivery, { orderId: 'o1', dispatch, ...lost })
      .then(...on('delivery-o1', deliveryFailed('o1', 1))),
  )

  const completed = { ...confirmed, 'order-o1': [...confirmed['order-o1'], orderCompleted('o1', lines)] }

  test('that says what is known changes nothing, for a dispatch before too', () => {
    for (const command of [next, nth(2)]) {
      given({ ...completed, 'delivery-o1': delivered })
        .when(deliverOrder, command)
        .changesNothing()
    }
    for (const [history, command] of [
      [failed, next],
      [failed, nth(1)],
      [again, nth(1)],
      [delivered, nth(1)],
      [cancelled, next],
    ] as const) {
      given({ ...confirmed, 'delivery-o1': history })
        .when(failDelivery, { ...command, ...lost })
        .changesNothing()
    }
  })

  test('that says otherwise, or speaks of no dispatch, is refused: it never moves a later parcel', () => {
    for (const [history, dispatch, status] of [
      [[scheduled], null, 'scheduled'],
      [[scheduled], 1, 'scheduled'],
      [failed, null, 'failed'],
      [again, 1, 'dispatched'],
      [again, 3, 'dispatched'],
      [cancelled, 1, 'cancelled'],
    ] as const) {
      given({ ...confirmed, 'delivery-o1': history })
        .when(deliverOrder, { orderId: 'o1', dispatch })
        .refuses({ reason: 'delivery-not-possible', status })
    }
    for (const [history, dispatch, status] of [
      [[scheduled], null, 'scheduled'],
      [delivered, null, 'delivered'],
      [delivered, 2, 'delivered'],
      [delivered, 3, 'delivered'],
    ] as const) {
      given({ ...completed, 'delivery-o1': history })
        .when(failDelivery, { orderId: 'o1', dispatch, ...lost })
        .refuses({ reason: 'delivery-not-possible', status })
    }
  })

  test('on an order that is not paid is refused', () => {
    given(confirmed).when(deliverOrder, next).refuses(unknown)
    given(confirmed)
      .when(failDelivery, { ...next, ...lost })
      .refuses(unknown)
  })
})
