import { describe, expect, test } from 'vitest'
import {
  customerRegistered,
  customerTierChanged,
  deliveryScheduled,
  eur,
  NOON,
  orderConfirmed,
  orderLine,
  orderPlaced,
  orderRejected,
  paymentCaptured,
  paymentRequested,
  priceChanged,
  productListed,
  stockReceived,
  stockReserved,
} from '../test-events.ts'
import { given, on, recordingRead } from '../test-kit.ts'
import { money } from '../values.ts'
import { checkOut, type CartLine, type CheckOut } from './check-out.ts'

const shop = {
  'inventory-A1': [productListed('A1'), stockReceived('A1', 5)],
  'inventory-B1': [productListed('B1', { price: eur(250) }), stockReceived('B1', 10)],
}

const registration: CheckOut['registration'] = {
  ...{ name: 'User 7', email: 'user_7@example.com', phone: null, region: 'online', tier: 'standard', language: 'en' },
}
const registered = customerRegistered('7', registration)
const buyer = { customerId: '7', region: 'online' }

const item = (sku: string, quantity: number, price = 1000): CartLine => ({
  ...{ name: `Product ${sku}`, skus: [sku], price, quantity },
})

const cart: CheckOut = {
  ...{ orderId: 'o1', customerId: '7', registration, currency: 'EUR', reservationMinutes: 15, at: NOON },
  lines: [item('A1', 2), item('B1', 1, 250)],
}

const lines = [orderLine('A1', 2), orderLine('B1', 1, { unitPrice: eur(250) })]
const placed = orderPlaced('o1', lines, { ...buyer, reservedUntil: NOON + 900_000 })
const bought = [
  ...on('order-o1', placed),
  ...on('inventory-A1', stockReserved('A1', 'o1', 2)),
  ...on('inventory-B1', stockReserved('B1', 'o1', 1)),
]

describe('a cart', () => {
  test('of somebody new registers them, places the order and asks for the money, in one append', () =>
    given(shop)
      .whenKeyed(checkOut, cart)
      .then(
        ...on('customer-7', registered),
        ...bought,
        ...on('payment-o1', paymentRequested('o1', 1, 2_250, { ...buyer })),
      ))

  test('of a known customer leaves who they are, and repeats the tier and region that they have', () => {
    const known = { tier: 'vip', region: 'north' } as const
    given({ ...shop, 'customer-7': [customerRegistered('7'), customerTierChanged('7', 'vip')] })
      .whenKeyed(checkOut, cart)
      .then(
        ...on('order-o1', { ...placed, ...known }),
        ...bought.slice(1),
        ...on('payment-o1', paymentRequested('o1', 1, 2_250, { customerId: '7', ...known })),
      )
  })

  test('with one product on two lines reserves it once', () =>
    given(shop)
      .whenKeyed(checkOut, { ...cart, lines: [item('A1', 2), item('A1', 3)] })
      .then(
        ...on('customer-7', registered),
        ...on('order-o1', { ...placed, lines: [orderLine('A1', 2), orderLine('A1', 3)], total: eur(5_000) }),
        ...on('inventory-A1', stockReserved('A1', 'o1', 5)),
        ...on('payment-o1', paymentRequested('o1', 1, 5_000, { ...buyer })),
      ))

  test('that costs nothing is paid and confirmed at once', () => {
    const free = [orderLine('A1', 1, { unitPrice: eur(0) })]
    const total = { total: eur(0), ...buyer }
    given({ 'inventory-A1': [productListed('A1', { price: eur(0) }), stockReceived('A1', 5)] })
      .whenKeyed(checkOut, { ...cart, lines: [item('A1', 1, 0)] })
      .then(
        ...on('customer-7', registered),
        ...on('order-o1', { ...placed, lines: free, total: eur(0) }),
        ...on('inventory-A1', stockReserved('A1', 'o1', 1)),
        ...on('payment-o1', paymentRequested('o1', 1, 0, buyer)),
        ...on('payment-o1', paymentCaptured('o1', 1, 0, { customerId: '7', region: 'online', reference: 'free' })),
        ...on('order-o1', { ...orderConfirmed('o1', free), ...total }),
        ...on('delivery-o1', { ...deliveryScheduled('o1', free), ...buyer }),
      )
  })

  test('of more than there is records the rejected order, and whoever wanted it', () => {
    const shortages = [{ sku: 'A1', wanted: 6, available: 5 }]
    const wanted = [orderLine('A1', 6), orderLine('B1', 1, { unitPrice: eur(250) })]
    given(shop)
      .whenKeyed(checkOut, { ...cart, lines: [item('A1', 6), item('B1', 1, 250)] })
      .refuses(
        { reason: 'out-of-stock', shortages },
        ...on('customer-7', registered),
        ...on(
          'order-o1',
          orderRejected('o1', {
            ...{ ...buyer, tier: 'standard', lines: wanted, total: eur(6_250), shortages },
            ...{ reason: 'out-of-stock', rejectedAt: NOON },
          }),
        ),
      )
  })
})

describe('a cart is refused without a trace', () => {
  const refused = (refusal: ReturnType<typeof decided>['refusal'], change: Partial<CheckOut>, log = shop) =>
    given(log)
      .whenKeyed(checkOut, { ...cart, ...change })
      .refuses(refusal)

  function decided(log: typeof shop, command: CheckOut) {
    const decision = checkOut(command, recordingRead(log).read)
    if (decision.outcome !== 'refused') throw new Error('it is accepted')
    return decision
  }

  test('with names that no product has, each once', () =>
    refused(
      { reason: 'unknown-product', names: ['Nothing', 'Nobody'] },
      {
        lines: [
          item('A1', 1),
          ...['Nothing', 'Nothing', 'Nobody'].map((name) => ({ name, skus: [], price: 1, quantity: 1 })),
        ],
      },
    ))

  test('with the name of a product that turns out to be none, or to have another name', () => {
    refused({ reason: 'unknown-product', names: ['Product Z9'] }, { lines: [item('Z9', 1)] })
    refused(
      { reason: 'unknown-product', names: ['product A1'] },
      { lines: [{ name: 'product A1', skus: ['A1'], price: 1000, quantity: 1 }] },
    )
  })

  test('with a name that two products have', () =>
    refused(
      { reason: 'ambiguous-product', names: ['Cup'] },
      { lines: [{ name: 'Cup', skus: ['A1', 'B1'], price: 1000, quantity: 1 }] },
      {
        'inventory-A1': [productListed('A1', { name: 'Cup' })],
        'inventory-B1': [productListed('B1', { name: 'Cup' })],
      },
    ))

  test('at prices that are not those of the catalogue, with both', () =>
    refused(
      {
        reason: 'price-changed',
        prices: [
          { name: 'Product A1', price: eur(1000), cataloguePrice: eur(900) },
          { name: 'Product B1', price: eur(251), cataloguePrice: eur(250) },
        ],
      },
      { lines: [item('A1', 9), item('B1', 1, 251)] },
      { ...shop, 'inventory-A1': [...shop['inventory-A1'], priceChanged('A1', 900)] },
    ))

  test('where the shop has no such currency any more', () =>
    refused(
      { reason: 'wrong-currency' },
      { lines: [item('A1', 1, 999)] },
      {
        ...shop,
        'inventory-A1': [productListed('A1', { price: money(1000, 'USD') }), stockReceived('A1', 5)],
      },
    ))

  test('that is worth more than can be counted', () => {
    const price = Number.MAX_SAFE_INTEGER
    refused(
      { reason: 'order-too-large' },
      { lines: [item('A1', 2, price)] },
      {
        ...shop,
        'inventory-A1': [productListed('A1', { price: eur(price) }), stockReceived('A1', 5)],
      },
    )
  })
})

test('a cart of an order that exists is a defect: its id is made for it', () => {
  expect(() => given({ ...shop, 'order-o1': [placed] }).whenKeyed(checkOut, cart)).toThrow('cannot be created')
})
