/** A topic whose last batch has lost all its records, as compaction leaves one: on a real broker, which reads it from its disk. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { partOfKafkajs } from '../../kafka/client/kafkajs-release.ts'
import { browseTopic } from '../../kafka/topics/browse-topic.ts'
import { testWire } from '../kafka/publish-log.ts'
import { eventually } from '../support/eventually.ts'
import { ownKafka } from '../support/kafka.ts'
import { startCommand } from '../support/run-command.ts'
import { startSilentProxy } from '../support/silent-proxy.ts'
import { linesOf, numbered, startConsuming, type Consuming } from './consuming.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const PREFIX = 'emptied-'
/** Kinds of requests, by their numbers in the protocol. */
const [FETCH, METADATA] = [1, 3]
const HEADER = 61
const checksumOf = partOfKafkajs<(bytes: Buffer) => number>('protocol/recordBatch/crc32C')

const kafka = await ownKafka()
afterAll(() => kafka?.stop())

describe.skipIf(kafka === null)('a topic whose last batch is empty', () => {
  if (kafka === null) return
  let consuming: Consuming
  let topic = ''

  beforeAll(async () => {
    consuming = await startConsuming(kafka, PREFIX)
    topic = await consuming.topic(1)
    await consuming.send(topic, numbered(5))
    await consuming.send(topic, numbered(5))
    const [broker] = kafka.brokers
    await broker?.kill('SIGKILL')
    emptyLastBatch(join(kafka.home, 'broker-1', 'data', `${topic}-0`))
    await broker?.start()
  })

  afterAll(() => consuming?.close())

  test('is shown on its page', async () => {
    const browse = (from: Parameters<typeof browseTopic>[2]['from']) =>
      browseTopic(kafka.settings(PREFIX), testWire, { topic, partition: 0, from, limit: 3 })
    const latest = await eventually(() => browse({ at: 'latest' }))
    expect(latest.records.map(({ offset }) => offset)).toEqual([2, 3, 4])
    expect(await browse({ at: 'offset', offset: 5 })).toEqual({ records: [], next: null })
  })

  test('is read to its end without asking again and again, and what comes then is shown', async () => {
    const proxy = await startSilentProxy(kafka.bootstrap[0] ?? '')
    const env = { ...consuming.commands.env, KAFKA_BROKERS: proxy.address }
    const following = startCommand(consuming.commands.dataDir, ['consume', topic, '--json', '-n', '6'], { env })
    try {
      await eventually(() => linesOf(following.stdout()).length === 5)
      const [fetches, looks] = [proxy.requests(FETCH), proxy.requests(METADATA)]
      // It looks for new partitions every five seconds: a fetch that waits as it should goes out some twenty times meanwhile.
      await eventually(() => proxy.requests(METADATA) >= looks + 2)
      expect(proxy.requests(FETCH) - fetches).toBeLessThan(150)
      await consuming.send(topic, numbered(1))
      const { code, stdout } = await following.finished
      expect(code).toBe(0)
      expect(linesOf(stdout).map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 10])
    } finally {
      following.signal('SIGKILL')
      await proxy.stop()
    }
  })
})

/** In the files of a partition whose broker is down: the offsets of the batch stay, as the cleaner of a broker keeps them. */
function emptyLastBatch(folder: string): void {
  const file = join(folder, '00000000000000000000.log')
  const log = readFileSync(file)
  let at = 0
  for (let next = 0; next < log.length; next += 12 + log.readInt32BE(next + 8)) at = next
  const header = Buffer.from(log.subarray(at, at + HEADER))
  header.writeInt32BE(HEADER - 12, 8)
  header.writeInt32BE(0, HEADER - 4)
  header.writeInt32BE(checksumOf(header.subarray(21)) | 0, 17)
  writeFileSync(file, Buffer.concat([log.subarray(0, at), header]))
  for (const index of ['index', 'timeindex']) rmSync(join(folder, `00000000000000000000.${index}`), { force: true })
}
