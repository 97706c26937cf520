/** Reads a topic as a member of a consumer group: its share of the partitions, with offsets that are committed. */
import { pause } from '../../store/waiting/pause.ts'
import { StartFailure } from '../../app/start-failure.ts'
import { GroupMember, type FetchedPartition, type Visit } from '../../kafka/client/group-member.ts'
import { silentLog } from '../../kafka/client/connection.ts'
import { kafkaFailure } from '../../kafka/client/kafka-failure.ts'
import { recordsOf } from '../../kafka/client/partition-reader.ts'
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
}

/** The shortest that brokers allow by default: a member that died is missed for so long. */
const TIMES = { session: 6_000, rebalance: 12_000 }
/** Offsets go out as often, within batches as well. */
const COMMIT_MS = 1_000
/** With work a batch is small, so that no partition waits long for the others. */
const WORKED_BYTES = 64 * 1024
const FETCHED_BYTES = 256 * 1024
/** Shown at once where there is no work: a commit comes between them. */
const PIECE = 5_000

/** Resolves when there were enough, or with the signal; then the group has its partitions back at once. */
export async function consumeInGroup(options: ConsumingInGroup): Promise<void> {
  const { kafka, topic, group, fromBeginning, work, sink, signal, onJoined } = options
  const enough = new AbortController()
  let joined = false
  const member = new GroupMember({
    ...{ settings: kafka, clientId: 'consume', log: silentLog, group, topics: [topic], fromBeginning, times: TIMES },
    fetch: { wait: 200, bytes: work > 0 ? WORKED_BYTES : FETCHED_BYTES, partitionsAtOnce: 1 },
    monotonic: () => performance.now(),
    joined(partitions) {
      joined = true
      onJoined(partitions[topic] ?? [])
    },
    async handle(fetched, visit) {
      await workThrough(fetched, visit, { work, sink })
      if (sink.full) enough.abort()
    },
    lost: () => undefined,
    // A cluster that is there at first may be away for a while.
    isFinal: (error) => !joined || error instanceof StartFailure || kafkaFailure(error).code === 'kafka-refused',
  })
  await member.run(AbortSignal.any([signal, enough.signal]))
}

async function workThrough(
  { topic, partition, batches }: FetchedPartition,
  { signal, goesOn, done, commit }: Visit,
  { work, sink }: Pick<ConsumingInGroup, 'work' | 'sink'>,
): Promise<void> {
  const records = batches.flatMap((batch) => recordsOf(batch, partition))
  const unreadable = records.findIndex((record) => record.unreadable !== null)
  const readable = unreadable === -1 ? records : records.slice(0, unreadable)
  let shown = 0
  let committed = performance.now()
  while (goesOn() && !sink.full && shown < readable.length) {
    if (work > 0 && !(await pause(work, signal))) break
    shown += await sink.show(readable.slice(shown, shown + (work > 0 ? 1 : PIECE)))
    done(readable[shown - 1]?.offset ?? 0)
    if (performance.now() - committed < COMMIT_MS) continue
    await commit()
    committed = performance.now()
  }
  const reason = records[unreadable]?.unreadable ?? null
  // Behind the records of a batch there may be what transactions leave behind.
  if (shown === records.length) done(batches.at(-1)?.last ?? 0)
  await commit()
  if (shown === readable.length && reason !== null) throw unreadableBatch(topic, reason)
}

/** What a member does not show, its group would never see. */
function unreadableBatch(topic: string, reason: string): StartFailure {
  return new StartFailure({
    code: 'unreadable-batch',
    exitCode: 1,
    what: `a batch of ${topic} cannot be unpacked, and the group stands before it: ${reason}`,
    tried: 'to read it as a member of a group',
    next: `orderledger consume ${topic} (without --group) shows where it is; then set the offset of the group past it`,
  })
}
