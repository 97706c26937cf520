/**
 * Fixed histories and the state after each of their events, as kept in golden-folds.json by kind and `fold`.
 * A snapshot in a database is trusted when its `fold` is the aggregate's: so a state that changed under the same `fold`
 * fails here. When State or `evolve` changes meaning, raise `fold` and add what the failing test shows under the new
 * number; never edit what stands under an old one.
 */
import { describe, expect, test } from 'vitest'
import type { CustomerEvent, DomainEvent, InventoryEvent, OrderEvent } from '../schemas/events.ts'
import { aggregates, fold } from './aggregates.ts'
import {
  NOON,
  customerRegistered,
  customerTierChanged,
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderExpired,
  orderLine,
  orderPlaced,
  orderRejected,
  priceChanged,
  productListed,
  stockAdjusted,
  stockReceived,
  stockReleased,
  stockReserved,
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
  ],
}

const customerHistories: Histories<CustomerEvent> = {
  'a customer who rises': [customerRegistered('c1'), customerTierChanged('c1', 'vip')],
}

const orderHistories: Histories<OrderEvent> = {
  'an order fulfilled': [placed, orderConfirmed('o1', lines), orderCompleted('o1', lines)],
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

// One entry for each event, so that a new one breaks the build here until a history holds it.
const inventoryTypes: Readonly<Record<InventoryEvent['type'], true>> = {
  PriceChanged: true,
  ProductListed: true,
  StockAdjusted: true,
  StockReceived: true,
  StockReleased: true,
  StockReserved: true,
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
}

const kinds = [
  { kind: 'customer', histories: customerHistories, types: customerTypes },
  { kind: 'inventory', histories: inventoryHistories, types: inventoryTypes },
  { kind: 'order', histories: orderHistories, types: orderTypes },
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
