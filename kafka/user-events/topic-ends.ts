/** Looks now and then whether anything is left to read, without reading it: in a partition in which nothing comes, who reads hears nothing. */
import { pause } from '../../store/waiting/pause.ts'
import { silentLog, type KafkaLog } from '../client/connection.ts'
import { PartitionReader } from '../client/partition-reader.ts'
import type { KafkaSettings } from '../settings.ts'

export interface EndWatch {
  readonly settings: KafkaSettings
  readonly topic: string
  /** Of each partition that is read here: the offset behind all that is done with. */
  readonly passed: () => ReadonlyMap<number, number>
  /** Called with those in which nothing is left. */
  readonly note: (partitions: readonly number[]) => Promise<void>
  readonly log: KafkaLog
}

export const LOOK_MS = 15_000

/** Resolves when the signal comes; what fails is looked at again. */
export async function watchEnds(watch: EndWatch, signal: AbortSignal): Promise<void> {
  while (await pause(LOOK_MS, signal)) {
    const passed = watch.passed()
    if (passed.size === 0) continue
    try {
      const ended = await endedOf(watch, passed)
      if (ended.length > 0) await watch.note(ended)
    } catch (error) {
      watch.log.info({ topic: watch.topic, err: error }, 'could not look where a topic ends')
    }
  }
}

async function endedOf({ settings, topic }: EndWatch, passed: ReadonlyMap<number, number>): Promise<readonly number[]> {
  const reader = new PartitionReader(settings, { clientId: 'user-events ends', log: silentLog })
  try {
    await reader.connect()
    const shapes = await reader.topics([topic])
    const [starts, ends] = [await reader.offsets(shapes, 'start'), await reader.offsets(shapes, 'end')]
    return [...passed].flatMap(([partition, behind]) => {
      const [start, end] = [starts.get(topic)?.get(partition), ends.get(topic)?.get(partition)]
      if (start === undefined || end === undefined) return []
      return behind >= end || start >= end ? [partition] : []
    })
  } finally {
    await reader.disconnect()
  }
}
