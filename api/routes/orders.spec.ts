import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accept, refuse } from '../../domain/decision.ts'
import type { AcceptedOrder } from '../../domain/order.ts'
import type { PlaceOrderRefusal } from '../../domain/place-order.ts'
import type { Look } from '../../store/commit/command.ts'
import { readAnswer } from '../answers/answer.ts'
import { answerTo } from '../commands.ts'
import { cancellingWish, placingWish } from './orders.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'

const asked = { url: '/orders?x=1', requestId: 'r1' }
const command = {
  orderId: 'o1',
  named: true,
  customerId: 'c1',
  lines: [],
  currency: 'EUR',
  reservationMinutes: 15,
  keys: NO_KEYS,
  at: 0,
}

function placed(change: Partial<AcceptedOrder> = {}): AcceptedOrder {
  return {
    status: 'placed',
    customerId: 'c1',
    tier: 'standard',
    region: 'north',
    lines: [{ sku: 's1', name: 'One', category: 'phones', quantity: 2, unitPrice: { amount: 150, currency: 'EUR' } }],
    total: { amount: 300, currency: 'EUR' },
    placedAt: Date.UTC(2026, 10, 27, 8),
    reservedUntil: null,
    keys: NO_KEYS,
    returned: [],
    ...change,
  }
}

function answered(state: AcceptedOrder, version = 3) {
  const look = (() => ({ state, version })) as unknown as Look
  return readAnswer(answerTo(placingWish(command), asked)(accept(), look))
}

const nothing = (() => {
  throw new Error('a refusal is answered without a look')
}) as Look

describe('the answer to an order', () => {
  test('is the same JSON that JSON.stringify would write, whatever the catalogue says', () => {
    const line = fc.record({
      sku: fc.constantFrom('a', 'B.c_d-1'),
      name: fc.string({ unit: 'binary' }),
      category: fc.string({ unit: 'grapheme' }),
      quantity: fc.integer({ min: 1, max: 10_000 }),
      unitPrice: fc.record({ amount: fc.maxSafeNat(), currency: fc.constant('EUR') }),
    })
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.option(fc.nat()), (lines, reservedUntil) => {
        const state = placed({ lines, reservedUntil })
        const { status, customerId, total, placedAt } = state
        const expected = {
          orderId: 'o1',
          status,
          customerId,
          lines,
          total,
          placedAt: new Date(placedAt).toISOString(),
          reservedUntil: reservedUntil === null ? null : new Date(reservedUntil).toISOString(),
          version: 3,
        }
        expect(answered(state).body).toBe(JSON.stringify(expected))
      }),
    )
  })

  test('is 200 with its present version when it had been placed before', () => {
    expect(answered(placed({ status: 'expired' }), 7)).toMatchObject({
      status: 200,
      headers: { etag: '"7"', location: '/orders/o1' },
    })
  })

  test('says of each refusal its code, the order and the shortages', () => {
    const shortages = [{ sku: 's1', wanted: 4, available: 3 }]
    const cases: readonly (readonly [PlaceOrderRefusal, number, object])[] = [
      [{ reason: 'order-exists', orderId: 'o1' }, 409, { orderId: 'o1' }],
      [{ reason: 'unknown-customer', customerId: 'c1' }, 422, { shortages: [] }],
      [{ reason: 'unknown-product', skus: ['a', 'b'] }, 422, { detail: 'not in the catalogue: a, b' }],
      [{ reason: 'wrong-currency' }, 422, { detail: 'a product has no price in EUR' }],
      [{ reason: 'order-too-large' }, 422, { orderId: 'o1' }],
      [{ reason: 'out-of-stock', shortages }, 422, { shortages, detail: 's1: 4 wanted, 3 available' }],
      [
        { reason: 'rejected-before', recorded: 'fraud', shortages: [] },
        422,
        { detail: 'the order was already rejected: fraud' },
      ],
    ]
    for (const [refusal, status, more] of cases) {
      const answer = readAnswer(answerTo(placingWish(command), asked)(refuse(refusal), nothing))
      expect(answer.status).toBe(status)
      expect(JSON.parse(answer.body)).toMatchObject({
        code: refusal.reason,
        instance: '/orders',
        requestId: 'r1',
        ...more,
      })
    }
  })
})

test('the answer to a cancellation of another version names the present one', () => {
  const answer = answerTo(cancellingWish({ orderId: 'o1', reason: null, sellable: true }, null), asked)(
    refuse({ reason: 'version-mismatch', version: 4 }),
    nothing,
  )
  expect(readAnswer(answer)).toMatchObject({ status: 412, headers: { etag: '"4"' } })
})
