/** One run: numbered messages are sent, a broker is killed with kill -9 and started again, and all is read back by another client. */
import type { KafkaCluster } from '../../cluster/kafka/kafka.ts'
import { createTopic } from '../../test/support/kafka.ts'
import { plainClient, sendNumbered, type Way } from './numbered-sends.ts'

export interface Losses {
  readonly acknowledged: number
  /** Acknowledged, and not on the topic. */
  readonly lost: number
  /** On the topic more than once. */
  readonly doubled: number
  readonly errors: number
}

export interface LossRun {
  readonly cluster: KafkaCluster
  readonly topic: string
  readonly way: Way
  /** All values of the topic, as another client reads them. */
  readonly read: (topic: string) => Promise<readonly string[]>
}

const PARTITIONS = 6
const BEFORE_MS = 1_000
const AFTER_MS = 3_000

/** Takes ten seconds. The broker that leads the first partition is the one that dies. */
export async function measureLosses({ cluster, topic, way, read }: LossRun): Promise<Losses> {
  const kafka = plainClient(cluster.bootstrap)
  const [leader] = await createTopic(kafka, topic, PARTITIONS)
  const broker = cluster.brokers.find(({ id }) => id === leader)
  if (broker === undefined) throw new Error(`no broker leads the first partition of ${topic}`)

  let ended = false
  const sending = sendNumbered(kafka, { topic, partitions: PARTITIONS, way, ended: () => ended })
  await pause(BEFORE_MS)
  await broker.kill('SIGKILL')
  await pause(AFTER_MS)
  await broker.start()
  await pause(BEFORE_MS)
  ended = true
  const { acknowledged, errors } = await sending
  const values = await read(topic)
  const there = new Set(values)
  const lost = [...acknowledged].filter((value) => !there.has(value)).length
  return { acknowledged: acknowledged.size, lost, doubled: values.length - there.size, errors }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
