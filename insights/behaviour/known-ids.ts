/**
 * The ids of the newest events, to know one that is sent again: those of the last 10 minutes, 2,000,000 at most.
 * Rows of numbers, because a Set of 2,000,000 texts takes 200 MB where this takes 64. An id hangs in a bucket by its bits, and
 * knows which one came next.
 */
import { NONE, NumberRows } from '../number-rows.ts'

/** Columns of a row: the id in words of 32 bits, when it came, the next one that came, the next one of its bucket. */
const WORDS = 4
const CAME = 4
const NEXT = 5
const BELOW = 6
const WIDTH = 7

const FIRST_BUCKETS = 1_024
/** When an id came is counted in so long pieces, so that 32 bits are enough: until 2242. */
const PIECE_MS = 4_000

export const KNOWN_FOR_MS = 10 * 60_000
export const MOST_KNOWN = 2_000_000

export class KnownIds {
  readonly #most: number
  readonly #rows = new NumberRows(WIDTH)
  /** The first row of each; at least as many as ids. */
  #buckets = new Int32Array(FIRST_BUCKETS).fill(NONE)
  #oldest = NONE
  #newest = NONE
  #count = 0

  constructor(most: number = MOST_KNOWN) {
    this.#most = most
  }

  get size(): number {
    return this.#count
  }

  /** Whether the id of 16 bytes is new at `time` (milliseconds, of one receiver); from here on it is known. */
  add(id: Uint8Array, time: number): boolean {
    const since = pieceOf(time - KNOWN_FOR_MS)
    while (this.#count > 0 && this.#rows.get(this.#oldest, CAME) < since) this.#forgetOldest()
    const row = this.#written(id)
    if (this.#isKnown(row)) {
      this.#rows.giveBack(row)
      return false
    }
    if (this.#count === this.#most) this.#forgetOldest()
    this.#rows.set(row, CAME, pieceOf(time))
    this.#append(row)
    if (this.#count === this.#buckets.length) this.#makeBuckets(2 * this.#count)
    else this.#hang(row)
    return true
  }

  /** A new row with the words of an id. */
  #written(id: Uint8Array): number {
    const row = this.#rows.take()
    for (let word = 0; word < WORDS; word++) this.#rows.set(row, word, wordOf(id, 4 * word))
    return row
  }

  #isKnown(row: number): boolean {
    let known = this.#buckets[this.#bucketOf(row)] ?? NONE
    while (known !== NONE && !this.#isSame(known, row)) known = this.#rows.get(known, BELOW)
    return known !== NONE
  }

  #isSame(one: number, other: number): boolean {
    for (let word = 0; word < WORDS; word++) if (this.#rows.get(one, word) !== this.#rows.get(other, word)) return false
    return true
  }

  #append(row: number): void {
    this.#rows.set(row, NEXT, NONE)
    if (this.#count === 0) this.#oldest = row
    else this.#rows.set(this.#newest, NEXT, row)
    this.#newest = row
    this.#count += 1
  }

  #forgetOldest(): void {
    const row = this.#oldest
    this.#unhang(row)
    this.#oldest = this.#rows.get(row, NEXT)
    this.#count -= 1
    this.#rows.giveBack(row)
  }

  #hang(row: number): void {
    const bucket = this.#bucketOf(row)
    this.#rows.set(row, BELOW, this.#buckets[bucket] ?? NONE)
    this.#buckets[bucket] = row
  }

  #unhang(row: number): void {
    const bucket = this.#bucketOf(row)
    const below = this.#rows.get(row, BELOW)
    let above = this.#buckets[bucket] ?? NONE
    if (above === row) {
      this.#buckets[bucket] = below
      return
    }
    while (this.#rows.get(above, BELOW) !== row) above = this.#rows.get(above, BELOW)
    this.#rows.set(above, BELOW, below)
  }

  #makeBuckets(count: number): void {
    this.#buckets = new Int32Array(count).fill(NONE)
    for (let row = this.#oldest; row !== NONE; row = this.#rows.get(row, NEXT)) this.#hang(row)
  }

  /** Ids that count up, or begin with the time, differ in few bits: all of them have to show. */
  #bucketOf(row: number): number {
    let hash = 0
    for (let word = 0; word < WORDS; word++) {
      hash = Math.imul(hash ^ this.#rows.get(row, word), 0x85ebca6b)
      hash ^= hash >>> 13
      hash = Math.imul(hash, 0xc2b2ae35)
      hash ^= hash >>> 16
    }
    return hash & (this.#buckets.length - 1)
  }
}

function wordOf(id: Uint8Array, at: number): number {
  return ((id[at] ?? 0) << 24) | ((id[at + 1] ?? 0) << 16) | ((id[at + 2] ?? 0) << 8) | (id[at + 3] ?? 0)
}

function pieceOf(time: number): number {
  return Math.floor(time / PIECE_MS)
}
