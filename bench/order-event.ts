/** The event that is written and read by the figures of the codec, and how often a call succeeds in a second. */
import type { OrderPlaced } from '../schemas/events.ts'
import { NO_KEYS } from '../domain/payments/payer-keys.ts'

/** Calls between two looks at the clock. */
const STRIDE = 1_000

const line = (index: number) => ({
  sku: `SKU-000${index}`,
  name: `Product number ${index}`,
  category: 'category-1',
  quantity: 1,
  unitPrice: { amount: 4_999, currency: 'EUR' },
})

export const ORDER: OrderPlaced = {
  type: 'OrderPlaced',
  orderId: '0198f3a2-5c1e-7d40-9b3a-6f1c2d3e4f50',
  customerId: 'customer-00001',
  tier: 'standard',
  region: 'de',
  lines: [line(1), line(2), line(3)],
  total: { amount: 14_997, currency: 'EUR' },
  placedAt: 1_764_000_000_000,
  reservedUntil: 1_764_000_900_000,
  ...NO_KEYS,
}

export function callsPerSecond(call: () => unknown, seconds: number): number {
  const start = performance.now()
  let calls = 0
  let elapsed = 0
  while (elapsed < seconds * 1_000) {
    for (let index = 0; index < STRIDE; index++) call()
    calls += STRIDE
    elapsed = performance.now() - start
  }
  return calls / (elapsed / 1_000)
}
