import { expect, test } from 'vitest'
import {
  customerRegistered,
  fraudReviewed,
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
const NOBODY = {
  book: { charges: [], refunds: [] },
  journal: new Map(),
  arrived: { email: new Set<string>(), sms: new Set<string>() },
}

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

test('money that the gateway keeps of an order that was cancelled as fraud is found, and what it gave back is not', () => {
  const amount = { amount: 1_000 }
  const charge = { key: 'o1/1', status: 'captured', amount }
  const refund = { key: 'o1/r1', charge: 'o1/1', amount }
  const kept = (refunds: readonly (typeof refund)[], verdict: 'fraud' | 'honest') => {
    const events = [
      { id: '1', stream: 'fraud-o1', event: fraudReviewed('o1', verdict) },
      { id: '2', stream: 'order-o1', event: orderCancelled('o1', lines) },
    ]
    return accountFor({ ...NOBODY, events, book: { charges: [charge], refunds } }).keptAfterFraud
  }
  expect(kept([], 'fraud')).toEqual(['o1'])
  expect(kept([refund], 'fraud')).toEqual([])
  expect(kept([], 'honest')).toEqual([])
})

test('a review that was answered and is not in the log is lost', () => {
  const journal = new Map([['o1', { FraudReviewed: 1 }]])
  const answered = (events: readonly Recorded[]) => accountFor({ ...NOBODY, events, journal }).lost
  expect(answered([])).toEqual(['FraudReviewed of o1: 0 of 1'])
  expect(answered([{ id: '1', stream: 'fraud-o1', event: fraudReviewed('o1', 'honest') }])).toEqual([])
})
