import fc from 'fast-check'
import { kafkajs } from '../client/kafkajs.ts'
import { describe, expect, test } from 'vitest'
import { aggregates } from '../../domain/aggregates.ts'
import { eventSchemas } from '../../schemas/events.ts'
import { copiesOf, keyOfStream, topicOfStream, topics } from './topics.ts'
import { partitionOf } from '../../schemas/partition-of.ts'

const { Partitioners } = kafkajs

describe('the table of topics', () => {
  test('has each type of event in exactly one topic of the log', () => {
    const carried = topics.filter(({ use }) => use === 'log').flatMap(({ events }) => events)
    expect(carried.toSorted()).toEqual(Object.keys(eventSchemas).toSorted())
  })

  test('has one topic for the streams of each aggregate', () => {
    for (const { kind } of Object.values(aggregates)) {
      expect(topics.filter((topic) => topic.kinds.includes(kind))).toHaveLength(1)
      expect(topicOfStream(`${kind}-a-1`).kinds).toContain(kind)
    }
    expect(() => topicOfStream('invoice-1')).toThrow('no topic carries the stream invoice-1')
  })

  test('copies what outsiders want to read without the rest', () => {
    expect(copiesOf('OrderRejected').map(({ name }) => name)).toEqual(['errors'])
    for (const type of ['OrderPlaced', 'PaymentCaptured'])
      expect(copiesOf(type).map(({ name }) => name)).toEqual(['analytics'])
    expect(copiesOf('StockReserved')).toEqual([])
  })

  test('keys a record by all that follows the kind', () => {
    expect(keyOfStream('inventory-a-b-1')).toBe('a-b-1')
  })
})

describe('the partition of a key', () => {
  // From the tests of Java's org.apache.kafka.common.utils.Utils.murmur2.
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['abc', 479470107],
  ])('%s is the one that Java chooses', (key, murmur2) => {
    expect(partitionOf(key, 3)).toBe((murmur2 & 0x7fffffff) % 3)
    expect(partitionOf(key, 16)).toBe((murmur2 & 0x7fffffff) % 16)
  })

  test('is the one that kafkajs chooses', () => {
    const partitioner = Partitioners.DefaultPartitioner()
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 24 }),
        fc.integer({ min: 1, max: 16 }),
        (key, partitions) => {
          const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
            ...{ partitionErrorCode: 0, leader: 0, replicas: [0], isr: [0] },
            partitionId,
          }))
          const message = { key, value: null }
          expect(partitionOf(key, partitions)).toBe(partitioner({ topic: '', partitionMetadata, message }))
        },
      ),
      { numRuns: 30 },
    )
  })

  test('is refused for a number of partitions that the table never has', () => {
    expect(() => partitionOf('a', 0)).toThrow(RangeError)
    expect(() => partitionOf('a', 17)).toThrow(RangeError)
  })
})
