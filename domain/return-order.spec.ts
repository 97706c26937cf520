import { describe, test } from 'vitest'
import { returnOrder } from './return-order.ts'
import {
  orderCompleted,
  orderConfirmed,
  orderLine,
  orderPlaced,
  orderRejected,
  orderReturned,
  paymentCaptured,
  paymentRefunded,
  paymentRequested,
  productListed,
  refundRequested,
  stockReturned,
} from './test-events.ts'
import { given, on } from './test-kit.ts'

const lines = [orderLine('A1', 2), orderLine('B1', 1), orderLine('A1', 3)]
const placed = orderPlaced('o1', lines)
const history = [placed, orderConfirmed('o1', lines), orderCompleted('o1', lines)]
const paid = [paymentRequested('o1', 1, 6000), paymentCaptured('o1', 1, 6000)]
const completed = {
  'inventory-A1': [productListed('A1')],
  'inventory-B1': [productListed('B1')],
  'order-o1': history,
  'payment-o1': paid,
}
const refund = (number: number, amount: number) => refundRequested('o1', number, amount, { cause: 'returned' })
const all = { orderId: 'o1', lines: null, cause: 'too small', sellable: true }
const some = (...named: readonly [string, number][]) => ({
  ...all,
  lines: named.map(([sku, quantity]) => ({ sku, quantity })),
})

describe('returning a completed order', () => {
  test('as a whole brings back each product once and refunds the total', () =>
    given(completed)
      .whenKeyed(returnOrder, all)
      .then(
        ...on('order-o1', orderReturned('o1', [orderLine('A1', 5), orderLine('B1', 1)])),
        ...on('inventory-A1', stockReturned('A1', 'o1', 5)),
        ...on('inventory-B1', stockReturned('B1', 'o1', 1)),
        ...on('payment-o1', refund(1, 6000)),
      ))

  test('in part refunds its value, and what cannot be sold is written off', () =>
    given(completed)
      .whenKeyed(returnOrder, { ...some(['A1', 1], ['A1', 2]), sellable: false })
      .then(
        ...on('order-o1', orderReturned('o1', [orderLine('A1', 3)])),
        ...on('inventory-A1', stockReturned('A1', 'o1', 3, false)),
        ...on('payment-o1', refund(1, 3000)),
      ))

  const parted = {
    ...completed,
    'order-o1': [...history, orderReturned('o1', [orderLine('A1', 3)])],
    'payment-o1': [...paid, refund(1, 3000)],
  }

  test('a second time brings back the rest', () =>
    given(parted)
      .whenKeyed(returnOrder, all)
      .then(
        ...on('order-o1', orderReturned('o1', [orderLine('A1', 2), orderLine('B1', 1)])),
        ...on('inventory-A1', stockReturned('A1', 'o1', 2)),
        ...on('inventory-B1', stockReturned('B1', 'o1', 1)),
        ...on('payment-o1', refund(2, 3000)),
      ))

  test('refunds at most what is left, and nothing when nothing is (law 10)', () => {
    const back = [
      ...on('order-o1', orderReturned('o1', [orderLine('A1', 3)])),
      ...on('inventory-A1', stockReturned('A1', 'o1', 3)),
    ]
    given({ ...completed, 'payment-o1': [...paid, refundRequested('o1', 1, 4000)] })
      .whenKeyed(returnOrder, some(['A1', 3]))
      .then(...back, ...on('payment-o1', refund(2, 2000)))
    given({ ...completed, 'payment-o1': [...paid, refundRequested('o1', 1, 6000)] })
      .whenKeyed(returnOrder, some(['A1', 3]))
      .then(...back)
  })

  test('that was paid on account is refunded there at once', () => {
    const account = { method: 'on-account', cause: 'returned' }
    given({ ...completed, 'payment-o1': paid.map((event) => ({ ...event, method: 'on-account' })) })
      .whenKeyed(returnOrder, some(['B1', 1]))
      .then(
        ...on('order-o1', orderReturned('o1', [orderLine('B1', 1)])),
        ...on('inventory-B1', stockReturned('B1', 'o1', 1)),
        ...on('payment-o1', refundRequested('o1', 1, 1000, account)),
        ...on('payment-o1', paymentRefunded('o1', 1, 1000, { ...account, reference: 'account' })),
      )
  })

  test('with more units than it has left is refused: each unit comes back once', () => {
    const tooLarge = (sku: string, wanted: number, left: number) =>
      ({ reason: 'return-too-large', sku, wanted, left }) as const
    given(parted)
      .when(returnOrder, some(['B1', 1], ['A1', 3]))
      .refuses(tooLarge('A1', 3, 2))
    given(completed)
      .when(returnOrder, some(['A1', 5], ['A1', 1]))
      .refuses(tooLarge('A1', 6, 5))
    given(completed)
      .when(returnOrder, some(['X1', 1]))
      .refuses(tooLarge('X1', 1, 0))
    const gone = [...history, orderReturned('o1', [orderLine('A1', 5), orderLine('B1', 1)])]
    given({ ...completed, 'order-o1': gone })
      .when(returnOrder, all)
      .refuses(tooLarge('A1', 5, 0))
  })

  test('that is not completed is refused', () => {
    given({}).when(returnOrder, all).refuses({ reason: 'unknown-order', orderId: 'o1' })
    for (const [status, events] of [
      ['placed', [placed]],
      ['confirmed', [placed, orderConfirmed('o1', lines)]],
      ['rejected', [orderRejected('o1')]],
    ] as const) {
      given({ 'order-o1': events }).when(returnOrder, all).refuses({ reason: 'order-not-returnable', status })
    }
  })
})
