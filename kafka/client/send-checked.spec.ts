import type { RecordMetadata } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { CheckedSends } from './send-checked.ts'

const records = { encoded: Buffer.alloc(0), count: 3, firstTimestamp: 1, maxTimestamp: 1 }
const where = { topic: 'orders', partition: 2 }
const fine: RecordMetadata = { topicName: 'orders', partition: 2, errorCode: 0 }

function sendAnswered(...answers: readonly RecordMetadata[]): Promise<void> {
  return new CheckedSends().send({ send: () => Promise.resolve([...answers]) }, where, records)
}

describe('an acknowledgement', () => {
  test('is believed when it is one of the partition that was sent to', async () => {
    await sendAnswered(fine)
  })

  test.each([
    ['there is none', []],
    ['it is of another partition', [{ ...fine, partition: 1 }]],
    ['it is of another topic', [{ ...fine, topicName: 'errors' }]],
    ['it is an error', [{ ...fine, errorCode: 6 }]],
    ['there are two', [fine, fine]],
  ])('is not believed when %s', async (_, answers) => {
    await expect(sendAnswered(...answers)).rejects.toMatchObject({ code: 'kafka-failed' })
  })
})
