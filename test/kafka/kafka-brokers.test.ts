/** What the faults of other tests rest on: brokers that are killed, paused and started again keep their port and what they held. */
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import { afterAll, describe, expect, test } from 'vitest'
import { plainClient } from '../../bench/kafka/numbered-sends.ts'
import { eventually } from '../support/eventually.ts'
import { createTopic, ownKafka, type OwnKafka } from '../support/kafka.ts'

const kafka = await ownKafka({ brokers: 3 })

afterAll(() => kafka?.stop())

function running(): OwnKafka {
  if (kafka === null) throw new Error('the test is skipped without Kafka')
  return kafka
}

/** Resolves once a message is stored on every replica that is in sync, however long the leaders take. */
async function send(topic: string, value: string, brokers = running().bootstrap): Promise<void> {
  await eventually(async () => {
    // A paused broker accepts connections and says nothing; kafkajs asks it again and again, a new producer asks who leads.
    const client = new kafkajs.Kafka({
      brokers: [...brokers],
      requestTimeout: 2_000,
      retry: { retries: 1 },
      logLevel: kafkajs.logLevel.NOTHING,
    })
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
    await producer.connect()
    try {
      return await producer.send({ topic, acks: -1, messages: [{ value }] })
    } finally {
      await producer.disconnect()
    }
  })
}

/** How many messages it holds. */
async function end(topic: string): Promise<number> {
  const admin = plainClient(running().bootstrap).admin()
  await admin.connect()
  try {
    const [partition] = await admin.fetchTopicOffsets(topic)
    return Number(partition?.high)
  } finally {
    await admin.disconnect()
  }
}

describe.skipIf(kafka === null)('brokers', () => {
  test('that are all killed come back beside each other with what they held', async () => {
    const { brokers } = running()
    await createTopic(plainClient(running().bootstrap), 'killed', 1)
    await send('killed', 'before')
    const before = brokers.map((broker) => broker.pid())
    await Promise.all(brokers.map((broker) => broker.kill('SIGKILL')))
    expect(brokers.map((broker) => broker.pid())).toEqual([null, null, null])
    await Promise.all(brokers.map((broker) => broker.start()))
    expect(brokers.some((broker, index) => broker.pid() === before[index])).toBe(false)
    await send('killed', 'after')
    expect(await end('killed')).toBeGreaterThanOrEqual(2)
  })

  test('are led by another while their leader is paused, and go on together after', async () => {
    const client = plainClient(running().bootstrap)
    const [leader] = await createTopic(client, 'paused', 1)
    await send('paused', 'before')
    const broker = running().brokers.find(({ id }) => id === leader)
    const pid = broker?.pid()
    await broker?.kill('SIGSTOP')
    const others = running().bootstrap.filter((address) => !address.endsWith(`:${String(broker?.port)}`))
    await send('paused', 'meanwhile', others)
    await broker?.kill('SIGCONT')
    expect(broker?.pid()).toBe(pid)
    const admin = client.admin()
    await admin.connect()
    await eventually(async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: ['paused'] })
      return topics[0]?.partitions[0]?.isr.length === 3
    })
    await admin.disconnect()
    // While the partition goes back to the broker that it prefers, the broker that led it answers that it no longer does.
    await eventually(async () => (await end('paused')) >= 2)
  })
})
