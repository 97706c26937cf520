/** Reads a topic as a member of a consumer group: its share of the partitions, with offsets that are committed. */
import { pause } from '../../store/waiting/pause.ts'
import type { EachBatchPayload } from 'kafkajs'
import { StartFailure } from '../../app/start-failure.ts'
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import { readRecord } from '../../kafka/client/partition-reader.ts'
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
const SESSION_MS = 6_000
/** Offsets and a sign of life go out as often, within batches as well. */
const COMMIT_MS = 1_000
const HEARTBEAT_MS = 1_000
/** With work a batch is small, so that no partition waits long for the others. */
const WORKED_BYTES = 64 * 1024
const FETCHED_BYTES = 256 * 1024
/** Shown at once where there is no work: a commit and a heartbeat come between them. */
const PIECE = 5_000

/** Resolves when there were enough, or with the signal; then the group has its partitions back at once. */
export async function consumeInGroup(options: ConsumingInGroup): Promise<void> {
  const { kafka, topic, group, fromBeginning, work, sink, signal, onJoined } = options
  const consumer = kafkaClient(kafka, { clientId: 'consume', log: silentLog }).consumer({
    groupId: group,
    sessionTimeout: SESSION_MS,
    rebalanceTimeout: 2 * SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: 200,
    maxBytesPerPartition: work > 0 ? WORKED_BYTES : FETCHED_BYTES,
    allowAutoTopicCreation: false,
  })
  let end: (failure: Error | null) => void = () => undefined
  const ended = new Promise<Error | null>((resolve) => (end = resolve))
  signal.addEventListener('abort', () => end(null), { once: true })
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart) end(payload.error)
  })
  consumer.on('consumer.group_join', ({ payload }) => onJoined(payload.memberAssignment[topic] ?? []))
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (batch) => {
        await workThrough(batch, { work, sink, signal })
        if (sink.full) end(null)
      },
    })
    const failure = await ended
    if (failure !== null) throw failure.name === 'KafkaJSNotImplemented' ? unreadableBatch(topic, failure) : failure
  } finally {
    await consumer.disconnect()
  }
}

type Working = Pick<ConsumingInGroup, 'work' | 'sink' | 'signal'>

async function workThrough(payload: EachBatchPayload, { work, sink, signal }: Working): Promise<void> {
  const { batch, isRunning, isStale, heartbeat } = payload
  const { messages, partition } = batch
  let done = 0
  let committed = performance.now()
  const goesOn = () => isRunning() && !isStale() && !signal.aborted && !sink.full && done < messages.length
  while (goesOn()) {
    const piece = messages.slice(done, done + (work > 0 ? 1 : PIECE))
    await spend(work, { signal, heartbeat })
    if (signal.aborted) break
    done += await sink.show(piece.map((message) => readRecord(message, partition)))
    if (performance.now() - committed < COMMIT_MS) continue
    // First: a heartbeat rejects while the group is being shared out anew, and what is done would be done again.
    await commit(payload, done)
    await heartbeat()
    committed = performance.now()
  }
  // A batch may hold nothing but what transactions leave behind.
  if (messages.length === 0) payload.resolveOffset(batch.lastOffset())
  await commit(payload, done)
}

/** With a sign of life now and then: work that is longer than the session would make a dead member of a busy one. */
async function spend(
  work: number,
  { signal, heartbeat }: Pick<Working, 'signal'> & Pick<EachBatchPayload, 'heartbeat'>,
): Promise<void> {
  for (let left = work; left > 0 && !signal.aborted; left -= HEARTBEAT_MS) {
    await pause(Math.min(left, HEARTBEAT_MS), signal)
    if (left > HEARTBEAT_MS && !signal.aborted) await heartbeat()
  }
}

async function commit(payload: EachBatchPayload, done: number): Promise<void> {
  const last = payload.batch.messages[done - 1]
  if (last === undefined || payload.isStale()) return
  payload.resolveOffset(last.offset)
  await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets())
}

/** kafkajs reads a batch whole or not at all, and a group has to read them one after the other. */
function unreadableBatch(topic: string, cause: Error): StartFailure {
  return new StartFailure(
    {
      code: 'unreadable-batch',
      exitCode: 1,
      what: `a batch of ${topic} cannot be unpacked, and the group cannot pass it: ${cause.message}`,
      tried: 'to read it as a member of a group',
      next: `run orderledger consume ${topic} (without --group) to see where it is; then set the offset of the group past it`,
    },
    { cause },
  )
}
