/** The request for the sizes of partitions, which kafkajs lacks: DescribeLogDirs, version 1. */
import { plainRequest, type Decoder, type SentRequest } from './sent-request.ts'

const DESCRIBE_LOG_DIRS = 35
const ALL_TOPICS = -1

/**
 * Bytes by `topic partition`, of all that the broker holds.
 *
 * DescribeLogDirs Request (Version: 1) => [topics] (null: all)
 * DescribeLogDirs Response (Version: 1) => throttle_time_ms [results]
 *   results => error_code log_dir [topics]
 *     topics => name [partitions]
 *       partitions => partition_index partition_size offset_lag is_future_key
 */
export function logDirectories(): SentRequest<ReadonlyMap<string, number>> {
  return plainRequest({
    ...{ apiKey: DESCRIBE_LOG_DIRS, apiVersion: 1, apiName: 'DescribeLogDirs' },
    write: (encoder) => encoder.writeInt32(ALL_TOPICS),
    read: sizesIn,
  })
}

function sizesIn(decoder: Decoder): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  decoder.readInt32()
  each(decoder, () => {
    decoder.readInt16()
    decoder.readString()
    each(decoder, () => {
      const topic = decoder.readString()
      each(decoder, () => {
        const partition = `${topic} ${String(decoder.readInt32())}`
        const bytes = Number(decoder.readInt64().toString())
        decoder.readInt64()
        // One that is being moved to another disk is there twice; only the one that serves counts.
        if (!decoder.readBoolean()) sizes.set(partition, bytes)
      })
    })
  })
  return sizes
}

function each(decoder: Decoder, read: () => void): void {
  const count = decoder.readInt32()
  for (let index = 0; index < count; index++) read()
}
