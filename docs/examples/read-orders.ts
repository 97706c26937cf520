/**
 * Reads the orders of OrderLedger from Kafka, from the first one on:
 *   npm install kafkajs lz4-napi @kafkajs/confluent-schema-registry tsx
 *
 * usage: npx tsx read-orders.ts BROKERS REGISTRY [TOPIC [COUNT]]
 *   npx tsx read-orders.ts 127.0.0.1:9092 http://127.0.0.1:3000/registry orders 10
 */
import { randomUUID } from 'node:crypto'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import kafkajs from 'kafkajs'
import { decompressFrame } from 'lz4-napi'

const [brokers = '', host = '', topic = 'orders', wanted = '10'] = process.argv.slice(2)

// kafkajs leaves lz4 to others.
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.LZ4] = () => ({
  compress: () => Promise.reject(new Error('this program only reads')),
  decompress: (bytes: Buffer) => decompressFrame(bytes),
})
const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.ERROR })
const registry = new SchemaRegistry({ host })
const consumer = kafka.consumer({ groupId: `read-orders-${randomUUID()}`, maxWaitTimeInMs: 200 })
const patience = setTimeout(() => {
  console.error('no more records within 10 s')
  process.exit(1)
}, 10_000)

let count = Number(wanted)
const enough = new Promise<void>((resolve, reject) => {
  consumer.on('consumer.crash', ({ payload }) => reject(payload.error))
  const eachMessage = async ({ message: { key, value, headers } }: kafkajs.EachMessagePayload) => {
    if (value === null || count === 0) return
    const event: unknown = await registry.decode(value)
    patience.refresh()
    const type = String(headers?.['ce_type'])
    const position = Number(headers?.['ol-position'])
    console.log(JSON.stringify({ key: String(key), type, position, event }))
    if (--count === 0) resolve()
  }
  void consumer
    .connect()
    .then(() => consumer.subscribe({ topic, fromBeginning: true }))
    .then(() => consumer.run({ autoCommit: false, eachMessage }))
    .catch(reject)
})
await enough.finally(() => clearTimeout(patience))
await consumer.disconnect()
