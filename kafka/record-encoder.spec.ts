import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EncodedRecord, fasterThan, type RecordToEncode } from './record-encoder.ts'

const load = createRequire(import.meta.url)
const original = load('kafkajs/src/protocol/recordBatch/record/v0') as (record: RecordToEncode) => EncodedRecord

function never(record: RecordToEncode): EncodedRecord {
  throw new Error(`left to kafkajs: ${JSON.stringify(record)}`)
}

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ minLength: 50, maxLength: 80 }))
const bytes = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
)

describe('the encoder of records', () => {
  test('writes what kafkajs writes, to the byte', () => {
    fc.assert(
      fc.property(
        fc.record({
          offsetDelta: fc.nat(),
          timestampDelta: fc.oneof(fc.integer(), fc.maxSafeInteger()),
          key: fc.option(bytes),
          value: fc.option(bytes),
          headers: fc.dictionary(text, bytes, { maxKeys: 15 }),
        }),
        (record) => {
          expect(fasterThan(never)(record).buffer).toEqual(original(record).buffer)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('writes records of any size, and the next one as well', () => {
    for (const size of [0, 63, 64, 8_191, 70_000, 1_000_000]) {
      const record = { key: 'k', value: Buffer.alloc(size, 7), headers: { name: 'v'.repeat(size) } }
      expect(fasterThan(never)(record).buffer.equals(original(record).buffer)).toBe(true)
    }
  })

  test('leaves to kafkajs what it does not know: headers with several values', () => {
    const record = { value: 'v', headers: { several: ['one', 'two'] } }
    expect(() => fasterThan(never)(record)).toThrow('left to kafkajs')
    expect(fasterThan(original)(record).buffer).toEqual(original(record).buffer)
  })

  test('does not mix records up, however they are interleaved', () => {
    const records = Array.from({ length: 100 }, (_, index) => ({
      offsetDelta: index,
      key: `key-${String(index)}`,
      value: Buffer.from(`value-${String(index)}`),
      headers: { [`name-${String(index % 3)}`]: `text-${String(index)}` },
    }))
    const encoded = records.map(fasterThan(never))
    for (const [index, record] of records.entries()) {
      expect(encoded[index]?.buffer).toEqual(original(record).buffer)
    }
  })
})
