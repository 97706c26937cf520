import { describe, expect, test } from 'vitest'
import { framePlaceOrder } from '../../contract/registry/command-schema.ts'
import { decodePlaceOrder } from '../../schemas/commands/place-order.ts'
import { commandTopics } from './command-topics.ts'
import { keptValue } from './kept-value.ts'

const readAvro = (message: Buffer) => decodePlaceOrder(message.subarray(5))
const orders = commandTopics['order-commands']

function kept(value: Buffer | string | null, topic: Parameters<typeof keptValue>[1] = orders): string | null {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  const record = { topic: 't', partition: 0, offset: 0, timestamp: 0, key: null, value: bytes, headers: [] }
  return keptValue(record, topic, readAvro)?.toString() ?? null
}

describe('what is kept of a parked order', () => {
  test('lacks the four keys, and has all else', () => {
    const order = { orderId: 'o1', cardRegion: 'FR', lines: [{ sku: 'A' }] }
    const sent = { ...order, card: '4111111111111111', device: 'd', address: { street: 'x' }, network: null }
    expect(JSON.parse(kept(JSON.stringify(sent)) ?? '')).toEqual(order)
  })

  test('lacks them also where one was sent twice', () => {
    expect(kept('{"card":"4111111111111111","card":"x"}')).toBe('{}')
  })

  test.each([
    ['{"Card":"c","DEVICE":"d","orderId":"o1"}', '{"orderId":"o1"}'],
    ['[{"orderId":"o1","card":"c"},{"orderId":"o2"}]', '[{"orderId":"o1"},{"orderId":"o2"}]'],
    ['{"data":{"order":{"orderId":"o1","address":{"street":"x"}}}}', '{"data":{"order":{"orderId":"o1"}}}'],
  ])('lacks them wherever they stand, and however they are written: %s', (sent, left) => expect(kept(sent)).toBe(left))

  test('lacks what nobody reads: a key may be in it', () => {
    expect(kept('{"a":'.repeat(40) + '{"card":"c"}' + '}'.repeat(40))).not.toContain('card')
    expect(kept('['.repeat(50_000) + ']'.repeat(50_000))).not.toBeNull()
  })

  test.each(['{"orderId": "o1",  "lines": []}', '"card"', '{"card": "c"', '\u0000\u0001', ''])(
    '%j stays as it is: it has none, or is no order',
    (value) => expect(kept(value)).toBe(value),
  )

  test('is JSON where it was Avro and had keys', () => {
    const order = { orderId: 'o1', customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] }
    expect(JSON.parse(kept(framePlaceOrder({ ...order, card: 'tok' }, 1)) ?? '')).toEqual({
      ...order,
      cardRegion: null,
    })
  })

  test('is everything of a report on a delivery, which has no keys', () => {
    expect(kept('{"card":"c"}', commandTopics['delivery-commands'])).toBe('{"card":"c"}')
  })
})
