/** Longer than 300 lines because it is one decision with many outcomes, and each writes out the events it records. */
import { describe, expect, test } from 'vitest'
import type { OrderLine, RejectedLine } from '../schemas/events.ts'
import { placeOrder, type PlaceOrder, type Rejection } from './place-order.ts'
import {
  NOON,
  customerRegistered,
  customerTierChanged,
  eur,
  orderCancelled,
  orderLine,
  orderPlaced,
  orderRejected,
  priceChanged,
  productListed,
  stockAdjusted,
  stockReceived,
  stockReserved,
} from './test-events.ts'
import { given, on, recordingRead } from './test-kit.ts'
import { money } from './values.ts'
import { NO_KEYS } from './payments/payer-keys.ts'

const shop = {
  'customer-c1': [customerRegistered('c1')],
  'inventory-A1': [productListed('A1'), stockReceived('A1', 5), stockReserved('A1', 'o0', 1)],
  'inventory-B1': [productListed('B1', { price: eur(250), category: 'cases' }), stockReceived('B1', 10)],
}

const place: PlaceOrder = {
  orderId: 'o1',
  named: true,
  customerId: 'c1',
  lines: [{ sku: 'A1', quantity: 2 }],
  currency: 'EUR',
  reservationMinutes: 15,
  keys: NO_KEYS,
  at: NOON,
}

const unknownLine = (sku: string, quantity: number): RejectedLine => ({
  sku,
  name: null,
  category: null,
  quantity,
  unitPrice: null,
})
const lineB1 = (quantity: number): OrderLine => orderLine('B1', quantity, { category: 'cases', unitPrice: eur(250) })

describe('an order within the free stock', () => {
  test('is placed at catalogue prices and reserves its units for the time of a reservation', () =>
    given(shop)
      .when(placeOrder, place)
      .then(
        ...on('order-o1', orderPlaced('o1', [orderLine('A1', 2)], { reservedUntil: NOON + 900_000 })),
        ...on('inventory-A1', stockReserved('A1', 'o1', 2)),
      ))

  test('is reserved for ever when a reservation has no end', () =>
    given(shop)
      .when(placeOrder, { ...place, reservationMinutes: 0 })
      .then(
        ...on('order-o1', orderPlaced('o1', [orderLine('A1', 2)])),
        ...on('inventory-A1', stockReserved('A1', 'o1', 2)),
      ))

  test('reserves each product once, though it stands on two lines', () =>
    given(shop)
      .when(placeOrder, {
        ...place,
        reservationMinutes: 0,
        lines: [
          { sku: 'A1', quantity: 1 },
          { sku: 'B1', quantity: 4 },
          { sku: 'A1', quantity: 3 },
        ],
      })
      .then(
        ...on('order-o1', orderPlaced('o1', [orderLine('A1', 1), lineB1(4), orderLine('A1', 3)])),
        ...on('inventory-A1', stockReserved('A1', 'o1', 4)),
        ...on('inventory-B1', stockReserved('B1', 'o1', 4)),
      ))

  test('takes the present price and the present tier', () =>
    given({
      ...shop,
      'customer-c1': [customerRegistered('c1'), customerTierChanged('c1', 'vip')],
      'inventory-A1': [...shop['inventory-A1'], priceChanged('A1', 900)],
    })
      .when(placeOrder, { ...place, reservationMinutes: 0 })
      .then(
        ...on('order-o1', orderPlaced('o1', [orderLine('A1', 2, { unitPrice: eur(900) })], { tier: 'vip' })),
        ...on('inventory-A1', stockReserved('A1', 'o1', 2)),
      ))

  test('may cost nothing', () =>
    given({ ...shop, 'inventory-A1': [productListed('A1', { price: eur(0) }), stockReceived('A1', 5)] })
      .when(placeOrder, { ...place, reservationMinutes: 0 })
      .then(
        ...on('order-o1', orderPlaced('o1', [orderLine('A1', 2, { unitPrice: eur(0) })])),
        ...on('inventory-A1', stockReserved('A1', 'o1', 2)),
      ))

  test('under an id made just now is placed without looking for an earlier one', () =>
    given(shop)
      .whenKeyed(placeOrder, { ...place, named: false, reservationMinutes: 0 })
      .then(
        ...on('order-o1', orderPlaced('o1', [orderLine('A1', 2)])),
        ...on('inventory-A1', stockReserved('A1', 'o1', 2)),
      ))
})

describe('an order beyond the free stock', () => {
  const shortages = [{ sku: 'A1', wanted: 5, available: 4 }]

  test('is rejected as a whole and recorded with what was short', () =>
    given(shop)
      .when(placeOrder, {
        ...place,
        lines: [
          { sku: 'A1', quantity: 5 },
          { sku: 'B1', quantity: 1 },
        ],
      })
      .refuses(
        { reason: 'out-of-stock', shortages },
        ...on('order-o1', orderRejected('o1', { lines: [orderLine('A1', 5), lineB1(1)], total: eur(5250), shortages })),
      ))

  test('is rejected when only its lines of one product together are beyond it (law 4)', () =>
    given(shop)
      .when(placeOrder, {
        ...place,
        lines: [
          { sku: 'A1', quantity: 2 },
          { sku: 'A1', quantity: 3 },
        ],
      })
      .refuses(
        { reason: 'out-of-stock', shortages },
        ...on(
          'order-o1',
          orderRejected('o1', { lines: [orderLine('A1', 2), orderLine('A1', 3)], total: eur(5000), shortages }),
        ),
      ))

  test('takes the very last unit and not one more (law 4)', () => {
    const last = { ...place, lines: [{ sku: 'B1', quantity: 10 }], reservationMinutes: 0 }
    given(shop)
      .when(placeOrder, last)
      .then(...on('order-o1', orderPlaced('o1', [lineB1(10)])), ...on('inventory-B1', stockReserved('B1', 'o1', 10)))
    const none = [{ sku: 'B1', wanted: 1, available: 0 }]
    given({ ...shop, 'inventory-B1': [...shop['inventory-B1'], stockReserved('B1', 'o0', 10)] })
      .when(placeOrder, { ...place, lines: [{ sku: 'B1', quantity: 1 }] })
      .refuses(
        { reason: 'out-of-stock', shortages: none },
        ...on('order-o1', orderRejected('o1', { lines: [lineB1(1)], total: eur(250), shortages: none })),
      )
  })
})

describe('an order that the shop cannot take', () => {
  test('is rejected when its customer is unknown, with what the catalogue knows', () =>
    given(shop)
      .when(placeOrder, { ...place, customerId: 'c9' })
      .refuses(
        { reason: 'unknown-customer', customerId: 'c9' },
        ...on(
          'order-o1',
          orderRejected('o1', {
            customerId: 'c9',
            tier: null,
            region: null,
            reason: 'unknown-customer',
            lines: [orderLine('A1', 2)],
            total: eur(2000),
          }),
        ),
      ))

  test('is rejected when products are unknown, naming each of them once', () =>
    given(shop)
      .when(placeOrder, {
        ...place,
        lines: [
          { sku: 'X1', quantity: 1 },
          { sku: 'A1', quantity: 9 },
          { sku: 'X2', quantity: 2 },
          { sku: 'X1', quantity: 3 },
        ],
      })
      .refuses(
        { reason: 'unknown-product', skus: ['X1', 'X2'] },
        ...on(
          'order-o1',
          orderRejected('o1', {
            reason: 'unknown-product',
            lines: [unknownLine('X1', 1), orderLine('A1', 9), unknownLine('X2', 2), unknownLine('X1', 3)],
          }),
        ),
      ))

  test('is rejected when a product is priced in another currency', () => {
    const price = money(1000, 'USD')
    given({ ...shop, 'inventory-A1': [productListed('A1', { price }), stockReceived('A1', 5)] })
      .when(placeOrder, {
        ...place,
        lines: [
          { sku: 'A1', quantity: 1 },
          { sku: 'B1', quantity: 1 },
        ],
      })
      .refuses(
        { reason: 'wrong-currency' },
        ...on(
          'order-o1',
          orderRejected('o1', {
            reason: 'wrong-currency',
            lines: [orderLine('A1', 1, { unitPrice: price }), lineB1(1)],
          }),
        ),
      )
  })

  test('is rejected when its total is past 2^53 - 1', () => {
    const price = eur(Number.MAX_SAFE_INTEGER)
    given({ ...shop, 'inventory-A1': [productListed('A1', { price }), stockReceived('A1', 5)] })
      .when(placeOrder, place)
      .refuses(
        { reason: 'order-too-large' },
        ...on(
          'order-o1',
          orderRejected('o1', { reason: 'order-too-large', lines: [orderLine('A1', 2, { unitPrice: price })] }),
        ),
      )
  })
})

describe('an order asked for again (law 3)', () => {
  const lines = [orderLine('A1', 2)]
  const placed = orderPlaced('o1', lines)

  test.each([
    ['as it was placed', shop, [placed]],
    ['after it was cancelled', shop, [placed, orderCancelled('o1', lines)]],
    ['after the price has changed', { 'inventory-A1': [...shop['inventory-A1'], priceChanged('A1', 1)] }, [placed]],
    ['after the stock is gone', { 'inventory-A1': [...shop['inventory-A1'], stockAdjusted('A1', -4)] }, [placed]],
  ])('%s changes nothing', (_, now, history) =>
    given({ ...shop, ...now, 'order-o1': history })
      .when(placeOrder, { ...place, at: NOON + 1, reservationMinutes: 1 })
      .changesNothing(),
  )

  test.each([
    ['another customer', { customerId: 'c2' }],
    ['another quantity', { lines: [{ sku: 'A1', quantity: 3 }] }],
    ['another product', { lines: [{ sku: 'B1', quantity: 2 }] }],
    ['the same units on two lines', { lines: [1, 1].map((quantity) => ({ sku: 'A1', quantity })) }],
    ['a line more', { lines: [...place.lines, { sku: 'B1', quantity: 1 }] }],
  ])('with %s is refused, for a placed and for a rejected one', (_, other) => {
    for (const event of [placed, orderRejected('o1', { lines })]) {
      given({ ...shop, 'order-o1': [event] })
        .when(placeOrder, { ...place, ...other })
        .refuses({ reason: 'order-exists', orderId: 'o1' })
    }
  })

  test('with its lines in another order is refused', () =>
    given({ ...shop, 'order-o1': [orderPlaced('o1', [orderLine('A1', 1), lineB1(1)])] })
      .when(placeOrder, { ...place, lines: ['B1', 'A1'].map((sku) => ({ sku, quantity: 1 })) })
      .refuses({ reason: 'order-exists', orderId: 'o1' }))

  const shortages = [{ sku: 'A1', wanted: 2, available: 1 }]
  const rejections: { readonly [Reason in Rejection['reason']]: Extract<Rejection, { readonly reason: Reason }> } = {
    'unknown-customer': { reason: 'unknown-customer', customerId: 'c1' },
    'unknown-product': { reason: 'unknown-product', skus: ['A1'] },
    'wrong-currency': { reason: 'wrong-currency' },
    'order-too-large': { reason: 'order-too-large' },
    'out-of-stock': { reason: 'out-of-stock', shortages },
  }

  test.each(Object.values(rejections))('stays rejected for $reason, though it could be placed now', (rejection) => {
    const { reason } = rejection
    const rejected = orderRejected('o1', {
      reason,
      lines: reason === 'unknown-product' ? [unknownLine('A1', 2)] : lines,
      shortages: reason === 'out-of-stock' ? shortages : [],
    })
    given({ ...shop, 'order-o1': [rejected] })
      .when(placeOrder, place)
      .refuses(rejection)
  })

  test('stays rejected for a reason that only a newer release knows', () =>
    given({ ...shop, 'order-o1': [orderRejected('o1', { reason: 'export-ban', lines })] })
      .when(placeOrder, place)
      .refuses({ reason: 'rejected-before', recorded: 'export-ban', shortages: [] }))
})

describe('what placing an order reads', () => {
  test('is the order, the customer and each product once', () => {
    const { read, streams } = recordingRead(shop)
    placeOrder({ ...place, lines: ['B1', 'A1', 'B1'].map((sku) => ({ sku, quantity: 1 })) }, read)
    expect([...streams]).toEqual(['order-o1', 'customer-c1', 'inventory-B1', 'inventory-A1'])
  })

  test('is the order alone when it exists', () => {
    const { read, streams } = recordingRead({ ...shop, 'order-o1': [orderPlaced('o1', [orderLine('A1', 2)])] })
    placeOrder(place, read)
    expect([...streams]).toEqual(['order-o1'])
  })
})
