/** Groups that are not of the classic protocol, made by Kafka's own programs: lag says what they are, and how far they are. */
import type { Producer } from 'kafkajs'
import { fetchedBatches, kafkajs } from '../../kafka/client/kafkajs.ts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { lagText } from '../../cli/records/lag-text.ts'
import type { GroupLag, LagReport } from '../../kafka/lag/lag-report.ts'
import { LagSampler } from '../../kafka/lag/lag-sampler.ts'
import { createTopic, testKafka, unusedName } from '../support/kafka.ts'
import { eventually } from '../support/eventually.ts'
import { startKafkaTool, type KafkaTool } from '../support/kafka-tools.ts'

// A Java starts, and a verdict takes ten seconds to settle; the machine may be busy.
vi.setConfig({ testTimeout: 200_000, hookTimeout: 120_000 })

const kafka = await testKafka()

describe.skipIf(kafka === null)('lag', () => {
  if (kafka === null) return
  const client = new kafkajs.Kafka({
    brokers: [...kafka.bootstrap],
    clientId: 'kinds',
    logLevel: kafkajs.logLevel.NOTHING,
  })
  let producer: Producer
  /** Of this try of this test, and its group. */
  let topic = ''
  let group = ''
  const closing: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
    await producer.connect()
  })

  beforeEach(async () => {
    topic = unusedName('kinds.clicks')
    group = unusedName('kinds.group')
    await createTopic(client, topic, 2)
  })

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  afterAll(async () => {
    await producer?.disconnect()
  })

  function sampler(): LagSampler {
    const parts = { kafka: kafka!.settings('kinds.'), readers: null, clock: () => Date.now() }
    const made = new LagSampler({ ...parts, monotonic: () => performance.now() })
    closing.push(() => made.stop())
    return made
  }

  async function consume(
    program: Parameters<typeof startKafkaTool>[0],
    ...more: readonly string[]
  ): Promise<KafkaTool> {
    const brokers = ['--bootstrap-server', kafka!.bootstrap.join(',')]
    const tool = await startKafkaTool(program, [...brokers, '--topic', topic, '--group', group, ...more])
    closing.push(() => tool.stop())
    return tool
  }

  const send = async (count: number): Promise<void> => {
    for (const partition of [0, 1])
      await producer.send({ topic, messages: Array.from({ length: count }, () => ({ value: 'v', partition })) })
  }
  const ofGroup = ({ groups }: LagReport): GroupLag | undefined => groups.find((one) => one.group === group)
  const line = (report: LagReport) =>
    lagText(report, process.stdout)
      .split('\n')
      .find((text) => text.startsWith(group))

  test('describes a group of the consumer protocol: its members, what they have, and how far they are', async () => {
    await send(5)
    const protocol = ['--consumer-property', 'group.protocol=consumer', '--from-beginning']
    const tool = await consume('ConsoleConsumer', ...protocol)
    const watch = sampler()
    const { report, found } = await eventually(async () => {
      const report = await watch.report()
      const found = ofGroup(report)
      return found?.verdict === 'OK' && found.behind === 0 && found.members.length === 1 && { report, found }
    })
    expect(found).toMatchObject({
      ...{ kind: 'consumer', state: 'Stable', members: [{ client: 'console-consumer', partitions: 2 }], detail: null },
      partitions: [
        { partition: 0, offset: 5, end: 5 },
        { partition: 1, offset: 5, end: 5 },
      ],
    })
    expect(line(report)).toContain('Stable, consumer protocol (KIP-848), 1 member')
    await tool.stop()
    await send(3)
    const gone = await eventually(async () => {
      const one = ofGroup(await watch.report())
      return one?.verdict === 'STOPPED' && one
    })
    expect(gone).toMatchObject({ kind: 'consumer', state: 'Empty', members: [], behind: 6 })
  })

  test('describes a share group by its oldest unfinished records, also one that reads nothing any more', async () => {
    const tool = await consume('ConsoleShareConsumer')
    // It begins at the end of the topic that it finds.
    await eventually(
      async () => {
        await send(1)
        return tool.stdout() !== ''
      },
      { timeout: 60_000 },
    )
    const watch = sampler()
    const found = await eventually(async () => {
      const one = ofGroup(await watch.report())
      return one?.members.length === 1 && one.behind === 0 && one.partitions.length === 2 && one
    })
    expect(found).toMatchObject({ kind: 'share', state: 'Stable', verdict: 'OK' })
    await tool.stop()
    await send(2)
    const gone = await eventually(async () => {
      const one = ofGroup(await watch.report())
      return one?.verdict === 'STOPPED' && one
    })
    expect(gone).toMatchObject({ kind: 'share', state: 'Empty', members: [], behind: 4 })
  })

  test('takes a classic group that works off one partition after the other for no stalled one', async () => {
    const many = (partition: number) => Array.from({ length: 400 }, () => ({ value: 'v', partition }))
    for (const partition of [0, 1]) await producer.send({ topic, messages: many(partition) })
    const consumer = client.consumer({ groupId: group, maxWaitTimeInMs: 100 })
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    let open = true
    closing.push(async () => {
      open = false
      await consumer.disconnect()
    })
    await consumer.run({
      ...{ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 1 },
      async eachBatch({ batch, heartbeat, resolveOffset, commitOffsetsIfNecessary, uncommittedOffsets }) {
        for (const { offset } of fetchedBatches(batch).flatMap(({ records }) => records)) {
          if (!open) return
          await new Promise((resolve) => setTimeout(resolve, 50))
          resolveOffset(String(offset))
          await commitOffsetsIfNecessary(uncommittedOffsets())
          await heartbeat()
        }
      },
    })
    const watch = sampler()
    const verdicts = new Set<string>()
    const waiting = await eventually(
      async () => {
        const found = ofGroup(await watch.report())
        if (found !== undefined) verdicts.add(found.verdict)
        return found?.partitions.find(({ detail }) => detail?.startsWith('it waits for its turn') === true)
      },
      { timeout: 60_000 },
    )
    expect(waiting).toMatchObject({ verdict: 'OK', behind: 400 })
    expect([...verdicts]).toEqual(['OK'])
  })
})
