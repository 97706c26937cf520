/**
 * A few numbers for each of millions of names, outside the garbage-collected heap: about 40 bytes a name with two
 * columns, a fifth of what a Map of strings and objects takes.
 *
 * A name is kept as 64 bits of hash alone: two of ten million names share them with a probability of 3 in a million.
 * Fit for finding damage in a log, not for deciding anything.
 */

const FIRST_ROWS = 1024
/** Less than doubling: what is allocated and not used yet is most of the memory of a large table. */
const ROW_GROWTH = 1.5
/** Slots by row: at most 3 of 4 slots are taken, or looking up gets slow. */
const FULL = 0.75

export class IntegerTable {
  readonly #columns: number
  /** Row number + 1; 0 is a free slot. Its length is a power of two. */
  #slots = new Uint32Array(FIRST_ROWS * 2)
  #hashes = new Uint32Array(FIRST_ROWS * 2)
  #cells: Float64Array
  #size = 0
  #low = 0
  #high = 0

  constructor(columns: number) {
    this.#columns = columns
    this.#cells = new Float64Array(FIRST_ROWS * columns)
  }

  get size(): number {
    return this.#size
  }

  /** The row of a name, or -1. */
  find(name: string): number {
    this.#hash(name)
    return (this.#slots[this.#slot()] ?? 0) - 1
  }

  /** The row of a name; a new one holds zeros. */
  row(name: string): number {
    this.#hash(name)
    const slot = this.#slot()
    const found = this.#slots[slot] ?? 0
    return found === 0 ? this.#add(slot) : found - 1
  }

  get(row: number, column: number): number {
    return this.#cells[row * this.#columns + column] ?? 0
  }

  set(row: number, column: number, value: number): void {
    this.#cells[row * this.#columns + column] = value
  }

  #add(slot: number): number {
    const row = this.#size++
    if (row * 2 === this.#hashes.length) this.#growRows()
    this.#slots[slot] = row + 1
    this.#hashes[row * 2] = this.#low
    this.#hashes[row * 2 + 1] = this.#high
    if (this.#size > this.#slots.length * FULL) this.#growSlots()
    return row
  }

  /** Where the hashed name stands, or the free slot where it would. */
  #slot(): number {
    const mask = this.#slots.length - 1
    let slot = this.#low & mask
    for (;;) {
      const row = (this.#slots[slot] ?? 0) - 1
      if (row < 0) return slot
      if (this.#hashes[row * 2] === this.#low && this.#hashes[row * 2 + 1] === this.#high) return slot
      slot = (slot + 1) & mask
    }
  }

  #growRows(): void {
    const rows = Math.ceil((this.#hashes.length / 2) * ROW_GROWTH)
    const hashes = new Uint32Array(rows * 2)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    const cells = new Float64Array(rows * this.#columns)
    cells.set(this.#cells)
    this.#cells = cells
  }

  #growSlots(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2)
    for (let row = 0; row < this.#size; row++) {
      this.#low = this.#hashes[row * 2] ?? 0
      this.#high = this.#hashes[row * 2 + 1] ?? 0
      this.#slots[this.#slot()] = row + 1
    }
  }

  /** Two lanes of rotate and multiply with constants of their own, mixed at the end (after cyrb53 and MurmurHash3). */
  #hash(name: string): void {
    let low = 0xdeadbeef
    let high = 0x41c6ce57
    for (let index = 0; index < name.length; index++) {
      const unit = name.charCodeAt(index)
      low = Math.imul(((low << 13) | (low >>> 19)) ^ unit, 0x9e3779b1)
      high = Math.imul(((high << 17) | (high >>> 15)) ^ unit, 0x5f356495)
    }
    const mixedLow = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
    const mixedHigh = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
    this.#low = mixedLow >>> 0
    this.#high = mixedHigh >>> 0
  }
}
