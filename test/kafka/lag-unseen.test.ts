/** What the lag monitor cannot see is not OK, and what no reader ever sees is not behind: on a real broker. */
import type { Admin, Producer } from 'kafkajs'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { GroupLag, LagReport } from '../../kafka/lag/lag-report.ts'
import { LagSampler } from '../../kafka/lag/lag-sampler.ts'
import { createTopics } from '../../kafka/topics/topic-admin.ts'
import { topicName } from '../../kafka/topics/topics.ts'
import { eventually } from '../support/eventually.ts'
import { testKafka, unusedName } from '../support/kafka.ts'
import { commitOffsets } from '../support/group-coordinator.ts'
import { startSilentProxy } from '../support/silent-proxy.ts'

// A verdict takes ten seconds to settle, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const kafka = await testKafka()

describe.skipIf(kafka === null)('lag', () => {
  if (kafka === null) return
  const client = new kafkajs.Kafka({
    brokers: [...kafka.bootstrap],
    clientId: 'unseen',
    logLevel: kafkajs.logLevel.NOTHING,
  })
  let admin: Admin
  let producer: Producer
  /** Of the topics of a try, with groups and transactions beside them. */
  let prefix = ''
  let commands = ''
  let userEvents = ''
  const closing: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    admin = client.admin()
    producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
    await Promise.all([admin.connect(), producer.connect()])
  })

  // Each test has partitions of its own; a second try of one would find what the first has sent and deleted there.
  beforeEach(async ({ task }) => {
    if (prefix !== '' && (task.result?.retryCount ?? 0) === 0) return
    prefix = `${unusedName('unseen')}.`
    commands = topicName(prefix, 'order-commands')
    userEvents = topicName(prefix, 'user-events')
    await createTopics(admin, prefix)
  })

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  afterAll(async () => {
    await Promise.all([admin?.disconnect(), producer?.disconnect()])
  })

  function sampler(of = prefix, more: { readonly brokers?: readonly string[]; monotonic?: () => number } = {}) {
    const { monotonic = () => performance.now(), ...settings } = more
    const made = new LagSampler({
      ...{ kafka: { ...kafka!.settings(of), ...settings }, readers: null, clock: () => Date.now(), monotonic },
    })
    closing.push(() => made.stop())
    return made
  }

  const ofGroup = ({ groups }: LagReport, group: string): GroupLag =>
    groups.find((one) => one.group === group) ?? expect.fail(`no group ${group}`)
  const ofPartition = ({ partitions }: GroupLag, topic: string, partition: number) =>
    partitions.find((one) => one.topic === topic && one.partition === partition) ??
    expect.fail(`no partition ${String(partition)} of ${topic}`)
  const send = (topic: string, partition: number, count: number) =>
    producer.send({ topic, messages: Array.from({ length: count }, () => ({ value: '{}', partition })) })
  const commit = (group: string, topic: string, partitions: Readonly<Record<number, number>>) =>
    commitOffsets(client, [group], topic, partitions)
  const transaction = async (transactionalId: string) => {
    const writer = client.producer({
      ...{ transactionalId, idempotent: true, maxInFlightRequests: 1 },
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    })
    await writer.connect()
    closing.push(() => writer.disconnect())
    return writer.transaction()
  }
  const written = async (under: Awaited<ReturnType<typeof transaction>>, partition: number, count = 1) =>
    under.send({ topic: userEvents, messages: Array.from({ length: count }, () => ({ value: '{}', partition })) })

  test('shows our groups with all partitions though they committed nothing, or on some partitions only', async () => {
    const watch = sampler()
    // The first look may meet a broker that is busy; the next one sees the group.
    const quiet = await eventually(async () => {
      const found = ofGroup(await watch.report(), commands)
      return found.ageSeconds !== null && found
    })
    expect(quiet).toMatchObject({ verdict: 'OK', behind: 0, ageSeconds: expect.any(Number) })
    expect(quiet.partitions.map(({ partition }) => partition)).toEqual([0, 1, 2])
    expect(ofGroup(await watch.report(), `${prefix}projector`).partitions).toHaveLength(20)
    await send(commands, 0, 3)
    await send(commands, 1, 2)
    await commit(commands, commands, { 0: 3 })
    const report = await eventually(async () => {
      const found = await watch.report()
      return ofGroup(found, commands).behind === 2 && found
    })
    expect(report.verdict).toBe('STOPPED')
    expect(ofPartition(ofGroup(report, commands), commands, 1)).toMatchObject({
      ...{ offset: 0, end: 2, verdict: 'STOPPED', detail: 'nothing is committed' },
    })
  })

  test('shows partitions that were added, and topics that are not there', async () => {
    const less = `${unusedName('unseen-less')}.`
    const topic = topicName(less, 'order-commands')
    await admin.createTopics({ topics: [{ topic, numPartitions: 4 }] })
    const watch = sampler(less)
    const report = await eventually(async () => {
      const found = await watch.report()
      return ofGroup(found, topic).partitions[0]?.offset === 0 && found
    })
    expect(ofGroup(report, topic)).toMatchObject({ verdict: 'OK', partitions: [{}, {}, {}, { partition: 3, end: 0 }] })
    await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] })
    await eventually(async () => (await send(topic, 4, 7), true))
    // A look just after the partition began may still meet its end of before.
    const later = await eventually(async () => {
      const found = ofGroup(await watch.report(), topic)
      return found.partitions[4]?.end === 7 && found
    })
    expect(ofPartition(later, topic, 4)).toMatchObject({ offset: 0, behind: 7, verdict: 'STOPPED' })
    const projector = ofGroup(report, `${less}projector`)
    expect(projector).toMatchObject({
      verdict: 'UNKNOWN',
      behind: null,
      detail: expect.stringContaining('topics create'),
    })
  })

  test('shows our groups whatever other groups there are, and those of others in turn', async () => {
    const others = Array.from({ length: 130 }, (_, index) => `!${prefix}other-${String(index).padStart(3, '0')}`)
    await commitOffsets(client, others, userEvents, { 5: 0 })
    closing.push(() => admin.deleteGroups(others))
    const watch = sampler()
    const first = await watch.report()
    expect(ofGroup(first, commands).partitions).toHaveLength(3)
    expect(first.settled).toBe(false)
    await eventually(async () => {
      const { groups } = await watch.report()
      return others.every((group) => groups.some((one) => one.group === group))
    })
  })

  test('counts neither the end of a transaction nor what was rolled back as a message', async () => {
    const done = await transaction(`${prefix}done`)
    await written(done, 1, 2)
    await done.commit()
    const undone = await transaction(`${prefix}undone`)
    await written(undone, 1, 3)
    await undone.abort()
    // The reader has seen all that there is to see, and committed what is behind it.
    await commit(`${prefix}readers`, userEvents, { 1: 2 })
    const watch = sampler()
    const found = await eventually(async () => {
      const one = ofGroup(await watch.report(), `${prefix}readers`)
      return one.settled && one
    })
    expect(found).toMatchObject({ verdict: 'OK', behind: 0 })
  })

  test('names the open transaction that readers wait for', async () => {
    await send(userEvents, 2, 1)
    const open = await transaction(`${prefix}open`)
    await written(open, 2)
    closing.push(() => open.abort())
    await send(userEvents, 2, 4)
    await commit(`${prefix}waiting`, userEvents, { 2: 1 })
    const watch = sampler()
    const found = await eventually(async () => {
      const one = ofPartition(ofGroup(await watch.report(), `${prefix}waiting`), userEvents, 2)
      return one.detail !== null && one
    })
    expect(found).toMatchObject({ behind: 5, secondsBehind: expect.any(Number), verdict: 'STOPPED' })
    expect(found.detail).toContain('transaction that began at offset 1 is open')
  })

  test('says how much was deleted unread, and does not take that for reading', async () => {
    await send(userEvents, 3, 10)
    await commit(`${prefix}late`, userEvents, { 3: 2 })
    await admin.deleteTopicRecords({ topic: userEvents, partitions: [{ partition: 3, offset: '6' }] })
    const watch = sampler()
    const found = await eventually(async () => {
      const one = ofPartition(ofGroup(await watch.report(), `${prefix}late`), userEvents, 3)
      return one.behind === 4 && one
    })
    expect(found).toMatchObject({
      offset: 2,
      verdict: 'STOPPED',
      detail: '4 messages were deleted before they were read',
    })
  })

  test('is UNKNOWN when the brokers have been silent, and while they were never reached', async () => {
    const proxy = await startSilentProxy(kafka.bootstrap[0] ?? '')
    closing.push(() => proxy.stop())
    let later = 0
    const watch = sampler(prefix, { brokers: [proxy.address], monotonic: () => performance.now() + later })
    expect(ofGroup(await watch.report(), `${prefix}projector`).verdict).toBe('OK')
    proxy.silence()
    later = 100_000
    const old = await watch.report()
    expect(old).toMatchObject({ kafka: { state: 'unreachable' } })
    for (const group of [commands, `${prefix}projector`]) {
      const row = ofGroup(old, group)
      expect(row.verdict).toBe('UNKNOWN')
      expect(row.ageSeconds).toBeGreaterThan(99)
    }
    const never = await sampler(prefix, { brokers: ['127.0.0.1:1'] }).report()
    expect(never.verdict).toBe('UNKNOWN')
    expect(ofGroup(never, commands)).toMatchObject({ verdict: 'UNKNOWN', behind: null, ageSeconds: null })
  })

  test('goes on when the clock of the machine goes back: ages never are below 0', async () => {
    let time = Date.now()
    const watch = new LagSampler({
      ...{ kafka: kafka.settings(prefix), readers: null, clock: () => time, monotonic: () => performance.now() },
    })
    closing.push(() => watch.stop())
    const { kafka: before } = await watch.report()
    time -= 3_600_000
    await send(userEvents, 4, 1)
    await commit(`${prefix}clock`, userEvents, { 4: 0 })
    const report = await eventually(async () => {
      const found = await watch.report()
      return found.groups.some(({ group }) => group === `${prefix}clock`) && found
    })
    expect(before.ageSeconds).toBeGreaterThanOrEqual(0)
    expect(report.kafka.ageSeconds).toBeGreaterThanOrEqual(0)
    expect(ofGroup(report, `${prefix}clock`).secondsBehind ?? 0).toBeGreaterThanOrEqual(0)
  })
})
