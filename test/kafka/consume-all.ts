/** Everything that some topics hold at this moment, partition by partition in order. */
import kafkajs from 'kafkajs'
import '../../kafka/client/codecs.ts'
import type { RawRecord } from '../../kafka/event-record.ts'

export interface ConsumedRecord extends RawRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

let groups = 0

/** A client of its own, with kafkajs' defaults: as somebody else would read it. */
export async function consumeAll(
  brokers: readonly string[],
  topics: readonly string[],
): Promise<readonly ConsumedRecord[]> {
  const kafka = new kafkajs.Kafka({ clientId: 'outsider', brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const missing = new Map<string, number>()
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      if (Number(high) > Number(low)) missing.set(`${topic} ${String(partition)}`, Number(high) - 1)
    }
  }
  await admin.disconnect()
  if (missing.size === 0) return []
  const consumer = kafka.consumer({
    groupId: `outsider-${String(process.pid)}-${String(++groups)}`,
    maxWaitTimeInMs: 100,
  })
  const records: ConsumedRecord[] = []
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachBatch: async ({ batch: { topic, partition, messages } }) => {
            for (const { key, value, headers, offset } of messages) {
              records.push({ topic, partition, key, value, headers, offset: Number(offset) })
              if (missing.get(`${topic} ${String(partition)}`) === Number(offset)) {
                missing.delete(`${topic} ${String(partition)}`)
              }
            }
            if (missing.size === 0) resolve()
          },
        })
        .catch(reject)
    })
  } finally {
    await consumer.disconnect()
  }
  return records
}
