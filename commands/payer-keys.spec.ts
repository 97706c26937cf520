import { describe, expect, test } from 'vitest'
import { NO_KEYS } from '../domain/payments/payer-keys.ts'
import { placeOrderCommand, placeOrderRequest } from './order.ts'
import { isCardNumber } from './payer-keys.ts'
import { requestPaymentCommand, requestPaymentRequest } from './payment.ts'

const order = { customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] }
const payment = { orderId: 'o1', method: 'card' } as const
const sent = { card: 'tok_1', device: 'd'.repeat(128), address: 'Ringstraße 1, Graz', network: '10.0.0.0/24' }
const shop = {
  ...{ currency: 'EUR', reservationMinutes: 15, clock: () => 0, newId: () => 'made' },
  pseudonym: (value: string) => `of ${value}`,
}

describe('the keys of an order and of a payment', () => {
  test('become pseudonyms, the region of the card stays', () => {
    const keys = {
      ...{ card: 'of tok_1', device: `of ${sent.device}`, address: 'of Ringstraße 1, Graz', network: 'of 10.0.0.0/24' },
      cardRegion: 'aT',
    }
    expect(placeOrderCommand({ ...order, ...sent, cardRegion: 'aT' }, shop).keys).toEqual(keys)
    expect(requestPaymentCommand({ ...payment, ...sent, cardRegion: 'aT' }, shop).keys).toEqual(keys)
    expect(placeOrderCommand(order, shop).keys).toEqual(NO_KEYS)
  })

  test.each([
    ['an empty card', { card: '' }, '/card'],
    ['a device of 129 characters', { device: 'd'.repeat(129) }, '/device'],
    ['an address with a line break', { address: 'a\nb' }, '/address'],
    ['a network that is a number', { network: 10 }, '/network'],
    ['a region of three letters', { cardRegion: 'AUT' }, '/cardRegion'],
  ])('are refused: %s', (_, keys, pointer) => {
    for (const checked of [
      placeOrderRequest.check({ ...order, ...keys }),
      requestPaymentRequest.check({ ...payment, ...keys }),
    ])
      expect('faults' in checked ? [checked.code, checked.faults[0]?.pointer] : null).toEqual([undefined, pointer])
  })

  test('are never the number of a card, which no message repeats', () => {
    const card = '4111 1111 1111 1111'
    for (const checked of [
      placeOrderRequest.check({ ...order, card }),
      requestPaymentRequest.check({ ...payment, card }),
    ]) {
      expect(checked).toMatchObject({ code: 'card-number', faults: [{ pointer: '/card' }] })
      expect(JSON.stringify(checked)).not.toContain('1111')
    }
    expect(placeOrderRequest.check({ ...order, device: '4111111111111111' })).toHaveProperty('wanted')
  })
})

describe('the number of a card', () => {
  test.each([
    ['4111111111111111', true],
    [' 4111-1111-1111-1111 ', true],
    ['378282246310005', true],
    ['4111111111111112', false],
    ['tok_4111111111111111', false],
    ['00000000000', false],
    ['000000000000', true],
    ['0'.repeat(19), true],
    ['0'.repeat(20), false],
  ])('%j: %j', (card, is) => expect(isCardNumber(card)).toBe(is))
})
