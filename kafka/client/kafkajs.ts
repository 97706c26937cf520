/**
 * kafkajs, with parts of ours in place of some of its own: anyone who uses more of it than its types takes it from here. They
 * are replaced only in the release that all of it was compared with: its decoder of Fetch answers, its
 * encoder of records, its grouping by partition, and a timer (docs/decisions/0017-records-are-encoded-by-us.md).
 */
import type { Batch, Message } from 'kafkajs'
import { loadKafkajs, partOfKafkajs, replaceInKafkajs } from './kafkajs-release.ts'
import { fromOffset, markAborted, readBatches, type AbortedTransaction, type FetchedBatch } from './record-batches.ts'
import { encodeRecord } from './record-encoder.ts'

replaceParts()
export const kafkajs = loadKafkajs()

/** Before kafkajs is loaded. Consumers then get batches as messages. */
function replaceParts(): void {
  replaceInKafkajs('protocol/requests/fetch/v4/decodeMessages', () => decodeMessages)
  replaceInKafkajs(
    'consumer/filterAbortedMessages',
    () =>
      ({ messages, abortedTransactions }: Filtered) =>
        markAborted(messages, abortedTransactions),
  )
  replaceInKafkajs('protocol/recordBatch/record/v0', () => (message: Parameters<typeof encodeRecord>[0]) => {
    const buffer = encodeRecord(message)
    return { buf: buffer, buffer }
  })
  replaceInKafkajs('producer/groupMessagesPerPartition', () => groupedByPartition)
  quietIdleConnections()
}

interface Grouped {
  readonly topic: string
  readonly partitionMetadata: readonly unknown[]
  readonly messages: readonly Message[]
  readonly partitioner: (of: Omit<Grouped, 'messages' | 'partitioner'> & { readonly message: Message }) => number
}

/** As kafkajs does, which copies all messages so far for each one more: of 500 that is a tenth of what the relay has. */
export function groupedByPartition({
  topic,
  partitionMetadata,
  messages,
  partitioner,
}: Grouped): Record<number, Message[]> {
  const grouped: Record<number, Message[]> = {}
  if (partitionMetadata.length === 0) return grouped
  for (const message of messages) (grouped[partitioner({ topic, partitionMetadata, message })] ??= []).push(message)
  return grouped
}

/** The batches of a partition in a Fetch answer, from the offset on that was asked for. */
export function fetchedBatches({ messages, fetchedOffset }: Pick<Batch, 'messages'> & Asked): readonly FetchedBatch[] {
  return (messages as unknown as readonly FetchedBatch[]).map((batch) => fromOffset(batch, Number(fetchedOffset)))
}

/** What kafkajs knows of a batch and does not say in its types. */
interface Asked {
  readonly fetchedOffset?: string
}

interface Filtered {
  readonly messages: readonly FetchedBatch[]
  readonly abortedTransactions: readonly AbortedTransaction[] | null
}

/** kafkajs' reader of an answer, at the bytes of a partition's records. */
interface AnswerReader {
  readInt32(): number
  canReadBytes(length: number): boolean
  readBytes(length: number): Buffer
}

/** To kafkajs a batch is a message at its last offset: it goes on behind that, whatever the batch holds. */
async function decodeMessages(answer: AnswerReader): Promise<readonly (FetchedBatch & { readonly offset: string })[]> {
  const length = answer.readInt32()
  if (length <= 0 || !answer.canReadBytes(length)) return []
  const batches = await readBatches(answer.readBytes(length))
  return batches.map((batch) => ({ ...batch, offset: String(batch.last) }))
}

interface RequestQueue {
  readonly pending: readonly unknown[]
  scheduleCheckPendingRequests(): void
}

/**
 * Each connection sets a timer of a millisecond while it has nothing to do: it looks for requests that wait, though one
 * that has to wait sets the same timer by itself. With the dozen connections of a service that was a fifth of a processor,
 * and under load far more (https://github.com/tulios/kafkajs/issues/1556).
 */
function quietIdleConnections(): void {
  const { prototype } = partOfKafkajs<{ readonly prototype: RequestQueue }>('network/requestQueue')
  const schedule = prototype.scheduleCheckPendingRequests
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this)
  }
}
