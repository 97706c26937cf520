/** Reads a topic as a member of a consumer group: its share of the partitions, with offsets that are committed. */
import { pause } from '../../store/waiting/pause.ts'
import { GroupMember, type FetchedPartition, type Visit } from '../../kafka/client/group-member.ts'
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import { isCoordinatorComing, kafkaFailure } from '../../kafka/client/kafka-failure.ts'
import { PartitionReader, recordsOf } from '../../kafka/client/partition-reader.ts'
import type { FetchedBatch } from '../../kafka/client/record-batches.ts'
import { fetchUnspoiled } from '../../kafka/inbound/parked-batch.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import type { RecordSink } from './record-sink.ts'

export interface ConsumingInGroup {
  readonly kafka: KafkaSettings
  readonly topic: string
  readonly group: string
  /** Where a group begins that has committed nothing. */
  readonly fromBeginning: boolean
  /** Milliseconds that each message is made to take; 0: none. */
  readonly work: number
  readonly sink: RecordSink
  readonly signal: AbortSignal
  readonly onJoined: (partitions: readonly number[]) => void
  /** Called for partitions that are new: the group reads them from their beginning. */
  readonly onAdded: (partitions: readonly number[]) => void
  /** Called for offsets that cannot be unpacked, once the member went past them. */
  readonly onPassed: (passed: PassedOffsets) => void
  /** Told why the member lost the cluster, or waits for the group: it tries again. */
  readonly onRetry: (reason: string) => void
}

export interface PassedOffsets {
  readonly partition: number
  readonly first: number
  readonly last: number
  readonly reason: string
}

/** The shortest that brokers allow by default: a member that died is missed for so long. */
const TIMES = { session: 6_000, rebalance: 12_000, metadata: 5_000 }
/** Offsets go out as often, within batches as well. */
const COMMIT_MS = 1_000
/** With work a batch is small, so that no partition waits long for the others. */
const WORKED_BYTES = 64 * 1024
const FETCHED_BYTES = 256 * 1024
/** Shown at once where there is no work: a commit comes between them. */
const PIECE = 5_000
/** Partitions that were added are found so soon. */
const LOOK_MS = 2_000

/** Resolves when there were enough, or with the signal; then the group has its partitions back at once. */
export async function consumeInGroup(options: ConsumingInGroup): Promise<void> {
  const { kafka, topic, group, fromBeginning, work, sink, signal, onJoined, onRetry } = options
  const enough = new AbortController()
  const ended = AbortSignal.any([signal, enough.signal])
  const added: AddedPlaces = new Map()
  /** Settled once such a partition is read from its beginning. */
  const begun = new Map<number, Promise<void>>()
  let joined = false
  const member = new GroupMember({
    ...{ settings: kafka, clientId: 'consume', log: silentLog, group, topics: [topic], fromBeginning, times: TIMES },
    fetch: { wait: 200, bytes: work > 0 ? WORKED_BYTES : FETCHED_BYTES, partitionsAtOnce: 1 },
    monotonic: () => performance.now(),
    joined(partitions) {
      joined = true
      const own = partitions[topic] ?? []
      onJoined(own)
      // A new group that begins at the end would pass over what came before it found these.
      if (!fromBeginning) for (const partition of own) if (added.has(partition)) beginAdded(partition)
    },
    async handle(fetched, visit) {
      await begun.get(fetched.partition)
      if (!visit.goesOn()) return
      const batches = await readBatches(kafka, fetched, visit.signal)
      await workThrough({ ...fetched, batches }, visit, options)
      if (sink.full) enough.abort()
    },
    lost: onRetry,
    // A cluster that is there at first may be away for a while.
    isFinal: (error) => kafkaFailure(error).code === 'kafka-refused' || !(joined || isCoordinatorComing(error)),
  })
  const beginAdded = (partition: number): void => {
    const start = added.get(partition) ?? 0
    const beginning = hasCommitted(options, partition).then((has) => {
      if (!has) member.seek(topic, partition, start)
    })
    beginning.catch(() => undefined) // the handler gets the error, and there may be nothing to handle
    begun.set(partition, beginning)
  }
  const watching = watchPartitions(options, added, ended).catch(() => undefined)
  try {
    await member.run(ended)
  } finally {
    enough.abort()
    await watching
  }
}

async function workThrough(
  { partition, batches }: Pick<FetchedPartition, 'partition' | 'batches'>,
  { signal, goesOn, done, commit }: Visit,
  { work, sink, onPassed }: Pick<ConsumingInGroup, 'work' | 'sink' | 'onPassed'>,
): Promise<void> {
  const records = batches.flatMap((batch) => recordsOf(batch, partition))
  let shown = 0
  let committed = performance.now()
  while (goesOn() && !sink.full && shown < records.length) {
    if (work > 0 && !(await pause(work, signal))) break
    shown += await sink.show(records.slice(shown, shown + (work > 0 ? 1 : PIECE)))
    done(records[shown - 1]?.offset ?? 0)
    if (performance.now() - committed < COMMIT_MS) continue
    await commit()
    committed = performance.now()
  }
  // Behind the records of a batch there may be what transactions leave behind.
  if (shown === records.length) done(batches.at(-1)?.last ?? 0)
  await commit()
  const past = records[shown]?.offset ?? Infinity
  for (const { first, last, unreadable } of batches) {
    if (unreadable !== null && last < past) onPassed({ partition, first, last, reason: unreadable })
  }
}

async function hasCommitted({ kafka, topic, group }: ConsumingInGroup, partition: number): Promise<boolean> {
  const admin = kafkaClient(kafka, { clientId: 'consume', log: silentLog }).admin()
  try {
    await admin.connect()
    const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
    return found?.partitions.some((one) => one.partition === partition && Number(one.offset) >= 0) ?? false
  } finally {
    await admin.disconnect()
  }
}

/** With what can be read after all once it is fetched again, and with the ends of the others as the batches behind them say. */
async function readBatches(
  kafka: KafkaSettings,
  { topic, partition, batches, end }: FetchedPartition,
  signal: AbortSignal,
): Promise<readonly FetchedBatch[]> {
  const read: FetchedBatch[] = []
  for (const [index, batch] of batches.entries()) {
    if (batch.unreadable === null) {
      read.push(batch)
      continue
    }
    const { first } = batch
    // Its own head may be spoiled, too.
    const last = Math.max(first, (batches[index + 1]?.first ?? Math.min(batch.last + 1, end)) - 1)
    const again = batch.spoiled ? await fetchUnspoiled(kafka, { topic, partition, first, last }, signal) : null
    read.push(...(again ?? [{ ...batch, last }]))
  }
  return read
}

/** Reports partitions that are new since this began, until the signal. */
async function watchPartitions(
  { kafka, topic, onAdded }: Pick<ConsumingInGroup, 'kafka' | 'topic' | 'onAdded'>,
  places: AddedPlaces,
  signal: AbortSignal,
): Promise<void> {
  const reader = new PartitionReader(kafka, { clientId: 'consume', log: silentLog })
  const known = new Set<number>()
  try {
    await reader.connect()
    do {
      // Brokers that are away are looked at again.
      const [shape] = await reader.topics([topic]).catch(() => [])
      const found = shape?.partitions.map(({ partition }) => partition) ?? []
      const added = known.size === 0 ? [] : found.filter((partition) => !known.has(partition))
      for (const partition of found) known.add(partition)
      if (shape === undefined || added.length === 0) continue
      const starts = await reader.offsets([shape], 'start').catch(() => null)
      for (const partition of added) places.set(partition, starts?.get(topic)?.get(partition) ?? 0)
      onAdded(added)
    } while (await pause(LOOK_MS, signal))
  } finally {
    await reader.disconnect()
  }
}

/** Where partitions that were added begin. */
type AddedPlaces = Map<number, number>
