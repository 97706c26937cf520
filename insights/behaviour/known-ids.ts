/**
 * The ids of the newest events, to know one that is sent again: those of the last 10 minutes, 2,000,000 at most.
 * Numbers in typed arrays, because a Set of 2,000,000 texts takes 200 MB where this takes 64: a ring of the ids in the order in
 * which they came, and a table from the bits of an id to its place in the ring (open addressing, linear probing).
 */

/** Of 32 bits, in an id. */
const WORDS = 4
const FIRST_ROOM = 1_024
const FREE = -1

export const KNOWN_FOR_MS = 10 * 60_000
export const MOST_KNOWN = 2_000_000

export class KnownIds {
  readonly #most: number
  /** Ids by their place, 4 words each. */
  #words = new Uint32Array(FIRST_ROOM * WORDS)
  #times = new Float64Array(FIRST_ROOM)
  /** Twice as long as there is room: places in the ring, or FREE. */
  #table = new Int32Array(FIRST_ROOM * 2).fill(FREE)
  /** Place of the oldest. */
  #first = 0
  #count = 0

  constructor(most: number = MOST_KNOWN) {
    this.#most = most
  }

  get size(): number {
    return this.#count
  }

  /** Whether the id of 16 bytes is new at `time` (milliseconds, of one receiver); from here on it is known. */
  add(id: Uint8Array, time: number): boolean {
    while (this.#count > 0 && (this.#times[this.#first] ?? 0) < time - KNOWN_FOR_MS) this.#forgetOldest()
    const [a, b, c, d] = [word(id, 0), word(id, 4), word(id, 8), word(id, 12)]
    if (this.#slotOf(a, b, c, d) >= 0) return false
    if (this.#count === this.#most) this.#forgetOldest()
    if (this.#count === this.#times.length) this.#grow()
    const place = (this.#first + this.#count) % this.#times.length
    this.#words.set([a, b, c, d], place * WORDS)
    this.#times[place] = time
    this.#count += 1
    this.#enter(place)
    return true
  }

  /** The slot that holds the id, or -1. */
  #slotOf(a: number, b: number, c: number, d: number): number {
    const mask = this.#table.length - 1
    for (let slot = mixed(a, b, c, d) & mask; ; slot = (slot + 1) & mask) {
      const place = this.#table[slot] ?? FREE
      if (place === FREE) return -1
      const at = place * WORDS
      const words = this.#words
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return slot
    }
  }

  #enter(place: number): void {
    const mask = this.#table.length - 1
    let slot = this.#homeOf(place)
    while (this.#table[slot] !== FREE) slot = (slot + 1) & mask
    this.#table[slot] = place
  }

  #homeOf(place: number): number {
    const [words, at] = [this.#words, place * WORDS]
    const hash = mixed(words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0)
    return hash & (this.#table.length - 1)
  }

  #forgetOldest(): void {
    const [words, at] = [this.#words, this.#first * WORDS]
    let hole = this.#slotOf(words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0)
    this.#first = (this.#first + 1) % this.#times.length
    this.#count -= 1
    // Whoever stands behind the hole and could stand in it moves up: a probe ends at the first free slot.
    const mask = this.#table.length - 1
    for (let slot = (hole + 1) & mask; ; slot = (slot + 1) & mask) {
      const place = this.#table[slot] ?? FREE
      if (place === FREE) break
      const home = this.#homeOf(place)
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue
      this.#table[hole] = place
      hole = slot
    }
    this.#table[hole] = FREE
  }

  #grow(): void {
    const old = { words: this.#words, times: this.#times, first: this.#first }
    const room = old.times.length * 2
    this.#words = new Uint32Array(room * WORDS)
    this.#times = new Float64Array(room)
    this.#table = new Int32Array(room * 2).fill(FREE)
    this.#first = 0
    for (let index = 0; index < this.#count; index++) {
      const from = (old.first + index) % old.times.length
      this.#words.set(old.words.subarray(from * WORDS, (from + 1) * WORDS), index * WORDS)
      this.#times[index] = old.times[from] ?? 0
      this.#enter(index)
    }
  }
}

function word(id: Uint8Array, at: number): number {
  return (((id[at] ?? 0) << 24) | ((id[at + 1] ?? 0) << 16) | ((id[at + 2] ?? 0) << 8) | (id[at + 3] ?? 0)) >>> 0
}

/** Ids that count up, or begin with the time, differ in few bits: all of them have to show. */
function mixed(a: number, b: number, c: number, d: number): number {
  let hash = 0
  for (const part of [a, b, c, d]) {
    hash = Math.imul(hash ^ part, 0x85ebca6b)
    hash ^= hash >>> 13
    hash = Math.imul(hash, 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return hash
}
