import { describe, expect, test } from 'vitest'
import { chargeKey, parseGatewayKey, refundKey } from './gateway-keys.ts'
import { parseWebhookBody } from './webhook-body.ts'

const amount = { amount: 1999, currency: 'EUR' }
const parse = (value: unknown) => parseWebhookBody(Buffer.from(JSON.stringify(value)))

test('keys name an order and an attempt or a refund, and nothing else is a key', () => {
  expect(parseGatewayKey(chargeKey('order-1', 12))).toEqual({ kind: 'charge', orderId: 'order-1', attempt: 12 })
  expect(parseGatewayKey(refundKey('order-1', 3))).toEqual({ kind: 'refund', orderId: 'order-1', refund: 3 })
  const wrong = [
    '',
    'o',
    'o/',
    '/1',
    'o/0',
    'o/01',
    'o/r',
    'o/R1',
    'o/1/1',
    'o/-1',
    'o/1.5',
    'o o/1',
    '-o/1',
    'o/1234567890',
    `${'o'.repeat(65)}/1`,
    'o/1\n',
  ]
  for (const text of wrong) expect(parseGatewayKey(text), text).toBeNull()
})

describe('a webhook reports', () => {
  test('what became of a charge', () => {
    const charge = { kind: 'charge', key: 'o/1', orderId: 'o', attempt: 1 }
    expect(parse({ key: 'o/1', status: 'captured', reference: 'ch_1' })).toEqual({
      ...charge,
      outcome: { status: 'captured', reference: 'ch_1' },
    })
    expect(parse({ key: 'o/1', status: 'captured', reference: 'ch_1', amount })).toEqual({
      ...charge,
      outcome: { status: 'captured', reference: 'ch_1', amount },
    })
    expect(parse({ key: 'o/1', status: 'declined', reason: 'do-not-honour' })).toEqual({
      ...charge,
      outcome: { status: 'declined', reason: 'do-not-honour' },
    })
    expect(parse({ key: 'o/1', status: 'pending' })).toEqual({ ...charge, outcome: { status: 'pending' } })
  })

  test('what became of a refund', () => {
    const refund = { kind: 'refund', key: 'o/r2', orderId: 'o', refund: 2 }
    expect(parse({ key: 'o/r2', status: 'refunded', reference: 're_1' })).toEqual({
      ...refund,
      outcome: { status: 'refunded', reference: 're_1' },
    })
    expect(parse({ key: 'o/r2', status: 'refused', reason: 'too-old' })).toEqual({
      ...refund,
      outcome: { status: 'refused', reason: 'too-old' },
    })
  })

  test('money that the provider moved back by itself', () => {
    expect(parse({ key: 'o/1', status: 'reversed', amount, reference: 'dp_1' })).toEqual({
      kind: 'reversal',
      key: 'o/1',
      orderId: 'o',
      attempt: 1,
      amount,
      reference: 'dp_1',
    })
  })

  test('less than that: what is left out, or null, is asked for or unspecified', () => {
    expect(parse({ key: 'o/1', status: 'captured' })).toMatchObject({ outcome: null })
    expect(parse({ key: 'o/1', status: 'captured', reference: null, amount: null })).toMatchObject({ outcome: null })
    expect(parse({ key: 'o/r1', status: 'refunded' })).toMatchObject({ outcome: null })
    expect(parse({ key: 'o/1', status: 'declined' })).toMatchObject({ outcome: { reason: 'unspecified' } })
    expect(parse({ key: 'o/r1', status: 'refused', reason: '\u0000' })).toMatchObject({
      outcome: { reason: 'unspecified' },
    })
  })

  test('more than that, which is passed over', () => {
    expect(parse({ key: 'o/1', status: 'pending', id: 'evt_1', livemode: true })).toMatchObject({ kind: 'charge' })
  })

  test('texts that are clean', () => {
    expect(
      parse({ key: 'o/1', status: 'declined', reason: 'card 4111 1111 1111 1111\nof ann@mail.example' }),
    ).toMatchObject({
      outcome: { reason: 'card [hidden] of [hidden]' },
    })
  })
})

describe('nothing is reported by', () => {
  test.each([
    null,
    [],
    'captured',
    17,
    {},
    { key: 'o/1' },
    { status: 'captured' },
    { key: 1, status: 'captured' },
    { key: 'o/1', status: true },
    { key: 'o/1', status: 'paid' },
    { key: 'o/1', status: 'refunded', reference: 're_1' },
    { key: 'o/r1', status: 'captured', reference: 'ch_1' },
    { key: 'o/r1', status: 'reversed', amount, reference: 'dp_1' },
    { key: 'pi_123', status: 'captured', reference: 'ch_1' },
    { key: 'o/1', status: 'captured', reference: 17 },
    { key: 'o/1', status: 'declined', reason: ['a'] },
    { key: 'o/1', status: 'captured', reference: 'ch_1', amount: 1999 },
    { key: 'o/1', status: 'captured', reference: 'ch_1', amount: { amount: '1999', currency: 'EUR' } },
    { key: 'o/1', status: 'captured', reference: 'ch_1', amount: { amount: 19.99, currency: 'EUR' } },
    { key: 'o/1', status: 'captured', reference: 'ch_1', amount: { amount: -1, currency: 'EUR' } },
    { key: 'o/1', status: 'captured', reference: 'ch_1', amount: { amount: 2 ** 53, currency: 'EUR' } },
    { key: 'o/1', status: 'captured', reference: 'ch_1', amount: { amount: 1, currency: 'eur' } },
    { key: 'o/1', status: 'reversed', reference: 'dp_1' },
    { key: 'o/1', status: 'reversed', amount },
    { key: 'o/1', status: 'reversed', amount: { amount: 0, currency: 'EUR' }, reference: 'dp_1' },
  ])('%j', (value) => {
    expect(parse(value)).toBeNull()
  })

  test.each(['', '{', '{"key":"o/1","status":"pending"', '<html>', '[[[[[['.repeat(10_000)])(
    'the text %.20s',
    (text) => {
      expect(parseWebhookBody(Buffer.from(text))).toBeNull()
    },
  )

  test('what is not UTF-8', () => {
    const text = Buffer.from('{"key":"o/1","status":"declined","reason":"\u00e9"}', 'latin1')
    expect(parseWebhookBody(text)).toBeNull()
  })
})
