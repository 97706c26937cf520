import { describe, expect, test } from 'vitest'
import { requestPaymentCommand, requestPaymentRequest, requestRefundCommand, requestRefundRequest } from './payment.ts'
import { NO_KEYS } from '../domain/payments/payer-keys.ts'

const eur = (amount: number) => ({ amount, currency: 'EUR' })

describe('asking for a payment', () => {
  const order = { orderId: 'o1', method: 'card' }

  test.each<[string, object, string | null]>([
    ['what is needed', {}, null],
    ['its amount', { amount: eur(0) }, null],
    ['another method', { method: 'cash' }, '/method'],
    ['an amount as text', { amount: { amount: '1', currency: 'EUR' } }, '/amount/amount'],
    ['an amount past 2^53', { amount: eur(2 ** 53) }, '/amount/amount'],
    ['less than nothing', { amount: eur(-1) }, '/amount/amount'],
    ['a currency that is no code', { amount: { amount: 1, currency: 'euro' } }, '/amount/currency'],
    ['an amount of null', { amount: null }, '/amount'],
    ['the number of a card', { card: '4111111111111111' }, '/card'],
    ['a field that nobody knows', { pan: '4111' }, '/pan'],
  ])('with %s it says where it is wrong', (_, more, place) => {
    const checked = requestPaymentRequest.check({ ...order, ...more })
    expect('faults' in checked ? checked.faults[0]?.pointer : null).toBe(place)
  })

  test('the shop says when', () => {
    const shop = { clock: () => 1_000, pseudonym: (value: string) => `of ${value}` }
    const command = { orderId: 'o1', method: 'card', amount: null, keys: NO_KEYS, at: 1_000 } as const
    expect(requestPaymentCommand({ orderId: 'o1', method: 'card' }, shop)).toEqual(command)
    expect(requestPaymentCommand({ orderId: 'o1', method: 'card', amount: eur(5) }, shop)).toEqual({
      ...command,
      amount: eur(5),
    })
  })
})

describe('giving money back', () => {
  test.each<[string, object, string | null]>([
    ['a reason', { reason: 'late' }, null],
    ['an amount', { reason: 'late', amount: eur(1) }, null],
    ['no reason', {}, '/reason'],
    ['an empty reason', { reason: '' }, '/reason'],
    ['nothing to give', { reason: 'late', amount: eur(0) }, '/amount/amount'],
  ])('with %s it says where it is wrong', (_, wanted, place) => {
    const checked = requestRefundRequest.check(wanted)
    expect('faults' in checked ? checked.faults[0]?.pointer : null).toBe(place)
  })

  test('is all that is left unless an amount is given', () => {
    expect(requestRefundCommand('o1', { reason: 'late' })).toEqual({ orderId: 'o1', amount: null, note: 'late' })
    expect(requestRefundCommand('o1', { reason: 'late', amount: eur(1) })).toMatchObject({ amount: eur(1) })
  })
})
