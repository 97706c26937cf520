import type { Message } from 'kafkajs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeRecord, type RecordToEncode } from './record-encoder.ts'
import { originalOf } from './test-kit.ts'

const original = originalOf<(record: RecordToEncode) => { readonly buffer: Buffer }>('protocol/recordBatch/record/v0')

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ minLength: 50, maxLength: 80 }))
const bytes = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
)
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(text, fc.oneof(bytes, fc.array(bytes, { maxLength: 3 })), { maxKeys: 15 }),
  offsetDelta: fc.nat(),
  timestampDelta: fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 50), max: 2 ** 50 })),
})

describe('the encoder of records', () => {
  test('writes what kafkajs writes, to the byte', () => {
    fc.assert(
      fc.property(record, (message) => {
        expect(encodeRecord(message).equals(original(message).buffer)).toBe(true)
      }),
    )
  })

  test('writes records of any size, and the next one as well', () => {
    for (const size of [0, 20, 63, 64, 8_100, 8_191, 70_000, 1_000_000]) {
      const message: Message = { key: 'k', value: Buffer.alloc(size, 7), headers: { name: 'v'.repeat(size) } }
      expect(encodeRecord(message).equals(original(message).buffer)).toBe(true)
    }
  })

  test('writes a header without a value', () => {
    const encoded = encodeRecord({ value: null, headers: { a: undefined } })
    expect(encoded.subarray(-3)).toEqual(Buffer.from([2, 0x61, 1]))
  })
})
