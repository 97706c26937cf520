/** Reads a topic outside of every group: all partitions from one place on, until there were enough or the signal. */
import { silentLog } from '../../kafka/client/connection.ts'
import { pause } from '../../store/waiting/pause.ts'
import { withOffsets } from '../../kafka/lag/cluster-look.ts'
import type { BrowseFrom } from '../../kafka/topics/browse-topic.ts'
import {
  PartitionReader,
  type Isolation,
  type Offsets,
  type PartitionPage,
} from '../../kafka/client/partition-reader.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import type { RecordSink } from './record-sink.ts'

export interface ConsumingAlone {
  readonly kafka: KafkaSettings
  readonly topic: string
  readonly from: BrowseFrom
  readonly isolation: Isolation
  readonly sink: RecordSink
  readonly signal: AbortSignal
  /** Called for partitions that are new: they are read from their beginning. */
  readonly onAdded: (partitions: readonly number[]) => void
  /** Called with the reason why a read failed that is tried again. */
  readonly onRetry: (reason: string) => void
}

/**
 * Of one answer of a broker: small, so that what is read is shown before it grows old. With 4 MiB a third of the time
 * went to the garbage collector.
 */
const FETCH = { wait: 250, bytes: 256 * 1024 }
const BACK_OFF_MS = 500
/** So long a cluster that answered once may be away, in milliseconds. */
const PATIENCE_MS = 60_000
/** Partitions that were added are found so soon. */
const LOOK_MS = 5_000

export async function consumeAlone(consuming: ConsumingAlone): Promise<void> {
  const { kafka, topic, from, isolation, sink, signal, onRetry, onAdded } = consuming
  const reader = new PartitionReader(kafka, { clientId: 'consume', log: silentLog })
  const fetch = () => fetched(reader, topic, { offsets, isolation })
  let offsets = new Map<number, number>()
  let ahead: ReturnType<typeof fetched> | null = null
  try {
    await reader.connect()
    offsets = await firstOffsets(reader, topic, from)
    let answered = performance.now()
    let looked = answered
    // The next pages are on their way while these are shown.
    ahead = fetch()
    while (!signal.aborted && !sink.full) {
      const asked = performance.now()
      const pages = await ahead
      if (pages instanceof Error) {
        if (performance.now() - answered > PATIENCE_MS) throw pages
        onRetry(pages.message)
        await pause(BACK_OFF_MS, signal)
        ahead = fetch()
        continue
      }
      answered = performance.now()
      const moved = [...pages].some(([partition, { next }]) => next !== offsets.get(partition))
      // Brokers answer at once where the end of a partition was compacted away: there is neither a record nor a wait.
      if (!moved) await pause(FETCH.wait - (answered - asked), signal)
      for (const [partition, { next }] of pages) offsets.set(partition, next)
      if (answered - looked > LOOK_MS) {
        looked = answered
        const added = await addedTo(offsets, reader, topic).catch(() => [])
        if (added.length > 0) onAdded(added)
      }
      ahead = fetch()
      for (const { records } of pages.values()) await sink.show(records)
    }
  } finally {
    await ahead
    await reader.disconnect()
  }
}

async function firstOffsets(reader: PartitionReader, topic: string, from: BrowseFrom): Promise<Map<number, number>> {
  const shapes = await reader.topics([topic])
  const [look] = await withOffsets(reader, shapes)
  const times = from.at === 'time' ? (await reader.offsets(shapes, from.time)).get(topic) : undefined
  return new Map(
    (look?.partitions ?? []).map((one) => {
      const { partition } = one
      const [start, end] = [one.start ?? 0, one.end ?? 0]
      switch (from.at) {
        case 'earliest':
          return [partition, start]
        case 'latest':
          return [partition, end]
        case 'offset':
          return [partition, Math.max(start, from.offset)]
        case 'time': {
          const offset = times?.get(partition) ?? -1
          return [partition, offset < 0 ? end : offset]
        }
      }
    }),
  )
}

/** Puts partitions that are new beside those that are read, from their beginning on; returns which. */
async function addedTo(
  offsets: Map<number, number>,
  reader: PartitionReader,
  topic: string,
): Promise<readonly number[]> {
  const [shape] = await reader.topics([topic])
  const added = shape?.partitions.filter(({ partition }) => !offsets.has(partition)) ?? []
  if (shape === undefined || added.length === 0) return []
  const starts: Offsets = await reader.offsets([{ ...shape, partitions: added }], 'start')
  const known = [...(starts.get(topic) ?? [])]
  for (const [partition, start] of known) offsets.set(partition, start)
  return known.map(([partition]) => partition)
}

/** An error as a value: the pages are awaited later, and by then it would have been nobody's. */
async function fetched(
  reader: PartitionReader,
  topic: string,
  { offsets, isolation }: { readonly offsets: ReadonlyMap<number, number>; readonly isolation: Isolation },
): Promise<ReadonlyMap<number, PartitionPage> | Error> {
  try {
    return await reader.fetchAll(topic, new Map(offsets), { ...FETCH, isolation })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
