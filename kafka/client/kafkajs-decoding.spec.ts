import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import './connection.ts'
import {
  decoderBefore,
  headerTexts,
  type BatchContext,
  type DecodedRecord,
  type RecordBytes,
} from './kafkajs-decoding.ts'
import type { EncodedRecord, MessageToEncode } from './kafkajs-records.ts'

const load = createRequire(import.meta.url)
const encode = load('kafkajs/src/protocol/recordBatch/record/v0') as (message: MessageToEncode) => EncodedRecord
const Decoder = load('kafkajs/src/protocol/decoder') as new (buffer: Buffer) => RecordBytes
const MODULE = 'kafkajs/src/protocol/recordBatch/record/v0/decoder'
const installed = load(MODULE) as (bytes: RecordBytes, context: BatchContext) => DecodedRecord
const original = withoutCache() as typeof installed
const left = new Error('left to kafkajs')
const ours = decoderBefore(() => {
  throw left
})

/** As the file has it, whatever was put in its place. */
function withoutCache(): unknown {
  const path = load.resolve(MODULE)
  const cached = load.cache[path]
  Reflect.deleteProperty(load.cache, path)
  const fresh: unknown = load(MODULE)
  if (cached !== undefined) load.cache[path] = cached
  return fresh
}

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const message = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(
    fc.string({ unit: 'binary', maxLength: 80 }).filter((name) => !(name in {})),
    bytes,
    { maxKeys: 12 },
  ),
  offsetDelta: fc.nat(),
  timestampDelta: fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 45), max: 2 ** 45 })),
})
const context = fc.record({
  firstOffset: fc.nat().map(String),
  firstTimestamp: fc.integer({ min: 0, max: 2 ** 45 }).map(String),
  maxTimestamp: fc.integer({ min: 0, max: 2 ** 45 }).map(String),
  timestampType: fc.constantFrom(0, 1),
  isControlBatch: fc.boolean(),
  magicByte: fc.constant(2),
})

function body(record: MessageToEncode): Buffer {
  const { buffer } = encode(record)
  const whole = new Decoder(buffer) as RecordBytes & { readVarIntBytes(): Buffer }
  return whole.readVarIntBytes()
}

/** Some are made when they are asked for. */
function fieldsOf({
  magicByte,
  attributes,
  timestamp,
  offset,
  key,
  value,
  headers,
  isControlRecord,
  batchContext,
}: DecodedRecord): DecodedRecord {
  return { magicByte, attributes, timestamp, offset, key, value, headers, isControlRecord, batchContext }
}

describe('the decoder of records', () => {
  test('reads what kafkajs reads', () => {
    fc.assert(
      fc.property(message, context, (record, around) => {
        const bytes = body(record)
        expect(fieldsOf(ours(new Decoder(bytes), around))).toEqual(original(new Decoder(bytes), around))
      }),
    )
  })

  test('gives some headers as text as it gives all of them', () => {
    fc.assert(
      fc.property(message, context, fc.array(fc.nat(12), { maxLength: 5 }), (record, around, picks) => {
        const bytes = body(record)
        const { headers } = original(new Decoder(bytes), around)
        const names = [...new Set(['none of them', ...picks.flatMap((pick) => Object.keys(headers)[pick] ?? [])])]
        const texts = headerTexts(ours(new Decoder(bytes), around), names)
        expect(texts).toEqual(names.map((name) => headers[name]?.toString() ?? ''))
      }),
    )
  })

  test('leaves a header that comes twice to kafkajs when it is asked for as text', () => {
    const record = body({ key: 'k', value: 'v', headers: { a: ['1', '2'] as unknown as string, b: '3' } })
    const decoded = ours(new Decoder(record), { firstOffset: '0', firstTimestamp: '0' })
    expect(() => headerTexts(decoded, ['a'])).toThrow(left)
    expect(headerTexts(decoded, ['b'])).toEqual(['3'])
  })

  test('is the one that kafkajs uses', () => {
    expect(installed).not.toBe(original)
    expect(installed.toString()).toBe(ours.toString())
  })

  test.each([
    ['a header whose name objects have', { headers: { ['__proto__']: 'x', constructor: 'y' } }],
    ['a header that comes twice', { headers: { a: ['1', '2'] as unknown as string } }],
  ])('leaves %s to kafkajs', (_, headers) => {
    const record = body({ key: 'k', value: 'v', ...headers })
    expect(() => ours(new Decoder(record), { firstOffset: '0', firstTimestamp: '0' }).headers).toThrow(left)
  })

  test('leaves what is cut off to kafkajs', () => {
    const whole = body({ key: 'key', value: 'value', headers: { name: 'header' } })
    for (let length = 0; length < whole.length; length++) {
      const around = { firstOffset: '0', firstTimestamp: '0' }
      expect(() => ours(new Decoder(whole.subarray(0, length)), around)).toThrow(left)
    }
  })
})
