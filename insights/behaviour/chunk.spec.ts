import fc from 'fast-check'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { packChunk, unpackChunk } from './chunk.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import { PARTITIONS } from './partition-state.ts'

test('a chunk gives back what was packed', () => {
  const record = fc.record({
    data: fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
    receivedAt: fc.integer({ min: 1.7e12, max: 1.7e12 + 1e6 }),
    moved: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(record, { maxLength: 20 }), (records) => {
      expect(unpackChunk(packChunk(records))).toEqual(records)
    }),
  )
})

test('a subject goes where a Kafka client sends its key', () => {
  const load = createRequire(import.meta.url)
  const murmur2 = load('kafkajs/src/producer/partitioners/default/murmur2.js') as (key: Buffer) => number
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), (subject) => {
      expect(partitionOf(subject, PARTITIONS)).toBe((murmur2(Buffer.from(subject)) & 0x7fffffff) % 6)
    }),
  )
})
