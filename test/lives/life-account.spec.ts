import { expect, test } from 'vitest'
import {
  customerRegistered,
  orderCancelled,
  orderConfirmed,
  orderLine,
  orderPlaced,
  paymentRefunded,
} from '../../domain/test-events.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import type { Recorded } from '../reactors/reacting.ts'
import { accountFor } from './life-account.ts'

const lines = [orderLine('A', 1)]
const NOBODY = { book: { charges: [], refunds: [] }, journal: new Map(), arrived: { email: new Set(), sms: new Set() } }

function neverTold(...events: readonly (readonly [id: string, stream: string, event: DomainEvent])[]) {
  const recorded = events.map(([id, stream, event]): Recorded => ({ id, stream, event }))
  return accountFor({ ...NOBODY, events: recorded } as Parameters<typeof accountFor>[0]).neverTold
}

const sent = (channel: 'email' | 'sms'): DomainEvent => ({
  ...{ type: 'NotificationSent', channel, template: 'order-confirmed', orderId: 'o1', customerId: 'c1' },
  simulated: false,
})

test('a message of which nothing is recorded is found, by each channel that the customer has', () => {
  const vip = customerRegistered('c1', { email: 'c1@example.com', phone: '+49 30 1234567', tier: 'vip' })
  const life = [
    ['1', 'customer-c1', vip],
    ['2', 'order-o1', orderPlaced('o1', lines)],
    ['3', 'order-o1', orderConfirmed('o1', lines)],
  ] as const
  expect(neverTold(...life)).toEqual(['OrderConfirmed: notification-3 email', 'OrderConfirmed: notification-3 sms'])
  const mailed = ['4', 'notification-3', sent('email')] as const
  expect(neverTold(...life, mailed)).toEqual(['OrderConfirmed: notification-3 sms'])
  expect(neverTold(...life, mailed, ['5', 'notification-3', sent('sms')])).toEqual([])
})

test('who has no address, no phone or is no VIP misses nothing, nor does who is not told of it', () => {
  const confirmed = ['3', 'order-o1', orderConfirmed('o1', lines)] as const
  const silent = customerRegistered('c1', { email: null, phone: '+49 30 1234567', tier: 'standard' })
  expect(neverTold(['1', 'customer-c1', silent], confirmed)).toEqual([])
  const reversed = paymentRefunded('o1', 1, 5, { cause: 'provider' })
  const mailed = customerRegistered('c1', { email: 'c1@example.com', phone: null })
  expect(neverTold(['1', 'customer-c1', mailed], ['2', 'payment-o1', reversed])).toEqual([])
  expect(neverTold(['1', 'customer-c1', mailed], ['2', 'order-o1', orderCancelled('o1', lines)])).toHaveLength(1)
})
