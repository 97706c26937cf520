/** How far behind everybody is, on real brokers: each verdict by a group that deserves it, on the command line and over HTTP. */
import type { Consumer, Producer } from 'kafkajs'
import { fetchedBatches, kafkajs } from '../../kafka/client/kafkajs.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { LagReport } from '../../kafka/lag/lag-report.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { ownKafka } from '../support/kafka.ts'
import { kafkaCommands, type KafkaCommands } from '../support/run-kafka-command.ts'
import { startService, type Service } from '../support/service.ts'

// The verdicts take ten seconds each to settle, and the machine may be busy.
vi.setConfig({ testTimeout: 200_000, hookTimeout: 200_000 })

const PREFIX = 'lag-'
const TOPIC = `${PREFIX}user-events`

const kafka = await ownKafka()
afterAll(() => kafka?.stop())

describe.skipIf(kafka === null)('lag', () => {
  let commands: KafkaCommands
  let database: TestDatabase
  let producer: Producer
  const closing: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    if (kafka === null) return
    database = await testDatabase()
    commands = await kafkaCommands(kafka, PREFIX, { DATABASE_URL: database.url })
    producer = client('producer').producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
    await producer.connect()
    const service = await startService({ dataDir: commands.dataDir, env: commands.env })
    // Its first start puts a table of fraud in force, which its readers are to have seen before it goes.
    await eventually(async () => {
      const { readers } = (await (await fetch(`${service.url}/lag`)).json()) as LagReport
      return readers.every(({ position, head }) => head !== null && head > 0 && position === head)
    })
    await service.stop()
  })

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  afterAll(async () => {
    await producer?.disconnect()
    await commands?.close()
    await database?.drop()
  })

  function client(clientId: string) {
    const brokers = [...(kafka?.bootstrap ?? [])]
    return new kafkajs.Kafka({ brokers, clientId, logLevel: kafkajs.logLevel.NOTHING })
  }

  async function send(count: number, partition = 0): Promise<void> {
    const messages = Array.from({ length: count }, () => ({ key: 'k', value: '{"type":"click"}', partition }))
    await producer.send({ topic: TOPIC, messages })
  }

  /** Sends this many a second until it is closed. */
  function sendSteadily(perSecond: number): void {
    let sending = Promise.resolve()
    const timer = setInterval(() => {
      sending = sending.then(() => send(perSecond / 4))
    }, 250)
    closing.push(async () => {
      clearInterval(timer)
      await sending
    })
  }

  /** `perMessage`: milliseconds; null: it hangs in its first batch, and lives. */
  async function startGroup(group: string, perMessage: number | null): Promise<Consumer> {
    const consumer = client(group).consumer({ groupId: group, maxWaitTimeInMs: 100, sessionTimeout: 10_000 })
    await consumer.connect()
    await consumer.subscribe({ topics: [TOPIC], fromBeginning: true })
    let open = true
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      async eachBatch({ batch, heartbeat, resolveOffset, commitOffsetsIfNecessary, uncommittedOffsets }) {
        for (const { offset } of fetchedBatches(batch).flatMap(({ records }) => records)) {
          do {
            await new Promise((resolve) => setTimeout(resolve, perMessage ?? 100))
            if (perMessage === null) await heartbeat()
          } while (perMessage === null && open)
          if (!open) return
          resolveOffset(String(offset))
          await commitOffsetsIfNecessary(uncommittedOffsets())
          await heartbeat()
        }
      },
    })
    closing.push(async () => {
      open = false
      await consumer.disconnect()
    })
    return consumer
  }

  const lag = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await commands.run('lag', '--json', ...args)
    if (stdout === '') throw new Error(stderr)
    return { code, report: JSON.parse(stdout) as LagReport }
  }
  const groupIn = (report: LagReport, group: string) => {
    const found = report.groups.find((one) => one.group === group)
    if (found === undefined) throw new Error(`no group ${group}`)
    return found
  }

  test('is OK for a good group, WARN for a slow one, STALLED for a stuck one and STOPPED for one that is gone', async () => {
    await send(50)
    const stopped = await startGroup('gone', 1)
    await eventually(async () => groupIn((await lag('--group', 'gone')).report, 'gone').behind === 0)
    closing.pop()
    await stopped.disconnect()
    const started = Date.now()
    await send(10)
    await startGroup('good', 0)
    // At most ten a second of twenty-eight.
    await startGroup('slow', 100)
    await startGroup('stuck', null)
    sendSteadily(28)
    const { code, report } = await eventually(
      async () => {
        const found = await lag()
        return groupIn(found.report, 'slow').verdict === 'WARN' && found
      },
      { timeout: 120_000 },
    )
    const seconds = (Date.now() - started) / 1_000
    expect(code).toBe(1)
    expect(report).toMatchObject({ verdict: 'STOPPED', settled: true, kafka: { state: 'connected' } })
    expect(groupIn(report, 'good')).toMatchObject({ verdict: 'OK' })
    expect(groupIn(report, 'slow')).toMatchObject({ verdict: 'WARN', trend: 'rising', etaSeconds: null })
    expect(groupIn(report, 'stuck')).toMatchObject({ verdict: 'STALLED', settled: true })
    expect(groupIn(report, 'gone')).toMatchObject({ verdict: 'STOPPED', state: 'Empty', members: [] })
    // What the stopped group has not read came when it was gone, within the time of one command.
    const behind = groupIn(report, 'gone').secondsBehind ?? 0
    expect(behind).toBeGreaterThan(seconds - 30)
    expect(behind).toBeLessThan(seconds + 30)
    expect((await lag('--group', 'good')).code).toBe(0)
  })

  test('shows the readers of the log beside the groups, also without a service', async () => {
    const { report } = await lag()
    const names = report.readers.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['relay', 'orders', 'sales']))
    expect(report.readers.every(({ verdict }) => verdict === 'OK')).toBe(true)
    const { stdout } = await commands.run('lag')
    expect(stdout).toMatch(/^gone +Empty, 0 members/m)
    expect(stdout).toMatch(/^projection orders +/m)
  })

  test('names the groups that there are when asked for another one', async () => {
    const { code, stderr } = await commands.run('lag', '--group', 'nobody')
    expect(code).toBe(1)
    expect(stderr).toContain('no consumer group nobody')
    expect(stderr).toContain('gone')
  })

  describe('over HTTP', () => {
    let service: Service

    beforeAll(async () => {
      if (kafka === null) return
      service = await startService({ dataDir: commands.dataDir, env: { ...commands.env, DEMO_ORDERS: '5' } })
    })

    afterAll(async () => {
      await service?.stop()
    })

    const get = async (path: string) => {
      const response = await fetch(`${service.url}${path}`)
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }

    test('shows topics with partitions, sizes and retention, and groups as the command does', async () => {
      const topics = await eventually(async () => {
        const { body } = await get('/topics')
        const items = body['items'] as readonly Record<string, unknown>[]
        return items.some(({ name, bytes }) => name === TOPIC && Number(bytes) > 0) && items
      })
      expect(topics.find(({ name }) => name === TOPIC)).toMatchObject({
        use: 'in',
        health: 'healthy',
        retentionMs: 604_800_000,
        partitions: [{ partition: 0, leader: 1, replicas: [1], inSync: [1] }, {}, {}, {}, {}, {}],
      })
      const { body } = await get('/lag?group=gone')
      expect(body).toMatchObject({ verdict: 'STOPPED', groups: [{ group: 'gone', verdict: 'STOPPED' }], readers: [] })
      // The command asks the service that runs.
      const { report } = await lag()
      expect(groupIn(report, 'gone').verdict).toBe('STOPPED')
      const metrics = await (await fetch(`${service.url}/metrics`)).text()
      expect(metrics).toMatch(/kafka_consumer_group_lag\{group="gone",topic="lag-user-events",partition="0"\} [1-9]/)
    })

    test('shows messages decoded, bounded, and joins nobody', async () => {
      const decoded = await eventually(async () => {
        const { body } = await get(`/topics/${PREFIX}orders/messages?limit=5`)
        const items = body['items'] as readonly Record<string, unknown>[]
        return items.length === 5 && items
      })
      expect(decoded[0]).toMatchObject({ format: 'avro', type: 'OrderPlaced', fault: null })
      const page = await get(`/topics/${TOPIC}/messages?partition=0&from=3&limit=2`)
      expect(page).toMatchObject({
        status: 200,
        body: { next: 5, items: [{ offset: 3, format: 'json' }, { offset: 4 }] },
      })
      expect(await get(`/topics/${PREFIX}nothing/messages`)).toMatchObject({
        status: 404,
        body: { code: 'topic-not-found' },
      })
      expect(await get('/topics/__consumer_offsets/messages')).toMatchObject({ status: 404 })
      expect(await get(`/topics/${TOPIC}/messages?limit=101`)).toMatchObject({ status: 400 })
      const { body } = await get('/lag')
      const groups = (body['groups'] as readonly { readonly group: string }[]).map(({ group }) => group)
      expect(groups.filter((group) => group.includes('browse'))).toEqual([])
    })

    test('answers while the brokers are away, with what was seen and how old it is', async () => {
      await get('/topics')
      await kafka?.brokers[0]?.kill('SIGKILL')
      const away = await eventually(async () => {
        const { status, body } = await get('/lag')
        const reach = body['kafka'] as { readonly state: string; readonly ageSeconds: number }
        return status === 200 && reach.state === 'unreachable' && { body, reach }
      })
      expect(away.reach.ageSeconds).toBeGreaterThan(0)
      expect(groupIn(away.body as unknown as LagReport, 'gone').verdict).toBe('STOPPED')
      expect(await get(`/topics/${TOPIC}/messages`)).toMatchObject({ status: 503, body: { code: 'kafka-unreachable' } })
      await kafka?.brokers[0]?.start()
      await eventually(
        async () => {
          const { body } = await get('/lag')
          return (body['kafka'] as { readonly state: string }).state === 'connected'
        },
        { timeout: 60_000 },
      )
    })
  })
})

test('without Kafka the readers are shown, and what there is not says which variable to set', async () => {
  const database = await testDatabase()
  const { openApiService } = await import('../support/api-service.ts')
  const api = await openApiService(database.url)
  try {
    const lag = await api.app.inject('/lag')
    expect(lag.json()).toMatchObject({ verdict: 'OK', kafka: { state: 'not-configured' }, groups: [] })
    for (const path of ['/topics', '/topics/orders/messages', '/lag?group=a']) {
      const answer = await api.app.inject(path)
      expect(answer.statusCode).toBe(404)
      expect(answer.json()).toMatchObject({
        code: 'kafka-not-configured',
        detail: expect.stringContaining('KAFKA_BROKERS'),
      })
    }
  } finally {
    await api.close()
    await database.drop()
  }
})
