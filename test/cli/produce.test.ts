/** Files onto Kafka by the command line: all of it, once for each line that says so, whatever happens to the broker. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { partitionOf } from '../../schemas/partition-of.ts'
import { eventually } from '../support/eventually.ts'
import { ownKafka } from '../support/kafka.ts'
import { kafkaCommands, type KafkaCommands } from '../support/run-kafka-command.ts'

vi.setConfig({ testTimeout: 40_000, hookTimeout: 40_000 })

const BEHAVIOUR = fileURLToPath(new URL('../data/behaviour.jsonl', import.meta.url))
const ORDERS = fileURLToPath(new URL('../data/orders.jsonl.gz', import.meta.url))

interface Consumed {
  readonly partition: number
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
  readonly value: Readonly<Record<string, unknown>>
}

const kafka = await ownKafka()
afterAll(() => kafka?.stop())

describe.skipIf(kafka === null)('produce', () => {
  let commands: KafkaCommands
  let prefixes = 0

  beforeEach(async () => {
    if (kafka === null) throw new Error('no Kafka')
    commands = await kafkaCommands(kafka, `produce${String(++prefixes)}-`)
  })

  afterEach(async () => {
    await commands.close()
  })

  const consumed = async (topic: string, count: number): Promise<readonly Consumed[]> => {
    const { stdout } = await commands.run('consume', topic, '-n', String(count), '--json', '--headers')
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Consumed)
  }

  test('sends orders as POST /orders takes them, and of behaviour what user events have, keyed by customer', async () => {
    const { code, stdout } = await commands.run('produce', BEHAVIOUR, '--json')
    const report = JSON.parse(stdout) as Record<string, unknown>
    // Four of its lines are none, and two of types that user events do not have: see test/data/README.md.
    expect(report).toMatchObject({
      read: 16,
      acked: 10,
      invalid: 4,
      leftOut: { types: { wishlist: 1, review: 1 }, properties: { url: 4, query: 1, element: 1 } },
      topics: { 'order-commands': 2, 'user-events': 8 },
      interrupted: false,
      linesNotSent: [{ line: 13 }, { line: 14 }, { line: 15 }, { line: 16 }],
    })
    expect(code).toBe(1)
    const orders = await consumed('order-commands', 2)
    expect(orders.find(({ key }) => key === 'c2')).toMatchObject({
      headers: { ce_id: 'e12', ce_source: 'urn:orderledger:produce', 'content-type': 'application/json' },
      value: { orderId: 'web-1', customerId: 'c2', lines: [{ sku: 'A1', quantity: 1 }] },
    })
    const events = await consumed('user-events', 8)
    for (const { key, partition } of events) expect(partition).toBe(partitionOf(key, 6))
    expect(events.map(({ headers }) => headers['ce_type'])).toContain('page_view')
  })

  test('sends a file again with the same ids, and gzip on the standard input up to where it can be read', async () => {
    await commands.run('produce', ORDERS)
    const packed = Buffer.concat([await readFile(ORDERS), Buffer.alloc(512), Buffer.from('no gzip')])
    const { finished } = commands.start(['produce', '-', '--json'], packed)
    const { code, stdout, stderr } = await finished
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ read: 2_000, acked: 2_000 })
    expect(stderr).toContain(`byte ${String(packed.length - 6)}: no gzip data begins here`)
    const all = await consumed('order-commands', 4_000)
    const ids = all.map(({ headers }) => headers['ce_id'])
    expect(new Set(ids).size).toBe(2_000)
    expect(ids.toSorted().filter((id, index, sorted) => id === sorted[index + 1])).toHaveLength(2_000)
  })

  test('loses nothing when the broker is killed and comes back, and keeps the order of each key', async () => {
    const file = join(commands.dataDir, 'clicks.jsonl')
    const lines = Array.from({ length: 20_000 }, (_, index) => {
      return JSON.stringify({ type: 'click', id: `e${String(index)}`, userId: `c${String(index % 50)}` })
    })
    await writeFile(file, lines.join('\n'))
    const producing = commands.start(['produce', file, '--rate', '5000', '--json'])
    const broker = kafka?.brokers[0]
    await eventually(async () => (await consumed('user-events', 500)).length === 500)
    await broker?.kill('SIGKILL')
    await broker?.start()
    const { code, stdout, stderr } = await producing.finished
    expect(stderr).toContain('retrying')
    expect(JSON.parse(stdout)).toMatchObject({ read: 20_000, acked: 20_000 })
    expect(code).toBe(0)
    // What was sent again may be there twice.
    const reading = commands.start(['consume', 'user-events', '--json', '--headers'])
    const seen = await eventually(() => {
      const found = reading.stdout().split('\n').slice(0, -1)
      return found.length >= 20_000 && found.map((line) => JSON.parse(line) as Consumed)
    })
    const firsts = new Map<string, { readonly key: string; readonly index: number }>()
    for (const { key, headers } of seen) {
      const id = headers['ce_id'] ?? ''
      if (!firsts.has(id)) firsts.set(id, { key, index: Number(id.slice(1)) })
    }
    expect(firsts.size).toBe(20_000)
    const last = new Map<string, number>()
    for (const { key, index } of firsts.values()) {
      expect(index).toBeGreaterThan(last.get(key) ?? -1)
      last.set(key, index)
    }
  })

  test('stops with Ctrl-C and says how many were acked', async () => {
    const producing = commands.start(['produce', '-', '--json'], null)
    const file = commands.start(['produce', ORDERS, '--rate', '100', '--json'])
    await eventually(async () => (await consumed('order-commands', 50)).length === 50)
    file.signal('SIGINT')
    const { code, stdout } = await file.finished
    const report = JSON.parse(stdout) as { readonly acked: number; readonly read: number }
    expect(report).toMatchObject({ interrupted: true, read: report.acked })
    expect(report.acked).toBeGreaterThanOrEqual(50)
    expect(report.acked).toBeLessThan(2_000)
    expect(code).toBe(1)
    producing.signal('SIGINT')
    expect((await producing.finished).code).toBe(1)
  })

  test('replays lines as far apart as they happened', async () => {
    const file = join(commands.dataDir, 'slow.jsonl')
    const at = (index: number) => new Date(1_700_000_000_000 + index * 10_000).toISOString()
    const lines = Array.from({ length: 4 }, (_, index) =>
      JSON.stringify({ type: 'click', userId: 'c', time: at(index) }),
    )
    await writeFile(file, lines.join('\n'))
    // Thirty seconds in one.
    const { stdout } = await commands.run('produce', file, '--speed', '30', '--json')
    const { seconds } = JSON.parse(stdout) as { readonly seconds: number }
    expect(seconds).toBeGreaterThanOrEqual(0.99)
  })

  test('says what to do without a cluster, without topics and without a file', async () => {
    const none = await commands.run('produce', join(commands.dataDir, 'nothing'))
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('no such file') })
    const { runCommand } = await import('../support/run-command.ts')
    const unset = await runCommand(commands.dataDir, 'produce', ORDERS)
    expect(unset).toMatchObject({ code: 2, stderr: expect.stringContaining('KAFKA_BROKERS is not set') })
    const { startCommand } = await import('../support/run-command.ts')
    const missing = startCommand(commands.dataDir, ['produce', ORDERS], {
      env: { ...commands.env, TOPIC_PREFIX: 'no-' },
    })
    expect(await missing.finished).toMatchObject({ code: 1, stderr: expect.stringContaining('topics create') })
    const away = startCommand(commands.dataDir, ['produce', ORDERS], { env: { KAFKA_BROKERS: '127.0.0.1:1' } })
    expect(await away.finished).toMatchObject({ code: 3, stderr: expect.stringContaining('127.0.0.1:1') })
  })
})
