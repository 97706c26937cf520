import { decode, encode } from '../../schemas/codec.ts'
import type { OrderPlaced } from '../../schemas/events.ts'
import { figure, inRounds, stated } from '../figure.ts'

/** Calls between two looks at the clock. */
const STRIDE = 1_000

const line = (index: number) => ({
  sku: `SKU-000${index}`,
  name: `Product number ${index}`,
  category: 'category-1',
  quantity: 1,
  unitPrice: { amount: 4_999, currency: 'EUR' },
})

const ORDER: OrderPlaced = {
  type: 'OrderPlaced',
  orderId: '0198f3a2-5c1e-7d40-9b3a-6f1c2d3e4f50',
  customerId: 'customer-00001',
  tier: 'standard',
  region: 'de',
  lines: [line(1), line(2), line(3)],
  total: { amount: 14_997, currency: 'EUR' },
  placedAt: 1_764_000_000_000,
  reservedUntil: 1_764_000_900_000,
}

/** What writing and reading an event costs, on one core. */
export const codec = figure({
  id: 'C1',
  title: 'an OrderPlaced of three lines to Avro and back',
  numbers: {
    encode: stated('events encoded', '/s'),
    decode: stated('events decoded', '/s'),
  },
  run: (context) => {
    const { type, schemaVersion, data } = encode(ORDER)
    const seconds = Math.min(context.seconds, 2)
    const writing = () => encode(ORDER)
    const reading = () => decode(type, schemaVersion, data)
    callsPerSecond(writing, 0.5)
    callsPerSecond(reading, 0.5)
    return inRounds(context, () =>
      Promise.resolve({ encode: callsPerSecond(writing, seconds), decode: callsPerSecond(reading, seconds) }),
    )
  },
})

function callsPerSecond(call: () => unknown, seconds: number): number {
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
