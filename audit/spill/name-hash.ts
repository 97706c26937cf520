/**
 * 64 bits of hash stand for a name: two of ten million names share them with a probability of 3 in a million. Fit for
 * finding damage in a log, not for deciding anything.
 */

/** The two halves of a hash, each an unsigned integer of 32 bits. */
export interface NameHash {
  low: number
  high: number
}

/** The hash of a name: always the same object, which the next call writes over, since it is called for every event. */
export function hashName(name: string): NameHash {
  // Two lanes of rotate and multiply with constants of their own, mixed at the end (after cyrb53 and MurmurHash3).
  let low = 0xdeadbeef
  let high = 0x41c6ce57
  for (let index = 0; index < name.length; index++) {
    const unit = name.charCodeAt(index)
    low = Math.imul(((low << 13) | (low >>> 19)) ^ unit, 0x9e3779b1)
    high = Math.imul(((high << 17) | (high >>> 15)) ^ unit, 0x5f356495)
  }
  const mixedLow = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
  const mixedHigh = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
  found.low = mixedLow >>> 0
  found.high = mixedHigh >>> 0
  return found
}

const found: NameHash = { low: 0, high: 0 }

const UPPER = 2 ** 32
const UPPER_BITS = 0x1fffff

/** 53 bits of the hash of a text, as an integer. */
export function digestOf(text: string): number {
  const { low, high } = hashName(text)
  return (high & UPPER_BITS) * UPPER + low
}
