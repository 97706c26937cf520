/**
 * Fixed histories and the state after each of their events, as kept in golden-folds.json by kind and `fold`.
 * A snapshot in a database is trusted when its `fold` is the aggregate's: so a state that changed under the same `fold`
 * fails here. When State or `evolve` changes meaning, raise `fold` and add what the failing test shows under the new
 * number; never edit what stands under an old one.
 */
import { describe, expect, test } from 'vitest'
import type {
  CustomerEvent,
  DeliveryEvent,
  DemandEvent,
  DomainEvent,
  FraudEvent,
  InventoryEvent,
  NotificationEvent,
  OrderEvent,
  PaymentEvent,
} from '../schemas/events.ts'
import { aggregates, fold } from './aggregates.ts'
import {
  NOON,
  customerRegistered,
  customerTierChanged,
  deliveryCancelled,
  deliveryDelivered,
  deliveryDispatched,
  deliveryFailed,
  deliveryScheduled,
  demandRecorded,
  fraudAlertRaised,
  fraudReviewed,
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderExpired,
  orderLine,
  orderPlaced,
  orderRejected,
  orderReturned,
  paymentCaptured,
  paymentDeclined,
  paymentHeld,
  paymentRefunded,
  paymentReleased,
  paymentRequested,
  priceChanged,
  productListed,
  refundFailed,
  refundRequested,
  reorderPointSet,
  restockAdvised,
  stockAdjusted,
  stockFellBelow,
  stockReceived,
  stockReleased,
  stockReserved,
  stockReturned,
  stockShipped,
} from './test-events.ts'
import golden from './golden-folds.json' with { type: 'json' }

type Histories<Event extends DomainEvent> = Readonly<Record<string, readonly Event[]>>

const lines = [orderLine('A1', 2), orderLine('B1', 1), orderLine('A1', 3)]
const placed = orderPlaced('o1', lines, { reservedUntil: NOON + 900_000 })

const inventoryHistories: Histories<InventoryEvent> = {
  'a product through its life': [
    productListed('A1'),
    stockReceived('A1', 5),
    stockReceived('A1', 7),
    priceChanged('A1', 900),
    stockReserved('A1', 'o1', 4),
    stockReserved('A1', 'o2', 3),
    stockReleased('A1', 'o1', 4),
    stockShipped('A1', 'o2', 3),
    stockAdjusted('A1', -2),
    stockReturned('A1', 'o2', 2),
    stockReturned('A1', 'o2', 1, false),
    restockAdvised('A1', 11, 30),
  ],
  'a product that falls below its reorder point': [
    productListed('A1', { reorderPoint: 10 }),
    stockReceived('A1', 9),
    stockReceived('A1', 1),
    stockReserved('A1', 'o1', 1),
    stockFellBelow('A1', 10, 9),
    stockReleased('A1', 'o1', 1),
    stockReceived('A1', 1),
    stockReserved('A1', 'o2', 2),
    stockFellBelow('A1', 10, 9),
    reorderPointSet('A1', 9),
    reorderPointSet('A1', 0),
  ],
}

const customerHistories: Histories<CustomerEvent> = {
  'a customer who rises': [customerRegistered('c1'), customerTierChanged('c1', 'vip')],
}

const orderHistories: Histories<OrderEvent> = {
  'an order fulfilled': [placed, orderConfirmed('o1', lines), orderCompleted('o1', lines)],
  'an order that comes back': [
    placed,
    orderConfirmed('o1', lines),
    orderCompleted('o1', lines),
    orderReturned('o1', [orderLine('A1', 2)]),
    orderReturned('o1', [orderLine('B1', 1), orderLine('A1', 3)]),
  ],
  'an order cancelled': [placed, orderCancelled('o1', lines, { reason: 'late' })],
  'an order expired': [placed, orderExpired('o1', lines)],
  'an order for ever': [orderPlaced('o1', lines)],
  'an order rejected': [
    orderRejected('o1', {
      lines: [orderLine('A1', 2), { sku: 'X1', name: null, category: null, quantity: 1, unitPrice: null }],
      shortages: [{ sku: 'A1', wanted: 2, available: 1 }],
    }),
  ],
}

const paymentHistories: Histories<PaymentEvent> = {
  'a payment at the third attempt, and refunds': [
    paymentRequested('o1', 1, 6000),
    paymentDeclined('o1', 1, 6000),
    paymentRequested('o1', 2, 6000, { method: 'bank-transfer' }),
    paymentDeclined('o1', 2, 6000, { method: 'bank-transfer', reason: 'replaced' }),
    paymentRequested('o1', 3, 6000),
    paymentCaptured('o1', 3, 6000),
    paymentCaptured('o1', 2, 6000, { method: 'bank-transfer', from: 'declined', confirms: false }),
    refundRequested('o1', 1, 6000, { attempt: 2, cause: 'not-owed', method: 'bank-transfer' }),
    refundRequested('o1', 2, 500, { attempt: 3 }),
    paymentRefunded('o1', 1, 6000, { attempt: 2, cause: 'not-owed', method: 'bank-transfer' }),
    refundFailed('o1', 2, 500, { attempt: 3 }),
  ],
  'an attempt on hold that is released, and one that is not': [
    paymentRequested('o1', 1, 6000),
    paymentHeld('o1', 1, 6000),
    paymentReleased('o1', 1, 6000),
    paymentDeclined('o1', 1, 6000),
    paymentRequested('o1', 2, 6000),
    paymentHeld('o1', 2, 6000),
    paymentDeclined('o1', 2, 6000, { reason: 'fraud' }),
  ],
}

const deliveryHistories: Histories<DeliveryEvent> = {
  'a delivery at the second dispatch': [
    deliveryScheduled('o1', lines),
    deliveryDispatched('o1', 1),
    deliveryFailed('o1', 1),
    deliveryDispatched('o1', 2),
    deliveryDelivered('o1', 2),
  ],
  'a delivery cancelled': [
    deliveryScheduled('o1', lines),
    deliveryCancelled('o1', { from: 'scheduled', reason: null }),
  ],
}

const demandHistories: Histories<DemandEvent> = {
  'days of before the shop, one of them corrected': [
    demandRecorded('A1', '2025-10-30', [3, 0, 5], { orders: [2, 0, 1] }),
    demandRecorded('A1', '2025-11-01', [6, 7], { replaced: [{ units: 5, orders: 1 }, null] }),
  ],
}

const fraudHistories: Histories<FraudEvent> = {
  'two attempts at an order, of which one was reviewed': [
    fraudAlertRaised('o1', 1),
    fraudAlertRaised('o1', 3, { score: 62 }),
    fraudReviewed('o1', 'honest', 'a gift'),
  ],
  'two tables': [
    { type: 'FraudTableSet', table: '1', content: '{}' },
    { type: 'FraudTableSet', table: '2', content: '[]' },
  ],
}

const message = { template: 'order-confirmed', orderId: 'o1', customerId: 'c1' }
const notificationHistories: Histories<NotificationEvent> = {
  'a mail and a text message': [
    { type: 'NotificationFailed', channel: 'email', ...message, reason: 'refused 550 5.1.1' },
    { type: 'NotificationSent', channel: 'sms', ...message, simulated: true },
  ],
}

// One entry for each event, so that a new one breaks the build here until a history holds it.
const inventoryTypes: Readonly<Record<InventoryEvent['type'], true>> = {
  PriceChanged: true,
  ProductListed: true,
  ReorderPointSet: true,
  RestockAdvised: true,
  StockAdjusted: true,
  StockFellBelow: true,
  StockReceived: true,
  StockReleased: true,
  StockReserved: true,
  StockReturned: true,
  StockShipped: true,
}
const customerTypes: Readonly<Record<CustomerEvent['type'], true>> = {
  CustomerRegistered: true,
  CustomerTierChanged: true,
}
const orderTypes: Readonly<Record<OrderEvent['type'], true>> = {
  OrderCancelled: true,
  OrderCompleted: true,
  OrderConfirmed: true,
  OrderExpired: true,
  OrderPlaced: true,
  OrderRejected: true,
  OrderReturned: true,
}
const paymentTypes: Readonly<Record<PaymentEvent['type'], true>> = {
  PaymentCaptured: true,
  PaymentDeclined: true,
  PaymentHeld: true,
  PaymentRefunded: true,
  PaymentReleased: true,
  PaymentRequested: true,
  RefundFailed: true,
  RefundRequested: true,
}
const deliveryTypes: Readonly<Record<DeliveryEvent['type'], true>> = {
  DeliveryCancelled: true,
  DeliveryDelivered: true,
  DeliveryDispatched: true,
  DeliveryFailed: true,
  DeliveryScheduled: true,
}
const demandTypes: Readonly<Record<DemandEvent['type'], true>> = { DemandRecorded: true }
const fraudTypes: Readonly<Record<FraudEvent['type'], true>> = {
  FraudAlertRaised: true,
  FraudReviewed: true,
  FraudTableSet: true,
}
const notificationTypes: Readonly<Record<NotificationEvent['type'], true>> = {
  NotificationFailed: true,
  NotificationSent: true,
}

const kinds = [
  { kind: 'customer', histories: customerHistories, types: customerTypes },
  { kind: 'inventory', histories: inventoryHistories, types: inventoryTypes },
  { kind: 'order', histories: orderHistories, types: orderTypes },
  { kind: 'payment', histories: paymentHistories, types: paymentTypes },
  { kind: 'delivery', histories: deliveryHistories, types: deliveryTypes },
  { kind: 'demand', histories: demandHistories, types: demandTypes },
  { kind: 'fraud', histories: fraudHistories, types: fraudTypes },
  { kind: 'notification', histories: notificationHistories, types: notificationTypes },
] as const

describe.each(kinds)('the golden folds of $kind', ({ kind, histories, types }) => {
  const aggregate = aggregates[kind]

  test('are what its histories fold into under the present fold number', () => {
    const states = Object.entries(histories).map(([name, events]) => [
      name,
      events.map((_: DomainEvent, count: number) => fold(aggregate, events.slice(0, count + 1))),
    ])
    const kept: Readonly<Record<string, unknown>> = golden[kind]
    // As JSON, because a snapshot is JSON: a state that JSON does not keep would fail here too.
    expect(states).toStrictEqual(JSON.parse(JSON.stringify(states)))
    expect(Object.fromEntries(states)).toEqual(kept[`fold ${aggregate.fold}`])
  })

  test('see every event', () => {
    const seen = new Set(Object.values(histories).flatMap((events) => events.map((event: DomainEvent) => event.type)))
    expect([...seen].sort()).toEqual(Object.keys(types))
  })

  test('stand under no number that the aggregate has not reached', () => {
    const numbers = Object.keys(golden[kind]).map((name) => Number(name.replace('fold ', '')))
    expect(Math.max(...numbers)).toBe(aggregate.fold)
  })
})
