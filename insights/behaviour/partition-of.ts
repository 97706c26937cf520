/** Where the events of a subject go: as Kafka's clients choose by the key of a record (murmur2), with Kafka and without. */
import { PARTITIONS } from './partition-state.ts'

const SEED = 0x9747b28c
const M = 0x5bd1e995

export function partitionOf(subject: string, partitions: number = PARTITIONS): number {
  return (murmur2(Buffer.from(subject)) & 0x7fffffff) % partitions
}

function murmur2(data: Buffer): number {
  let hash = SEED ^ data.length
  let at = 0
  for (; at + 4 <= data.length; at += 4) {
    let word = Math.imul(data.readInt32LE(at), M)
    word ^= word >>> 24
    hash = Math.imul(hash, M) ^ Math.imul(word, M)
  }
  const left = data.length - at
  if (left > 0) hash = Math.imul(hash ^ data.readUIntLE(at, left), M)
  hash ^= hash >>> 13
  hash = Math.imul(hash, M)
  return hash ^ (hash >>> 15)
}
