/** What GET of a topic's records looks at, on a real broker. */
import { expect, test } from 'vitest'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import { browseTopic } from '../../kafka/topics/browse-topic.ts'
import { createTopic, testKafka, unusedName } from '../support/kafka.ts'
import { testWire } from '../kafka/publish-log.ts'

const kafka = await testKafka()

test.skipIf(kafka === null)('the newest records are shown, though not each offset has one', async () => {
  if (kafka === null) return
  const topic = unusedName('browsed-sparse')
  const client = new kafkajs.Kafka({ brokers: [...kafka.bootstrap], logLevel: kafkajs.logLevel.NOTHING })
  await createTopic(client, topic, 1)
  const writer = client.producer({
    ...{ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 },
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  })
  await writer.connect()
  try {
    // Each leaves the end of its transaction at an offset of its own.
    for (let index = 0; index < 12; index++) {
      const transaction = await writer.transaction()
      await transaction.send({ topic, messages: [{ value: String(index) }] })
      await transaction.commit()
    }
  } finally {
    await writer.disconnect()
  }
  const browsing = { topic, partition: 0, from: { at: 'latest' }, limit: 10 } as const
  const { records } = await browseTopic(kafka.settings('browsed-'), testWire, browsing)
  const newest = Array.from({ length: 10 }, (_, index) => ({ format: 'json', data: index + 2 }))
  expect(records.map(({ value }) => value)).toEqual(newest)
})
