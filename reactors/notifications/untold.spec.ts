import { expect, test } from 'vitest'
import type { Addressed } from '../../domain/decision.ts'
import {
  customerRegistered,
  customerTierChanged,
  deliveryDispatched,
  NOON,
  orderCancelled,
  orderConfirmed,
  orderLine,
  orderPlaced,
  orderRejected,
  paymentDeclined,
  paymentRefunded,
  paymentRequested,
} from '../../domain/test-events.ts'
import { encode } from '../../schemas/codec.ts'
import type { CustomerRegistered, DomainEvent } from '../../schemas/events.ts'
import type { StoredEvent } from '../../store/log/feed.ts'
import { untoldIn } from './untold.ts'

const LINES = [orderLine('A1', 1)]
const placed = orderPlaced('o1', LINES)
const confirmed = orderConfirmed('o1', LINES)
const declined = (attempt: number, reason = 'no-funds') => paymentDeclined('o1', attempt, 1_000, { reason })

function stored(position: number, { stream, event }: Addressed): StoredEvent {
  const ids = { id: `id-${String(position)}`, commandId: 'c', correlationId: 'c', causationId: null }
  return { position, stream, version: 1, recordedAt: NOON, ...ids, ...encode(event) }
}

function streamOf(event: DomainEvent): Addressed['stream'] {
  if (event.type.startsWith('Payment')) return 'payment-o1'
  return event.type.startsWith('Delivery') ? 'delivery-o1' : 'order-o1'
}

/** The customer is registered at 1, their rank changes at 5, and the order's events begin at `from`. */
function untold(
  who: Partial<CustomerRegistered> | null,
  events: readonly (DomainEvent | Addressed)[],
  { from = 10, vipAt = 0 } = {},
) {
  const at = (position: number, event: DomainEvent) => stored(position, { stream: 'customer-c1', event })
  const changes = vipAt === 0 ? [] : [at(vipAt, customerTierChanged('c1', 'vip'))]
  const ofCustomer = who === null ? [] : [at(1, customerRegistered('c1', who)), ...changes]
  const timeline = events.map((one, index) =>
    stored(from + index, 'stream' in one ? one : { stream: streamOf(one), event: one }),
  )
  return untoldIn(timeline, ofCustomer).map(({ position, template, channel }) => `${position} ${template} ${channel}`)
}

test('a customer with an address is told, and one without is not: each step says so', () => {
  const life = [placed, confirmed, deliveryDispatched('o1', 1), paymentRefunded('o1', 1, 500)]
  expect(untold({ email: 'a@x.test' }, life)).toEqual([])
  expect(untold({ email: null }, life)).toEqual([
    '11 order-confirmed email',
    '12 order-dispatched email',
    '13 payment-refunded email',
  ])
})

test('text messages are missed by VIPs alone, from when they are', () => {
  const life = [placed, confirmed, orderCancelled('o1', LINES)]
  const [email, phone] = ['a@x.test', null]
  expect(untold({ email, phone, tier: 'vip' }, life)).toEqual(['11 order-confirmed sms', '12 order-cancelled sms'])
  expect(untold({ email, phone: '+49 30 1', tier: 'vip' }, life)).toEqual([])
  expect(untold({ email, phone, tier: 'standard' }, life)).toEqual([])
  expect(untold({ email, phone, tier: 'standard' }, life, { vipAt: 11.5 })).toEqual(['12 order-cancelled sms'])
})

test('what would not have been said is not missed: a second decline, one of an order that is over, what is no news', () => {
  const who = { email: null }
  expect(
    untold(who, [placed, paymentRequested('o1', 1, 1_000), declined(1, 'replaced'), declined(2), declined(3)]),
  ).toEqual(['13 payment-declined email'])
  expect(untold(who, [placed, orderCancelled('o1', LINES), declined(1)])).toEqual(['11 order-cancelled email'])
  expect(untold(who, [placed, paymentRefunded('o1', 1, 500, { cause: 'provider' })])).toEqual([])
})

test('nobody who is unknown is told of a stock-out', () => {
  expect(untold(null, [orderRejected('o1', { lines: LINES })])).toEqual(['10 out-of-stock email'])
  expect(untold(null, [orderRejected('o1', { reason: 'unknown-customer' })])).toEqual([])
})

test('what is recorded as sent or failed was not missed', () => {
  const sent = { channel: 'email', template: 'order-confirmed', orderId: 'o1', customerId: 'c1', simulated: false }
  const told: Addressed = { stream: 'notification-id-11', event: { type: 'NotificationSent', ...sent } }
  expect(untold({ email: null }, [placed, confirmed, told])).toEqual([])
})
