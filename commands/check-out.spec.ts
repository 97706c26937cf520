import { describe, expect, test } from 'vitest'
import { cartOf, checkOutCommand, checkOutRequest, type WantedCheckOut } from './check-out.ts'

const shop = { currency: 'EUR', reservationMinutes: 15, clock: () => 5, newId: () => 'o1', pseudonym: () => null }

function wanted(user_id: WantedCheckOut['user_id'], price = 19.99): WantedCheckOut {
  return { user_id, cart: [{ name: 'Cup', price, quantity: 2 }] }
}

function commandOf(asked: WantedCheckOut) {
  const cart = cartOf(asked, 'EUR')
  if ('faults' in cart) throw new Error('the cart has a fault')
  return checkOutCommand(cart.wanted, new Map([['Cup', ['A1', 'B1']]]), shop)
}

describe('the price of a cart', () => {
  test.each([
    [19.99, 'EUR', 1_999],
    [JSON.parse('19.990') as number, 'EUR', 1_999],
    [1_000, 'EUR', 100_000],
    [-0, 'EUR', 0],
    [1_999, 'JPY', 1_999],
    [1.234, 'KWD', 1_234],
    [8.7, 'EUR', 870],
    [1.15, 'EUR', 115],
  ])('%d in %s is %d minor units', (price, currency, amount) =>
    expect(cartOf(wanted(1, price), currency)).toMatchObject({ wanted: { items: [{ price: amount }] } }),
  )

  test.each([
    [19.999, 'EUR'],
    [0.1 + 0.2, 'EUR'],
    [0.5, 'JPY'],
    [1e-7, 'EUR'],
    [90_071_992_547_410, 'EUR'],
  ])('of %d is none in %s, and says where', (price, currency) =>
    expect(cartOf(wanted(1, price), currency)).toEqual({
      faults: [{ pointer: '/cart/0/price', message: `is no price in ${currency}` }],
    }),
  )
})

test.each([
  [42, 'user_42@example.com'],
  ['u-1.b_C', 'user_u-1.b_C@example.com'],
  ['a..b', null],
  ['x'.repeat(64), null],
])('user %s is a customer of that id with an address, where that is one', (userId, email) => {
  const { customerId, registration } = commandOf(wanted(userId))
  expect(customerId).toBe(String(userId))
  expect(registration).toEqual({
    ...{ name: `User ${String(userId)}`, email, phone: null, region: 'online', tier: 'standard', language: 'en' },
  })
})

test('each line has the products of its name', () =>
  expect(commandOf(wanted(1)).lines).toEqual([{ name: 'Cup', skus: ['A1', 'B1'], price: 1_999, quantity: 2 }]))

test.each([
  [{ user_id: 1.5 }, '/user_id'],
  [{ user_id: -1 }, '/user_id'],
  [{ user_id: 'a b' }, '/user_id'],
  [{ user_id: null }, '/user_id'],
  [{ cart: [] }, '/cart'],
  [{ cart: [{ name: 'Cup', price: -1, quantity: 1 }] }, '/cart/0/price'],
  [{ cart: [{ name: 'Cup', price: '19.99', quantity: 1 }] }, '/cart/0/price'],
  [{ cart: [{ name: 'Cup', price: 1, quantity: 0 }] }, '/cart/0/quantity'],
  [{ cart: [{ name: 'Cup', price: 1, quantity: 1, discount: 1 }] }, '/cart/0/discount'],
  [{ total: 5 }, '/total'],
])('%j is refused at %s', (change, pointer) => {
  const checked = checkOutRequest.check({ ...wanted(1), ...change })
  expect('faults' in checked && checked.faults[0]).toMatchObject({ pointer })
})
