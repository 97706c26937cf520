import { describe, expect, test } from 'vitest'
import { aggregateOf, aggregates, fold } from './aggregates.ts'
import { customer } from './customer.ts'
import { inventory } from './inventory.ts'
import { notification } from './notification.ts'
import { order } from './order.ts'
import { productListed, stockReceived } from './test-events.ts'

describe('the aggregate of a stream', () => {
  test('is found by the part of its name before the first dash', () => {
    expect(aggregateOf('inventory-A1')).toBe(inventory)
    expect(aggregateOf('customer-c-1')).toBe(customer)
    expect(aggregateOf('notification-0192f0c1-77aa-7bbb-8ccc-0123456789ab')).toBe(notification)
    expect(aggregateOf('order-0192f0c1-77aa-7bbb-8ccc-0123456789ab')).toBe(order)
  })

  test.each(['', 'order', 'orders', 'orders-o1', 'invoice-o1', '-o1', 'constructor-o1'])('%j has none', (stream) => {
    expect(aggregateOf(stream)).toBeUndefined()
  })

  test('stands under its own kind', () => {
    for (const [kind, aggregate] of Object.entries(aggregates)) expect(aggregate.kind).toBe(kind)
  })
})

describe('a fold', () => {
  test('goes on from a state', () => {
    const history = [productListed('A1'), stockReceived('A1', 5), stockReceived('A1', 2)]
    const half = fold(inventory, history.slice(0, 2))
    expect(half.onHand).toBe(5)
    expect(fold(inventory, history.slice(2), half)).toEqual(fold(inventory, history))
    expect(fold(inventory, [])).toBe(inventory.initial)
  })
})
