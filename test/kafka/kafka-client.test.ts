/**
 * What kafkajs does by itself, against three real brokers: the traps that our relay and readers are built around, and the
 * one way of sending that loses nothing (docs/decisions/0016-exactly-once-without-kafka-transactions.md).
 */
import { connect } from 'node:net'
import type { Kafka } from 'kafkajs'
import { fetchedBatches, kafkajs } from '../../kafka/client/kafkajs.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { measureLosses } from '../../bench/kafka/losses.ts'
import { plainClient } from '../../bench/kafka/numbered-sends.ts'
import { COMPRESSION } from '../../kafka/client/codecs.ts'
import { kafkaClient } from '../../kafka/client/connection.ts'
import { eventually } from '../support/eventually.ts'
import { consumeAll } from './consume-all.ts'
import { createTopic, ownKafka, type OwnKafka } from '../support/kafka.ts'
import { startPython, type PythonProcess } from '../support/python-process.ts'
import { registryPython } from '../contract/registry-python.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const environment = await registryPython()
const started = environment === null ? null : await ownKafka({ brokers: 3 })
const releases: (() => Promise<unknown>)[] = []
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
let python: PythonProcess
let cluster: OwnKafka

beforeAll(() => {
  if (started === null || environment === null) return
  cluster = started
  python = startPython(environment, 'kafka_clients.py', cluster.bootstrap.join(','))
})

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release()
})

afterAll(async () => {
  if (started === null) return
  await python.stop()
  await started.stop()
})

async function read(topic: string): Promise<readonly string[]> {
  return (await python.ask({ do: 'read', topic })) as readonly string[]
}

function textsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `text ${String(index)} ${'again '.repeat(20)}`)
}

describe.skipIf(started === null)('kafkajs on a real cluster', () => {
  test('loses nothing of what is sent one partition at a time, by a new producer after any error', async () => {
    const { acknowledged, lost } = await measureLosses({ cluster, topic: 'apart', way: 'apart', read })
    expect(acknowledged).toBeGreaterThan(1_000)
    expect(lost).toBe(0)
  })

  describe('an idempotent producer whose send failed though it was stored', () => {
    /** The first send is stored, and its answer never arrives. */
    async function failOnce(topic: string) {
      const [leader] = await createTopic(plainClient(cluster.bootstrap), topic, 1)
      const port = cluster.brokers.find(({ id }) => id === leader)?.port ?? 0
      const proxy = await startTcpProxy(`http://127.0.0.1:${String(port)}`)
      releases.push(() => proxy.stop())
      const kafka = new kafkajs.Kafka({
        brokers: [...cluster.bootstrap],
        logLevel: kafkajs.logLevel.NOTHING,
        // One retry is the least that it takes of an idempotent producer.
        retry: { retries: 1 },
        socketFactory: (to) =>
          connect({ ...to, port: to.port === port ? Number(new URL(proxy.url).port) : to.port }, to.onConnect),
      })
      const producer = await producerOf(kafka)
      const cut = proxy.cut('first', 'unanswered')
      const refused = cut.happened.then(() => proxy.down())
      await expect(producer.send({ topic, messages: [{ partition: 0, value: 'first' }] })).rejects.toThrow()
      await refused
      proxy.up()
      return { kafka, producer }
    }

    async function producerOf(kafka: Kafka) {
      const createPartitioner = kafkajs.Partitioners.DefaultPartitioner
      const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, createPartitioner })
      await producer.connect()
      releases.push(() => producer.disconnect())
      return producer
    }

    test('says of the next, another message that it is stored, and it is not', async () => {
      const { producer } = await failOnce('reused')
      await eventually(() => producer.send({ topic: 'reused', messages: [{ partition: 0, value: 'second' }] }))
      expect(await read('reused')).toEqual(['first'])
    })

    test('is replaced by one that stores the next message', async () => {
      const { kafka, producer } = await failOnce('replaced')
      await producer.disconnect()
      const next = await producerOf(kafka)
      await next.send({ topic: 'replaced', messages: [{ partition: 0, value: 'second' }] })
      expect(await read('replaced')).toEqual(['first', 'second'])
    })
  })

  describe('a handler of batches that returns early', () => {
    /** How many were handled, and what was committed as handled. */
    async function returnAfter(topic: string, { autoResolve }: { readonly autoResolve: boolean }) {
      const kafka = plainClient(cluster.bootstrap)
      await createTopic(kafka, topic, 1)
      await python.ask({ do: 'write', topic, compression: 'gzip', values: textsOf(100) })
      const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 100 })
      releases.push(() => consumer.disconnect())
      const handled: number[] = []
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      const firstBatch = new Promise<void>((resolve) => {
        consumer.on(consumer.events.END_BATCH_PROCESS, () => resolve())
      })
      let batches = 0
      await consumer.run({
        eachBatchAutoResolve: autoResolve,
        async eachBatch({ batch, resolveOffset }) {
          if (++batches > 1) return
          for (const { offset } of fetchedBatches(batch)
            .flatMap(({ records }) => records)
            .slice(0, 40)) {
            handled.push(offset)
            if (!autoResolve) resolveOffset(String(offset))
          }
        },
      })
      await firstBatch
      await consumer.stop()
      const admin = kafka.admin()
      await admin.connect()
      releases.push(() => admin.disconnect())
      const [offsets] = await admin.fetchOffsets({ groupId: topic, topics: [topic] })
      return { handled: handled.length, committed: offsets?.partitions[0]?.offset }
    }

    test('skips the rest for good with the default eachBatchAutoResolve', async () => {
      expect(await returnAfter('early', { autoResolve: true })).toEqual({ handled: 40, committed: '100' })
    })

    test('is given the rest again without it', async () => {
      expect(await returnAfter('resolved', { autoResolve: false })).toEqual({ handled: 40, committed: '40' })
    })
  })
})

describe.skipIf(started === null)('lz4', () => {
  const client = (): Kafka => kafkaClient(cluster.settings(''), { clientId: 'lz4', log: silent })

  test('that we write, Python reads', async () => {
    const kafka = client()
    await createTopic(kafka, 'ours', 1)
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
    await producer.connect()
    releases.push(() => producer.disconnect())
    const texts = textsOf(5_000)
    await producer.send({ topic: 'ours', compression: COMPRESSION, messages: texts.map((value) => ({ value })) })
    expect(await read('ours')).toEqual(texts)
  })

  test('that Python writes, we read', async () => {
    const kafka = client()
    await createTopic(kafka, 'theirs', 1)
    const texts = textsOf(5_000)
    await python.ask({ do: 'write', topic: 'theirs', compression: 'lz4', values: texts })
    const records = await consumeAll(cluster.bootstrap, ['theirs'])
    expect(records.map(({ value }) => String(value))).toEqual(texts)
  })
})
