import { describe, expect, test } from 'vitest'
import type { AvroSchema, EventSchema } from '../../schemas/avro-schema.ts'
import { avroType } from '../../schemas/avro-types.ts'
import { numbered, readAs, samplesOf } from './golden-samples.ts'

const tier = (...symbols: readonly string[]): AvroSchema => ({ type: 'enum', name: 'Tier', symbols, default: 'none' })
const schema = (...fields: readonly { name: string; type: AvroSchema; default?: unknown }[]): EventSchema => ({
  ...{ type: 'record', name: 'Happened', stream: 'order', fields },
})
const first = schema(
  {
    name: 'lines',
    type: { type: 'array', items: { type: 'record', name: 'Line', fields: [{ name: 'sku', type: 'string' }] } },
  },
  { name: 'last', type: ['null', 'Line'], default: null },
  { name: 'tier', type: tier('none', 'vip') },
  { name: 'gone', type: 'long', default: 0 },
)
const line: AvroSchema = {
  ...{ type: 'record', name: 'Line' },
  fields: [
    { name: 'sku', type: 'string' },
    { name: 'units', type: 'int', default: 1 },
  ],
}
const second = schema(
  { name: 'lines', type: { type: 'array', items: line } },
  { name: 'last', type: ['null', 'Line'], default: null },
  { name: 'tier', type: tier('none') },
  { name: 'tags', type: { type: 'map', values: 'string' }, default: { a: 'b' } },
)

describe('what is not written', () => {
  test('is a first sample with something in every field, and a next one from that and the defaults', () => {
    expect(samplesOf('Happened', numbered([first, second]))).toEqual([
      { lines: [{ sku: 'sku é' }], last: { sku: 'sku é' }, tier: 'vip', gone: 7 },
      { lines: [{ sku: 'sku é', units: 1 }], last: { sku: 'sku é', units: 1 }, tier: 'none', tags: { a: 'b' } },
    ])
  })

  test('stands beside what is', () => {
    const written = { Happened: [{ lines: [], last: null, tier: 'none', gone: 1 }] }
    expect(samplesOf('Happened', numbered([first, second]), written)).toEqual([
      { lines: [], last: null, tier: 'none', gone: 1 },
      { lines: [], last: null, tier: 'none', tags: { a: 'b' } },
    ])
  })
})

test('law 9: the library reads a sample of any version as the rules say', () => {
  const schemas = [first, second]
  const samples = samplesOf('Happened', numbered(schemas))
  for (const [index, writer] of schemas.entries()) {
    for (const reader of schemas) {
      const [wrote, reads] = [avroType(writer), avroType(reader)]
      const read = reads.fromBuffer(wrote.toBuffer(samples[index]), reads.createResolver(wrote)) as object
      expect({ ...read }).toEqual(readAs(reader, samples[index] ?? {}))
    }
  }
})
