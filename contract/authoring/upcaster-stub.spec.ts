import { expect, test } from 'vitest'
import type { EventSchema, FieldSchema } from '../../schemas/avro-schema.ts'
import { addRetirement, addUpcaster } from './upcaster-stub.ts'

const event = (name: string, ...fields: readonly FieldSchema[]): EventSchema => {
  return { type: 'record', name, namespace: 'orderledger', stream: 'inventory', fields }
}
const sku = { name: 'sku', type: 'string' }
const EMPTY = 'before\nexport const upcasters: Upcasters = {}\n'

test('a stub carries over what both events have, and gives defaults to what is new', () => {
  const by = { name: 'by', type: 'string', default: "O'Hara" }
  const missing = { name: 'shelf', type: 'string' }
  const from = event('StockAdjusted', { name: 'delta', type: 'long' }, sku)
  expect(addUpcaster(EMPTY, from, event('StockCounted', sku, by, missing))).toBe(
    "before\nexport const upcasters: Upcasters = {\n  StockAdjusted: ({ sku }) => [{ type: 'StockCounted', sku, by: 'O\\'Hara' }],\n}\n",
  )
})

test('a second one stands below the first, and needs no field to carry over', () => {
  const once = addUpcaster(EMPTY, event('A', sku), event('B', sku))
  expect(addUpcaster(once, event('C'), event('D'))).toBe(
    "before\nexport const upcasters: Upcasters = {\n  A: ({ sku }) => [{ type: 'B', sku }],\n  C: () => [{ type: 'D' }],\n}\n",
  )
})

test('a file without the table is left alone', () => {
  expect(() => addUpcaster('export {}', event('A'), event('B'))).toThrow(/upcasters.ts has no line/)
})

test('retirements are kept beside each other', () => {
  const one = addRetirement(null, 'A', 'B', 'Clearer.')
  expect(JSON.parse(addRetirement(one, 'C', 'B', 'The same.'))).toEqual({
    A: { by: ['B'], reason: 'Clearer.' },
    C: { by: ['B'], reason: 'The same.' },
  })
})
