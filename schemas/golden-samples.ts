/**
 * One event for each version of each event, as the newest type reads it: version n stands at index n - 1. The bytes in
 * schemas/golden were made from these once. A field that a version lacks has its default here.
 */
import type { HistoricEvent, HistoricType } from './events.ts'

type Samples = { readonly [T in HistoricType]: readonly Extract<HistoricEvent, { readonly type: T }>[] }

const order = {
  orderId: '0198f3a2-5c1e-7d40-9b3a-6f1c2d3e4f50',
  customerId: 'zoe',
  tier: 'vip',
  region: 'Île-de-France',
  lines: [
    {
      sku: 'lamp-1',
      name: 'Lampe "Brëzhoneg" 灯',
      category: 'home',
      quantity: 2,
      unitPrice: { amount: 4999, currency: 'EUR' },
    },
    { sku: 'pin', name: 'Pin', category: 'gifts', quantity: 10_000, unitPrice: { amount: 0, currency: 'EUR' } },
  ],
  total: { amount: 9998, currency: 'EUR' },
  placedAt: Date.UTC(2025, 10, 28, 23, 59, 59, 999),
} as const

const customer = {
  customerId: 'zoe',
  name: 'Zoë Łęcka',
  email: 'zoe@example.org',
  phone: null,
  region: 'Łódź',
} as const

export const goldenSamples: Samples = {
  ProductListed: [
    {
      type: 'ProductListed',
      sku: 'lamp-1',
      name: 'Lampe "Brëzhoneg" 灯',
      category: 'home',
      price: { amount: 4999, currency: 'EUR' },
    },
  ],
  PriceChanged: [{ type: 'PriceChanged', sku: 'lamp-1', price: { amount: Number.MAX_SAFE_INTEGER, currency: 'EUR' } }],
  StockReceived: [{ type: 'StockReceived', sku: 'lamp-1', quantity: 5_000_000_000 }],
  StockReserved: [{ type: 'StockReserved', sku: 'lamp-1', orderId: order.orderId, quantity: 2 }],
  StockReleased: [{ type: 'StockReleased', sku: 'lamp-1', orderId: order.orderId, quantity: 2 }],
  StockShipped: [{ type: 'StockShipped', sku: 'lamp-1', orderId: order.orderId, quantity: 2 }],
  StockAdjusted: [{ type: 'StockAdjusted', sku: 'lamp-1', delta: Number.MIN_SAFE_INTEGER, reason: '' }],
  CustomerRegistered: [
    { type: 'CustomerRegistered', ...customer, tier: 'standard', language: 'en' },
    { type: 'CustomerRegistered', ...customer, tier: 'vip', language: 'pl' },
  ],
  CustomerTierChanged: [{ type: 'CustomerTierChanged', customerId: 'zoe', tier: 'vip' }],
  OrderPlaced: [{ type: 'OrderPlaced', ...order, reservedUntil: order.placedAt + 900_000 }],
  OrderConfirmed: [{ type: 'OrderConfirmed', ...order }],
  OrderCancelled: [{ type: 'OrderCancelled', ...order, reason: null, from: 'confirmed' }],
  OrderExpired: [{ type: 'OrderExpired', ...order }],
  OrderCompleted: [{ type: 'OrderCompleted', ...order }],
  OrderRejected: [
    {
      type: 'OrderRejected',
      orderId: order.orderId,
      customerId: 'nobody',
      tier: null,
      region: null,
      reason: 'out-of-stock',
      lines: [{ ...order.lines[0] }, { sku: 'unheard-of', name: null, category: null, quantity: 1, unitPrice: null }],
      total: null,
      shortages: [{ sku: 'lamp-1', wanted: 2, available: 1 }],
      rejectedAt: order.placedAt,
    },
  ],
}
