/** Topics of their own for tests of `orderledger consume`, what is sent to them, and what the command printed of them. */
import type { CompressionTypes, Kafka, Message } from 'kafkajs'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import { createTopic, type TestKafka } from '../support/kafka.ts'
import { kafkaCommands, type KafkaCommands } from '../support/run-kafka-command.ts'
import type { RunningCommand } from '../support/run-command.ts'

/** A line of `consume --json`. */
export interface ConsumedLine {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly format: 'avro' | 'json' | 'text' | 'hex' | 'empty' | 'unreadable'
  readonly type: string | null
  readonly value: unknown
  readonly fault: string | null
}

export interface Consuming {
  readonly client: Kafka
  readonly commands: KafkaCommands
  /** A new one, outside of our table, by its whole name. */
  topic(partitions: number): Promise<string>
  /** `messages` say which partition. */
  send(topic: string, messages: readonly Message[], compression?: CompressionTypes): Promise<void>
  close(): Promise<void>
}

export async function startConsuming(
  kafka: TestKafka,
  prefix: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Consuming> {
  const commands = await kafkaCommands(kafka, prefix, env)
  const client = kafkaClient(kafka.settings(prefix), { clientId: 'test', log: silentLog })
  const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await producer.connect()
  let topics = 0
  return {
    client,
    commands,
    async topic(partitions) {
      const name = `${prefix}numbers-${String(++topics)}`
      await createTopic(client, name, partitions)
      return name
    },
    async send(topic, messages, compression = kafkajs.CompressionTypes.None) {
      await producer.send({ topic, messages: [...messages], compression })
    },
    async close() {
      await producer.disconnect()
      await commands.close()
    },
  }
}

/** This many for one partition, whose values count from 0. */
export function numbered(count: number, partition = 0): readonly Message[] {
  return Array.from({ length: count }, (_, number) => ({ key: 'k', partition, value: JSON.stringify({ number }) }))
}

/** What `consume --json` has printed so far; a line that is not whole yet is left out. */
export function linesOf(stdout: string): readonly ConsumedLine[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ConsumedLine)
}

/** `partition:offset` of each. */
export function placesOf(lines: readonly ConsumedLine[]): readonly string[] {
  return lines.map(({ partition, offset }) => `${String(partition)}:${String(offset)}`)
}

/** The partitions that a member had when it joined last; null: it has not yet. */
export function joinedWith(member: RunningCommand): readonly number[] | null {
  const last = member
    .stderr()
    .match(/^joined .*$/gm)
    ?.at(-1)
  if (last === undefined) return null
  return [...(/partitions (.*)$/.exec(last)?.[1] ?? '').matchAll(/\d+/g)].map(([digits]) => Number(digits))
}
