/** Where a record goes by its key: as every Kafka client chooses, for topics and for what is kept like one. */

const MOST_PARTITIONS = 16

/** The partition that every client with Java's default partitioner chooses for a key; at most 16 partitions. */
export function partitionOf(key: string, partitions: number): number {
  if (!(partitions >= 1 && partitions <= MOST_PARTITIONS)) {
    throw new RangeError(`${String(partitions)} partitions: 1 to ${String(MOST_PARTITIONS)} are supported`)
  }
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions
}

const MULTIPLIER = 0x5bd1e995
const SEED = 0x9747b28c

/** As Java's org.apache.kafka.common.utils.Utils.murmur2; that of kafkajs computes with BigInt and takes 4 µs for a UUID. */
function murmur2(bytes: Buffer): number {
  const { length } = bytes
  let hash = SEED ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), MULTIPLIER)
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER)
    hash = Math.imul(hash, MULTIPLIER) ^ word
  }
  if (at < length) {
    for (let shift = 0; at < length; at++, shift += 8) hash ^= (bytes[at] ?? 0) << shift
    hash = Math.imul(hash, MULTIPLIER)
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER)
  return hash ^ (hash >>> 15)
}
