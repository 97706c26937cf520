import { expect, test } from 'vitest'
import type { Order } from '../api-shapes.ts'
import { actionsFor, unitsLeft } from './actions.ts'

const line = { name: 'Cup', category: 'kitchen', unitPrice: { amount: 100, currency: 'EUR' } }
const order: Order = {
  ...{ orderId: 'o1', customerId: 'c1', status: 'placed', total: null, placedAt: null, reservedUntil: null },
  lines: [
    { ...line, sku: 'A', quantity: 2 },
    { ...line, sku: 'B', quantity: 1 },
    { ...line, sku: 'A', quantity: 1 },
  ],
  ...{ payment: null, delivery: null, returned: [], version: 1, position: 1 },
}
const sum = { amount: 0, currency: 'EUR' }
const paying = (status: NonNullable<Order['payment']>['status']) => ({
  ...{ status, attempts: 1, captured: sum, refunded: sum, underWay: sum },
})
const parcel = (status: 'scheduled' | 'dispatched' | 'failed' | 'delivered') => ({ status, dispatches: 1 })
const all = [
  { sku: 'A', quantity: 3 },
  { sku: 'B', quantity: 1 },
]

test.each<readonly [string, Partial<Order>, readonly string[]]>([
  ['placed', {}, ['pay', 'cancel']],
  ['placed, with an attempt under way', { payment: paying('pending') }, ['cancel']],
  ['placed, and declined', { payment: paying('declined') }, ['pay', 'cancel']],
  ['paid', { status: 'confirmed', payment: paying('captured') }, ['refund', 'cancel']],
  ['refunded in part', { status: 'expired', payment: paying('partly-refunded') }, ['refund']],
  ['refunded', { status: 'expired', payment: paying('refunded') }, []],
  ['to be dispatched', { status: 'confirmed', delivery: parcel('scheduled') }, ['dispatch', 'cancel']],
  ['on its way', { status: 'confirmed', delivery: parcel('dispatched') }, ['deliver']],
  ['not delivered', { status: 'confirmed', delivery: parcel('failed') }, ['dispatch', 'cancel']],
  ['delivered', { status: 'completed', delivery: parcel('delivered') }, ['return']],
  ['returned', { status: 'completed', delivery: parcel('delivered'), returned: all }, []],
  ['rejected', { status: 'rejected' }, []],
  ['expired', { status: 'expired' }, []],
])('an order that is %s can be asked for what its state allows', (_, changed, actions) => {
  expect(actionsFor({ ...order, ...changed })).toEqual(actions)
})

test('units that have not come back are counted over all lines of a product', () => {
  expect([...unitsLeft({ ...order, returned: [{ sku: 'A', quantity: 1 }] })]).toEqual([
    ['A', 2],
    ['B', 1],
  ])
})
