import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { groupedByPartition, kafkajs } from './kafkajs.ts'
import { partOfKafkajs } from './kafkajs-release.ts'
import { originalOf } from './test-kit.ts'

describe('what stands in kafkajs for a part of its own', () => {
  test('groups messages by partition as kafkajs does', () => {
    const original = originalOf<typeof groupedByPartition>('producer/groupMessagesPerPartition')
    const partitioner = ({ message }: { readonly message: { readonly partition?: number } }) => message.partition ?? 0
    const messages = fc.array(fc.record({ value: fc.string(), partition: fc.nat({ max: 3 }) }))
    fc.assert(
      fc.property(messages, fc.constantFrom([], [1, 2]), (some, partitionMetadata) => {
        const asked = { topic: 'any', partitionMetadata, messages: some, partitioner }
        expect(groupedByPartition(asked)).toEqual(original(asked))
      }),
    )
  })

  test('is in force however early kafkajs was loaded', () => {
    expect(kafkajs.Kafka).toBeTypeOf('function')
    const Batch =
      partOfKafkajs<new (...of: readonly unknown[]) => { readonly messages: readonly object[] }>('consumer/batch')
    const batch = { offset: '5', last: 5, producer: '1', control: false, aborted: false }
    const abortedTransactions = [{ producerId: '1', firstOffset: '0' }]
    const { messages } = new Batch('t', 0, { partition: 0, highWatermark: '9', abortedTransactions, messages: [batch] })
    expect(messages).toEqual([{ ...batch, aborted: true }])
  })
})
