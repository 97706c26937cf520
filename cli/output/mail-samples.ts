/** Values for a preview of each template. */
import type { TemplateValues } from '../../reactors/mail/render.ts'

const order = { name: 'Ada Lovelace', orderId: '01981f6e-40c2-7cc1-9d3b-5a6b7c8d9e0f' }
const lines = [
  { sku: 'cup-espresso', name: 'Espresso cup, white', quantity: 2, unitPrice: { amount: 1_200, currency: 'EUR' } },
  { sku: 'beans-1kg', name: 'Coffee beans, 1 kg', quantity: 1, unitPrice: { amount: 1_890, currency: 'EUR' } },
]
const total = { amount: 4_290, currency: 'EUR' }
const placedAt = Date.UTC(2026, 10, 27, 16, 5)
const ordered = { ...order, lines, total, placedAt }

export const samples: TemplateValues = {
  'order-confirmed': ordered,
  'payment-held': { ...order, amount: total },
  'payment-declined': { ...order, amount: total },
  'order-cancelled': ordered,
  'order-expired': ordered,
  'out-of-stock': { ...order, lines },
  'order-dispatched': { ...order, lines },
  'order-delivered': { ...order, lines },
  'payment-refunded': { ...order, amount: total },
  'restock-advised': {
    sku: 'cup-espresso',
    refusedOrders: 11,
    refusedUnits: 27,
    from: Date.UTC(2026, 10, 27, 16),
    to: Date.UTC(2026, 10, 27, 17),
  },
  'stock-fell-below': {
    from: Date.UTC(2026, 10, 27, 16, 5),
    to: Date.UTC(2026, 10, 27, 16, 6),
    products: 'cup-espresso, beans-1kg',
    count: 2,
    named: 2,
    lines: [
      { sku: 'cup-espresso (100)', quantity: 98 },
      { sku: 'beans-1kg (40)', quantity: 39 },
    ],
  },
  'reactor-stuck': {
    reactor: 'payments',
    what: '3 parked',
    saw: '3 parked: the gateway refuses this refund: account-closed',
    fix: 'orderledger reactors retry payments',
    seen: Date.UTC(2026, 10, 27, 16, 5),
  },
}
