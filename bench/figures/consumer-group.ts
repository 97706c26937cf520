import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { waitUntil } from '../../store/waiting/pause.ts'
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { topicName } from '../../kafka/topics/topics.ts'
import { Cleanup } from '../cleanup.ts'
import { atLeast, figure, inRounds, stated } from '../figure.ts'
import { brokerEnv, makeTopics, startBrokers } from '../service/broker.ts'
import { neutralEnv, NODE_FLAGS, ROOT } from '../service/child.ts'

const TOPIC = 'orders'
const PARTITIONS = [0, 1, 2]
const WORK_MS = 10
/** In each partition. */
const RECORDS = 1_000
const RECORD_BYTES = 200
const WITHIN_MS = 120_000

/** Members take 10 ms a message, so that it is the group that is measured and not the two cores. */
export const consumerGroup = figure({
  id: 'K7',
  title: 'orderledger consume --group --work 10: three processes on three partitions, against one',
  numbers: {
    gain: atLeast('drained by three processes ÷ by one', 'x', { must: 2.7 }),
    three: stated('messages drained by three', '/s'),
    one: stated('messages drained by one', '/s'),
    takeover: stated('from kill -9 of a member until another reads its partition', 's'),
  },
  async run(context) {
    const addresses = await startBrokers(context.scope, 1)
    return inRounds(context, async (round) => {
      const scope = new Cleanup()
      context.scope.add(() => scope.run())
      try {
        const alone = await startGroup(scope, await makeTopics(addresses, `one-${String(round)}.`), 1)
        const one = await drained(alone)
        for (const member of alone.members) await member.end('SIGTERM')
        const shared = await startGroup(scope, await makeTopics(addresses, `three-${String(round)}.`), 3)
        const three = await drained(shared)
        return { gain: three / one, three, one, takeover: await takenOver(shared) }
      } finally {
        await scope.run()
      }
    })
  },
})

interface Group {
  readonly members: readonly Member[]
  /** Of our records, for each partition. */
  send(): Promise<void>
}

async function startGroup(scope: Cleanup, kafka: KafkaSettings, size: number): Promise<Group> {
  const producer = kafkaClient(kafka, { clientId: 'bench', log: silentLog }).producer()
  await producer.connect()
  scope.add(() => producer.disconnect())
  const members = Array.from({ length: size }, () => new Member(scope, kafka))
  const joined = () => members.every(({ partitions }) => partitions.length === PARTITIONS.length / size)
  await reached(joined, 'the members have not joined')
  const record = { key: 'k', value: JSON.stringify({ text: 'x'.repeat(RECORD_BYTES) }) }
  return {
    members,
    async send() {
      for (const partition of PARTITIONS) {
        const messages = Array.from({ length: RECORDS }, () => ({ ...record, partition }))
        await producer.send({ topic: topicName(kafka.prefix, TOPIC), messages })
      }
    },
  }
}

/** Messages a second, from the first to the last. */
async function drained({ members, send }: Group): Promise<number> {
  const count = RECORDS * PARTITIONS.length
  await send()
  await reached(() => members.reduce((sum, { lines }) => sum + lines, 0) >= count, 'the topic was not drained')
  const first = Math.min(...members.map(({ firstAt }) => firstAt))
  const last = Math.max(...members.map(({ lastAt }) => lastAt))
  return (count - 1) / ((last - first) / 1_000)
}

/** Seconds from the death of a member in its work until another shows a record of its partition. */
async function takenOver({ members, send }: Group): Promise<number> {
  const [victim, ...others] = members
  const [partition] = victim?.partitions ?? []
  if (victim === undefined || partition === undefined) throw new Error('nobody to kill')
  const before = victim.lines
  await send()
  await reached(() => victim.lines > before, 'the member that is to be killed reads nothing')
  const killed = performance.now()
  await victim.end('SIGKILL')
  const takers = () => others.flatMap((other) => other.firstOf.get(partition) ?? [])
  await reached(() => takers().length > 0, 'nobody took the partition over')
  return (Math.min(...takers()) - killed) / 1_000
}

/** A process of the command line; what it prints is counted as it comes. */
class Member {
  /** Those that it was given last. */
  partitions: readonly number[] = []
  lines = 0
  firstAt = Infinity
  lastAt = 0
  /** When it showed its first record of a partition. */
  readonly firstOf = new Map<number, number>()
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  constructor(scope: Cleanup, kafka: KafkaSettings) {
    const args = ['consume', TOPIC, '--group', `${kafka.prefix}group`, '--work', String(WORK_MS)]
    const child = spawn(process.execPath, [...NODE_FLAGS, join(ROOT, 'cli/orderledger.js'), ...args], {
      cwd: scope.folder(),
      env: { ...neutralEnv(), ...brokerEnv(kafka) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    this.#ended = once(child, 'close')
    scope.add(() => this.end('SIGKILL'))
    child.stdout.on('data', (chunk: Buffer) => this.#count(chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => {
      const shared = /partitions ([\d, ]+)/.exec(chunk.toString())
      if (shared !== null) this.partitions = (shared[1] ?? '').split(',').map(Number)
    })
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal)
    await this.#ended
  }

  #count(text: string): void {
    const now = performance.now()
    this.firstAt = Math.min(this.firstAt, now)
    this.lastAt = now
    for (const [, partition] of text.matchAll(/^(\d+):\d+ /gm)) {
      this.lines++
      if (!this.firstOf.has(Number(partition))) this.firstOf.set(Number(partition), now)
    }
  }
}

async function reached(condition: () => boolean, otherwise: string): Promise<void> {
  if (!(await waitUntil(condition, { everyMs: 10, withinMs: WITHIN_MS }))) throw new Error(otherwise)
}
