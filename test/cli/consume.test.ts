/** A topic on the command line, read outside of every group: from where, how many, decoded, and whatever is on it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Message } from 'kafkajs'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { poisonCorpus } from '../../kafka/inbound/poison-corpus.ts'
import { linesOf, numbered, placesOf, startConsuming, type ConsumedLine, type Consuming } from './consuming.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { testKafka } from '../support/kafka.ts'
import { startCommand } from '../support/run-command.ts'
import { startService } from '../support/service.ts'
import { zstdOfRawBlocks } from './zstd-of-raw-blocks.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const BIN = fileURLToPath(new URL('../../cli/orderledger.js', import.meta.url))

const kafka = await testKafka()

describe.skipIf(kafka === null)('consume', () => {
  let consuming: Consuming

  beforeAll(async () => {
    if (kafka === null) return
    consuming = await startConsuming(kafka, 'consume-')
  })

  afterAll(async () => {
    await consuming?.close()
  })

  /** Numbers from 0 on, in one partition. */
  const topicOf = async (count: number): Promise<string> => {
    const topic = await consuming.topic(1)
    await consuming.send(topic, numbered(count))
    return topic
  }
  const consume = async (topic: string, ...args: readonly string[]) => {
    const result = await consuming.commands.run('consume', topic, '--json', ...args)
    return { ...result, lines: linesOf(result.stdout) }
  }
  const offsets = (lines: readonly ConsumedLine[]) => lines.map(({ offset }) => offset)

  test('ends after as many as were asked for, and says how many and how fast', async () => {
    const topic = await consuming.topic(3)
    for (const partition of [0, 1, 2]) await consuming.send(topic, numbered(50, partition))
    const { code, lines, stderr } = await consume(topic, '-n', '120')
    expect(code).toBe(0)
    expect(new Set(placesOf(lines)).size).toBe(120)
    for (const own of [0, 1, 2]) {
      const found = lines.filter(({ partition }) => partition === own)
      expect(offsets(found)).toEqual(found.map((_, index) => index))
    }
    expect(lines[0]).toMatchObject({ key: 'k', format: 'json', value: { number: 0 }, fault: null })
    const { consumed } = JSON.parse(stderr) as { readonly consumed: object }
    expect(consumed).toMatchObject({ messages: 120, ratePerSecond: expect.any(Number), seconds: expect.any(Number) })
    const text = await consuming.commands.run('consume', topic, '-n', '1')
    expect(text.stdout).toMatch(/^[012]:0 {2}20\S+Z {2}k {2}\{"number":0\}\n$/)
    expect(text.stderr).toMatch(/^1 messages, 12 bytes in/)
  })

  test('goes on until Ctrl-C, with what comes in the meantime', async () => {
    const topic = await topicOf(3)
    const following = consuming.commands.start(['consume', topic, '--json'])
    await eventually(() => linesOf(following.stdout()).length === 3)
    await consuming.send(topic, numbered(2))
    await eventually(() => linesOf(following.stdout()).length === 5)
    following.signal('SIGINT')
    const { code, stdout, stderr } = await following.finished
    expect(code).toBe(0)
    expect(offsets(linesOf(stdout))).toEqual([0, 1, 2, 3, 4])
    expect(stderr).toContain('"messages":5')
  })

  test('begins at an offset, at a time, or with what comes from now on', async () => {
    const topic = await consuming.topic(1)
    const at = (index: number) => new Date(Date.UTC(2026, 10, 20, 8, 0, index))
    await consuming.send(
      topic,
      numbered(10).map((message, index) => ({ ...message, timestamp: String(at(index).getTime()) })),
    )
    expect(offsets((await consume(topic, '--from', '7', '-n', '3')).lines)).toEqual([7, 8, 9])
    expect(offsets((await consume(topic, '--from', at(4).toISOString(), '-n', '2')).lines)).toEqual([4, 5])
    // Neither an offset that is not there yet nor a time that has not come is an error.
    for (const from of ['latest', '1000', '2099-01-01T00:00:00Z']) {
      const following = consuming.commands.start(['consume', topic, '--json', '--from', from, '-n', '1'])
      const { first, before } = await eventually(
        async () => {
          const [seen] = linesOf(following.stdout())
          if (seen !== undefined) return { first: seen.offset, before: 10 }
          await consuming.send(topic, numbered(1))
          return null
        },
        { interval: 200 },
      )
      expect(first, from).toBeGreaterThanOrEqual(before)
      expect((await following.finished).code).toBe(0)
    }
  })

  test('shows each record on a topic of others, and goes on past those that nobody can read', async () => {
    const topic = await consuming.topic(1)
    const { CompressionCodecs, CompressionTypes } = kafkajs
    CompressionCodecs[CompressionTypes.ZSTD] = () => ({
      compress: zstdOfRawBlocks,
      decompress: () => Promise.reject(new Error('only what is consumed counts here')),
    })
    const poison = poisonCorpus({ run: 'consume', sku: 'A1', schemaId: 1 })
    const small = poison.filter(({ record }) => (record.value?.length ?? 0) < 900_000)
    for (const { record } of small) {
      await consuming.send(topic, [{ ...record, partition: 0, headers: sentHeaders(record.headers) }])
    }
    await consuming.send(topic, numbered(5), CompressionTypes.GZIP)
    await consuming.send(topic, numbered(3), CompressionTypes.ZSTD)
    await consuming.send(topic, numbered(5), CompressionTypes.LZ4)
    const count = small.length + 13
    const { code, lines } = await consume(topic, '-n', String(count))
    expect(code).toBe(0)
    expect(offsets(lines)).toEqual(Array.from({ length: count }, (_, offset) => offset))
    const [gzip, zstd, lz4] = [lines.slice(-13, -8), lines.slice(-8, -5), lines.slice(-5)]
    for (const good of [gzip, lz4]) expect(good.map(({ value }) => value)).toEqual(numbers(5))
    for (const { format, value } of zstd) expect({ format, value }).toEqual({ format: 'unreadable', value: ZSTD })
    // As text as well, one line each, and nothing that steers a terminal.
    const { stdout } = await consuming.commands.run('consume', topic, '-n', String(count))
    expect(stdout.match(/\n/g)).toHaveLength(count)
    expect(stdout).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f]/)
  })

  test('hides what a transaction rolled back or may roll back, and shows it marked when asked to', async () => {
    const topic = await consuming.topic(1)
    const writer = consuming.client.producer({
      ...{ transactionalId: 'consumed', idempotent: true, maxInFlightRequests: 1 },
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    })
    await writer.connect()
    const written = async () => {
      const transaction = await writer.transaction()
      await transaction.send({ topic, messages: [...numbered(2)] })
      return transaction
    }
    // Each transaction leaves an end of its own behind: offsets 2, 5.
    await (await written()).abort()
    await (await written()).commit()
    const open = await written()
    try {
      expect(offsets((await consume(topic, '-n', '2')).lines)).toEqual([3, 4])
      const { lines } = await consume(topic, '-n', '6', '--isolation', 'all')
      expect(lines.map(({ offset, fault }) => [offset, fault?.split(' ').slice(-2).join(' ') ?? null])).toEqual([
        ...[0, 1].map((offset) => [offset, 'rolled back']),
        ...[3, 4].map((offset) => [offset, null]),
        ...[6, 7].map((offset) => [offset, 'not over']),
      ])
    } finally {
      await open.abort()
      await writer.disconnect()
    }
    const grouped = await consuming.commands.run('consume', topic, '--group', 'any', '--isolation', 'all')
    expect(grouped).toMatchObject({ code: 2, stderr: expect.stringContaining('a group reads what is committed') })
  })

  test('says that partitions were added, and shows them from their beginning', async () => {
    const topic = await topicOf(1)
    const following = consuming.commands.start(['consume', topic, '--json', '-n', '4'])
    await eventually(() => linesOf(following.stdout()).length === 1)
    const admin = consuming.client.admin()
    await admin.connect()
    try {
      await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] })
      // One that knew the topic before sends nothing to a partition that is new, and says nothing.
      const producer = consuming.client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
      await producer.connect()
      await eventually(async () => (await producer.send({ topic, messages: [...numbered(3, 1)] })).length === 1)
      await producer.disconnect()
    } finally {
      await admin.disconnect()
    }
    const { code, stdout, stderr } = await following.finished
    expect(code).toBe(0)
    expect(placesOf(linesOf(stdout))).toEqual(['0:0', '1:0', '1:1', '1:2'])
    expect(stderr).toContain('partitions were added: 1')
  })

  test('tells what is wrong and what to type next', async () => {
    const { commands } = consuming
    const missing = await commands.run('consume', 'no-such-topic', '-n', '1')
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('no-such-topic') })
    expect(missing.stderr).toContain('orderledger topics list')
    const unset = await startCommand(commands.dataDir, ['consume', 'orders']).finished
    expect(unset).toMatchObject({ code: 2, stderr: expect.stringContaining('KAFKA_BROKERS is not set') })
    const away = startCommand(commands.dataDir, ['consume', 'orders'], { env: { KAFKA_BROKERS: '127.0.0.1:1' } })
    expect(await away.finished).toMatchObject({ code: 3, stderr: expect.stringContaining('127.0.0.1:1') })
    const wrong = [
      ['--work', '10'],
      ['--group', 'g', '--from', '7'],
      ['--group', 'g', '--from', '2026-11-27T08:00:00Z'],
      ['--from', 'yesterday'],
      ['--from', '2026-13-45'],
      ['-n', '0'],
      ['--group', 'g', '--work', '-1'],
    ]
    for (const options of wrong) {
      const { code, stdout, stderr } = await commands.run('consume', 'orders', ...options)
      expect({ code, stdout, options }).toEqual({ code: 2, stdout: '', options })
      expect(stderr).not.toBe('')
    }
  })

  test('ends without a word when whoever reads it has had enough', async () => {
    const topic = await topicOf(20_000)
    const { dataDir, env } = consuming.commands
    const { PATH, HOME } = process.env
    const pipe = `"$0" "$1" consume ${topic} --json | head -1; echo "code \${PIPESTATUS[0]}"`
    const shell = spawn('bash', ['-c', pipe, process.execPath, BIN], {
      cwd: dataDir,
      env: { PATH, HOME, DATA_DIR: dataDir, ...env },
    })
    let [stdout, stderr] = ['', '']
    shell.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    shell.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    await once(shell, 'close')
    expect(stdout).toMatch(/^\{.*"number":0.*\}\ncode 0\n$/)
    expect(stderr).toBe('')
  })

  describe('of our events', () => {
    let database: TestDatabase

    beforeAll(async () => {
      if (kafka === null) return
      database = await testDatabase()
      const { dataDir, env } = consuming.commands
      const service = await startService({ dataDir, env: { ...env, DATABASE_URL: database.url, DEMO_ORDERS: '5' } })
      await consume('orders', '-n', '5')
      await service.stop()
    })

    afterAll(async () => {
      await database?.drop()
    })

    const withDatabase = async (...args: readonly string[]) => {
      const { dataDir, env } = consuming.commands
      const asked = ['consume', 'orders', '-n', '5', ...args]
      return startCommand(dataDir, asked, { env: { ...env, DATABASE_URL: database.url } }).finished
    }

    test('shows the fields with --decode, and the bytes without', async () => {
      const { code, stdout } = await withDatabase('--decode', '--headers', '--json')
      expect(code).toBe(0)
      const placed = linesOf(stdout).find(({ type }) => type === 'OrderPlaced')
      expect(placed).toMatchObject({
        format: 'avro',
        headers: { ce_type: 'orderledger.OrderPlaced', 'content-type': 'application/avro' },
        value: { customerId: expect.any(String), lines: expect.any(Array) },
        fault: null,
      })
      expect((await withDatabase('--decode')).stdout).toMatch(/ {2}OrderPlaced \{.*"customerId":/)
      for (const line of linesOf((await withDatabase('--json')).stdout)) {
        expect(line).toMatchObject({ format: 'hex', value: expect.stringMatching(/^00[0-9a-f]{8}/), fault: null })
      }
    })

    test('shows the bytes, and says why, where the ids of the schemas cannot be had', async () => {
      const { code, stdout, stderr } = await consuming.commands.run('consume', 'orders', '-n', '5', '--decode')
      expect(code).toBe(0)
      expect(stdout).toContain('  0x00')
      expect(stderr).toContain('set SCHEMA_REGISTRY_URL')
    })
  })
})

const ZSTD = expect.stringContaining('ZSTD') as string

function numbers(count: number): readonly object[] {
  return Array.from({ length: count }, (_, number) => ({ number }))
}

function sentHeaders(headers: Readonly<Record<string, string | readonly string[]>>): NonNullable<Message['headers']> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
}
