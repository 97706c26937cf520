import { describe, expect, test } from 'vitest'
import {
  cancelOrderCommand,
  cancelOrderRequest,
  placeOrderCommand,
  placeOrderRequest,
  returnOrderCommand,
  returnOrderRequest,
} from './order.ts'
import { NO_KEYS } from '../domain/payments/payer-keys.ts'

const shop = {
  currency: 'EUR',
  reservationMinutes: 15,
  clock: () => 1_000,
  newId: () => 'made',
  pseudonym: (value: string) => `of ${value}`,
}
const line = { sku: 'A-1', quantity: 1 }
const order = { customerId: 'c1', lines: [line] }

function faultOf(value: unknown) {
  const checked = placeOrderRequest.check(value)
  return 'faults' in checked ? checked.faults[0] : null
}

describe('placing an order', () => {
  test('takes what lies within its bounds', () => {
    const most = Array.from({ length: 100 }, () => ({ sku: 's'.repeat(64), quantity: 10_000 }))
    for (const wanted of [order, { orderId: 'o.1_2-3', ...order }, { customerId: 'c', lines: most }]) {
      expect(placeOrderRequest.check(wanted)).toEqual({ wanted })
    }
  })

  test.each<[string, unknown, string]>([
    ['no customer', { lines: [line] }, '/customerId'],
    ['an id that no stream can have', { ...order, orderId: '-o' }, '/orderId'],
    ['an id of null', { ...order, orderId: null }, '/orderId'],
    ['an id that is too long', { ...order, customerId: 'c'.repeat(65) }, '/customerId'],
    ['no lines', { ...order, lines: [] }, '/lines'],
    ['too many lines', { ...order, lines: Array.from({ length: 101 }, () => line) }, '/lines'],
    ['no units', { ...order, lines: [{ ...line, quantity: 0 }] }, '/lines/0/quantity'],
    ['too many units', { ...order, lines: [line, { ...line, quantity: 10_001 }] }, '/lines/1/quantity'],
    ['half a unit', { ...order, lines: [{ ...line, quantity: 1.5 }] }, '/lines/0/quantity'],
    ['a price of its own', { ...order, lines: [{ ...line, unitPrice: 1 }] }, '/lines/0/unitPrice'],
  ])('refuses %s', (_, value, pointer) => {
    expect(faultOf(value)?.pointer).toBe(pointer)
  })

  test('an id that the client named may exist; one that the shop made may not', () => {
    const common = { ...order, currency: 'EUR', reservationMinutes: 15, keys: NO_KEYS, at: 1_000 }
    expect(placeOrderCommand({ orderId: 'o1', ...order }, shop)).toEqual({ ...common, orderId: 'o1', named: true })
    expect(placeOrderCommand(order, shop)).toEqual({ ...common, orderId: 'made', named: false })
  })
})

describe('cancelling an order', () => {
  test('the reason may be left out, and so may all of the request', () => {
    for (const [value, reason, sellable] of [
      [null, null, true],
      [{}, null, true],
      [{ reason: 'late' }, 'late', true],
      [{ sellable: false }, null, false],
    ] as const) {
      const checked = cancelOrderRequest.check(value)
      if ('faults' in checked) throw new Error('it is within bounds')
      expect(cancelOrderCommand('o1', checked.wanted)).toEqual({ orderId: 'o1', reason, sellable })
    }
  })

  test('a reason has 1 to 200 characters', () => {
    for (const reason of ['', 'r'.repeat(201)]) expect(cancelOrderRequest.check({ reason })).toHaveProperty('faults')
    expect(cancelOrderRequest.check({ reason: 'r'.repeat(200) })).toHaveProperty('wanted')
  })
})

describe('returning an order', () => {
  test.each<[string, object, string | null]>([
    ['a reason', { reason: 'too small' }, null],
    ['lines', { reason: 'too small', lines: [line, line], sellable: false }, null],
    ['no reason', {}, '/reason'],
    ['no lines', { reason: 'too small', lines: [] }, '/lines'],
    ['no units', { reason: 'too small', lines: [{ ...line, quantity: 0 }] }, '/lines/0/quantity'],
    ['a price', { reason: 'too small', lines: [{ ...line, unitPrice: 1 }] }, '/lines/0/unitPrice'],
    ['a word for yes', { reason: 'too small', sellable: 'yes' }, '/sellable'],
  ])('with %s says where it is wrong', (_, wanted, place) => {
    const checked = returnOrderRequest.check(wanted)
    expect('faults' in checked ? checked.faults[0]?.pointer : null).toBe(place)
  })

  test('is of all that can be sold again, unless it says otherwise', () => {
    const command = { orderId: 'o1', lines: null, cause: 'late', sellable: true }
    expect(returnOrderCommand('o1', { reason: 'late' })).toEqual(command)
    expect(returnOrderCommand('o1', { reason: 'late', lines: [line], sellable: false })).toEqual({
      ...command,
      lines: [line],
      sellable: false,
    })
  })
})
