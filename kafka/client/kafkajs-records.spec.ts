import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EncodedRecord, encoderBefore, type MessageToEncode, messagesOf } from './kafkajs-records.ts'
import { RecordBuffer } from './record-encoder.ts'

const load = createRequire(import.meta.url)
const original = load('kafkajs/src/protocol/recordBatch/record/v0') as (message: MessageToEncode) => EncodedRecord
const ours = encoderBefore((message) => {
  throw new Error(`left to kafkajs: ${JSON.stringify(message)}`)
})

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ minLength: 50, maxLength: 80 }))
const bytes = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
)
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(text, bytes, { maxKeys: 15 }),
})
const deltas = fc.record({ offsetDelta: fc.nat(), timestampDelta: fc.oneof(fc.integer(), fc.maxSafeInteger()) })

describe('the encoder of records', () => {
  test('writes what kafkajs writes, to the byte', () => {
    fc.assert(
      fc.property(record, deltas, (message, delta) => {
        const both = { ...message, ...delta }
        expect(ours(both).buffer.equals(original(both).buffer)).toBe(true)
      }),
    )
  })

  test('writes records of any size, and the next one as well', () => {
    for (const size of [0, 20, 63, 64, 8_100, 8_191, 70_000, 1_000_000]) {
      const message = { key: 'k', value: Buffer.alloc(size, 7), headers: { name: 'v'.repeat(size) } }
      expect(ours(message).buffer.equals(original(message).buffer)).toBe(true)
    }
  })

  test('leaves to kafkajs what it does not know: headers with several values', () => {
    const message = { value: 'v', headers: { several: ['one', 'two'] } }
    expect(() => ours(message)).toThrow('left to kafkajs')
    expect(encoderBefore(original)(message).buffer).toEqual(original(message).buffer)
  })

  test('writes records behind each other as kafkajs writes them one by one, also when it is used again', () => {
    const buffer = new RecordBuffer(16)
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
        buffer.clear()
        for (const [offsetDelta, each] of records.entries()) buffer.write(each, { offsetDelta, timestampDelta: 7 })
        const single = records.map((each, offsetDelta) => original({ ...each, offsetDelta, timestampDelta: 7 }).buffer)
        expect(buffer.written().equals(Buffer.concat(single))).toBe(true)
      }),
    )
  })
})

describe('the messages of encoded records', () => {
  test.each([1, 2, 500])('are %i that kafkajs puts into one batch of just these bytes', (count) => {
    const encoded = Buffer.from('records')
    const messages = messagesOf({ encoded, count, firstTimestamp: 5, maxTimestamp: 9 }, 2)
    const grouped: unknown = messages.reduce(() => ({}), {})
    expect(grouped).toEqual({ 2: messages })
    expect(messages).toHaveLength(count)
    expect(Buffer.concat(messages.map((message) => ours(message).buffer)).equals(encoded)).toBe(true)
    const times = messages.flatMap(({ timestamp }) => timestamp ?? [])
    expect(times).toEqual(count === 1 ? ['5'] : ['5', '9'])
  })
})
