/** A consumer group of `orderledger consume --group` processes: shares, takes over, leaves and goes on where it was. */
import type { Admin } from 'kafkajs'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { joinedWith, linesOf, numbered, placesOf, startConsuming, type Consuming } from './consuming.ts'
import { eventually } from '../support/eventually.ts'
import { ownKafka } from '../support/kafka.ts'
import { startCommand, type RunningCommand } from '../support/run-command.ts'
import { zstdOfRawBlocks } from './zstd-of-raw-blocks.ts'

// A member that was killed is missed after six seconds, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const kafka = await ownKafka()
afterAll(() => kafka?.stop())

describe.skipIf(kafka === null)('consume --group', () => {
  let consuming: Consuming
  const members: RunningCommand[] = []

  beforeAll(async () => {
    if (kafka === null) return
    consuming = await startConsuming(kafka, 'group-')
  })

  afterEach(async () => {
    for (const member of members) member.signal('SIGKILL')
    await Promise.all(members.splice(0).map(({ finished }) => finished))
  })

  afterAll(async () => {
    await consuming?.close()
  })

  const join = (topic: string, group: string, ...args: readonly string[]): RunningCommand => {
    const member = consuming.commands.start(['consume', topic, '--group', group, '--json', ...args])
    members.push(member)
    return member
  }

  /** Each with one partition of three, in this order. */
  const joinThree = async (topic: string, group: string, ...args: readonly string[]) => {
    const three = [1, 2, 3].map(() => join(topic, group, ...args))
    await eventually(() => three.every((member) => joinedWith(member)?.length === 1) && sharesOf(three).length === 3)
    return three.toSorted((one, other) => Number(joinedWith(one)) - Number(joinedWith(other)))
  }
  const sharesOf = (those: readonly RunningCommand[]) => [...new Set(those.flatMap((one) => joinedWith(one) ?? []))]
  const placesSeen = (member: RunningCommand) => placesOf(linesOf(member.stdout()))
  const sendThree = async (topic: string, each: number): Promise<void> => {
    for (const partition of [0, 1, 2]) await consuming.send(topic, numbered(each, partition))
  }

  const withAdmin = async <Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> => {
    const admin = consuming.client.admin()
    await admin.connect()
    try {
      return await work(admin)
    } finally {
      await admin.disconnect()
    }
  }
  /** By partition; -1: nothing. */
  const committed = async (group: string, topic: string): Promise<ReadonlyMap<number, number>> =>
    withAdmin(async (admin) => {
      const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
      return new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
    })
  const membersOf = async (group: string): Promise<number> =>
    withAdmin(async (admin) => (await admin.describeGroups([group])).groups[0]?.members.length ?? 0)

  test('gives each record to one of three processes, and goes on where all of them stopped', async () => {
    const topic = await consuming.topic(3)
    const three = await joinThree(topic, 'sharing', '--work', '2')
    await sendThree(topic, 200)
    await eventually(() => three.flatMap(placesSeen).length >= 600)
    for (const [own, member] of three.entries()) {
      expect(placesSeen(member)).toEqual(Array.from({ length: 200 }, (_, offset) => `${own}:${offset}`))
    }
    for (const member of three) member.signal('SIGTERM')
    for (const { finished } of three) expect((await finished).code).toBe(0)
    await sendThree(topic, 10)
    const next = join(topic, 'sharing', '-n', '30')
    expect((await next.finished).code).toBe(0)
    expect(placesSeen(next).toSorted()).toEqual(
      [0, 1, 2].flatMap((own) => Array.from({ length: 10 }, (_, index) => `${own}:${200 + index}`)),
    )
    // What was not asked for is not committed either.
    await sendThree(topic, 10)
    const few = join(topic, 'sharing', '-n', '7')
    await few.finished
    const places = [...(await committed('sharing', topic)).values()]
    expect(places.reduce((sum, offset) => sum + offset, 0)).toBe(637)
  })

  test('begins at the start of a topic, or with --from latest at its end, where the group is new', async () => {
    const topic = await consuming.topic(1)
    await consuming.send(topic, numbered(5))
    const late = join(topic, 'late', '--from', 'latest', '-n', '1')
    await eventually(() => joinedWith(late))
    const first = join(topic, 'early', '-n', '1')
    await first.finished
    expect(placesSeen(first)).toEqual(['0:0'])
    await eventually(async () => {
      if (placesSeen(late).length > 0) return true
      await consuming.send(topic, numbered(1))
      return false
    })
    expect(linesOf(late.stdout())[0]?.offset).toBeGreaterThanOrEqual(5)
  })

  test('takes --work for each message, also when it is longer than the group waits for a dead member', async () => {
    const topic = await consuming.topic(1)
    await consuming.send(topic, numbered(50))
    const steady = join(topic, 'steady', '--work', '20', '-n', '50')
    const { stderr } = await steady.finished
    const { consumed } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { consumed: { seconds: number } }
    expect(consumed.seconds).toBeGreaterThanOrEqual(0.95)
    const slow = join(topic, 'slow', '--work', '8000', '-n', '1')
    expect(await slow.finished).toMatchObject({ code: 0 })
    expect(placesSeen(slow)).toEqual(['0:0'])
    expect(slow.stderr().match(/^joined /gm)).toHaveLength(1)
    expect((await committed('slow', topic)).get(0)).toBe(1)
  })

  test('takes the partition of a killed member over from where that one committed, and leaves nothing out', async () => {
    const topic = await consuming.topic(3)
    const three = await joinThree(topic, 'killed', '--work', '10')
    await sendThree(topic, 1_200)
    const [victim, ...others] = three
    if (victim === undefined) throw new Error('nobody to kill')
    await eventually(
      async () => placesSeen(victim).length > 250 && ((await committed('killed', topic)).get(0) ?? 0) > 0,
    )
    victim.signal('SIGKILL')
    await victim.finished
    const from = (await committed('killed', topic)).get(0) ?? -1
    const shown = placesSeen(victim)
    // It commits every second, so at most what it did in one and a bit is done again.
    expect(shown.length - from).toBeLessThan(150)
    await eventually(() => new Set([shown, ...others.map(placesSeen)].flat()).size === 3_600, { timeout: 100_000 })
    const taken = others.flatMap(placesSeen).filter((place) => place.startsWith('0:'))
    expect(taken).toEqual(Array.from({ length: 1_200 - from }, (_, index) => `0:${from + index}`))
    // Who lives had committed what it did before the partitions were shared out again.
    for (const own of [1, 2]) {
      const all = others.flatMap(placesSeen).filter((place) => place.startsWith(`${own}:`))
      expect(all).toHaveLength(1_200)
    }
  })

  test('leaves the group at once with SIGTERM, whatever it is working on', async () => {
    const topic = await consuming.topic(2)
    const [one, other] = [join(topic, 'leaving', '--work', '60000'), join(topic, 'leaving', '--work', '10')]
    await eventually(() => joinedWith(one)?.length === 1 && joinedWith(other)?.length === 1)
    for (const partition of [0, 1]) await consuming.send(topic, numbered(20, partition))
    await eventually(() => placesSeen(other).length === 20)
    expect(await membersOf('leaving')).toBe(2)
    one.signal('SIGTERM')
    expect((await one.finished).code).toBe(0)
    // One that had only died would be listed for six seconds more.
    expect(await membersOf('leaving')).toBe(1)
    await eventually(() => placesSeen(other).length === 40)
    expect(placesSeen(one)).toEqual([])
  })

  test('goes on when the broker is killed and comes back', async () => {
    const topic = await consuming.topic(1)
    await consuming.send(topic, numbered(500))
    const member = join(topic, 'patient', '--work', '10')
    await eventually(() => placesSeen(member).length > 100)
    const broker = kafka?.brokers[0]
    await broker?.kill('SIGKILL')
    await eventually(() => /^retrying: .+$/m.test(member.stderr()), { timeout: 60_000 })
    await broker?.start()
    await eventually(() => new Set(placesSeen(member)).size === 500, { timeout: 60_000 })
    // What it did and could not commit it does again.
    await eventually(async () => (await committed('patient', topic)).get(0) === 500)
    member.signal('SIGTERM')
    expect((await member.finished).code).toBe(0)
  })

  test('goes past a batch that it cannot unpack, says which offsets those were, and ends with exit code 1', async () => {
    const topic = await consuming.topic(1)
    const { CompressionCodecs, CompressionTypes } = kafkajs
    CompressionCodecs[CompressionTypes.ZSTD] = () => ({
      compress: zstdOfRawBlocks,
      decompress: () => Promise.reject(new Error('only the command reads it')),
    })
    await consuming.send(topic, numbered(5), CompressionTypes.GZIP)
    await consuming.send(topic, numbered(5), CompressionTypes.ZSTD)
    await consuming.send(topic, numbered(5), CompressionTypes.GZIP)
    const member = join(topic, 'zstd')
    await eventually(async () => (await committed('zstd', topic)).get(0) === 15)
    member.signal('SIGTERM')
    const { code, stdout, stderr } = await member.finished
    expect(code).toBe(1)
    const lines = linesOf(stdout)
    expect(placesOf(lines)).toEqual(Array.from({ length: 15 }, (_, offset) => `0:${String(offset)}`))
    expect(lines.map(({ format }) => format === 'unreadable')).toEqual(
      [0, 1, 0].flatMap((is) => Array(5).fill(is === 1)),
    )
    expect(stderr).toMatch(/^partition 0, offsets 5 to 9: passed over, cannot be unpacked: .*ZSTD/m)
  })

  test.each(['earliest', 'latest'])(
    'that began at the %s says that partitions were added, and reads them from their beginning',
    async (from) => {
      const topic = await consuming.topic(1)
      const member = join(topic, `added-${from}`, '--from', from, '-n', '4')
      await eventually(() => joinedWith(member))
      await withAdmin((admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] }))
      const producer = consuming.client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
      await producer.connect()
      await eventually(async () => (await producer.send({ topic, messages: [...numbered(4, 1)] })).length === 1)
      await producer.disconnect()
      const { code, stdout, stderr } = await member.finished
      expect(code).toBe(0)
      expect(placesOf(linesOf(stdout))).toEqual(['1:0', '1:1', '1:2', '1:3'])
      expect(stderr).toContain('partitions were added: 1')
      expect(joinedWith(member)).toEqual([0, 1])
    },
  )

  test('tells what is wrong and what to type next', async () => {
    const { commands } = consuming
    const missing = await commands.run('consume', 'no-such-topic', '--group', 'g', '-n', '1')
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('no topic is named no-such-topic') })
    const args = ['consume', 'orders', '--group', 'g']
    const away = startCommand(commands.dataDir, args, { env: { KAFKA_BROKERS: '127.0.0.1:1' } })
    expect(await away.finished).toMatchObject({ code: 3, stderr: expect.stringContaining('127.0.0.1:1') })
  })
})
