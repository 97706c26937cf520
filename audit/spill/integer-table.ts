/**
 * A few numbers for each of many names, outside the garbage-collected heap: about 40 bytes a name with two columns, a
 * fifth of what a Map of strings and objects takes. A name is kept as its hash alone.
 */
import { hashName } from './name-hash.ts'

const FIRST_ROWS = 1024
/** Less than doubling: what is allocated and not used yet is most of the memory of a large table. */
const ROW_GROWTH = 1.5
/** Slots by row: at most 3 of 4 slots are taken, or looking up gets slow. */
const FULL = 0.75

export class IntegerTable {
  readonly #columns: number
  readonly #empty: Float64Array
  /** Row number + 1; 0 is a free slot. Its length is a power of two. */
  #slots = new Uint32Array(FIRST_ROWS * 2)
  #hashes = new Uint32Array(FIRST_ROWS * 2)
  #cells: Float64Array
  #size = 0

  /** `empty`: what a new row holds (default: zeros). */
  constructor(columns: number, empty = new Float64Array(columns)) {
    this.#columns = columns
    this.#empty = empty
    this.#cells = new Float64Array(FIRST_ROWS * columns)
  }

  get size(): number {
    return this.#size
  }

  /** All cells, row after row; others once a row is added. */
  get cells(): Float64Array {
    return this.#cells
  }

  /** The row of a name; a new one is empty. */
  row(name: string): number {
    const { low, high } = hashName(name)
    return this.rowOf(low, high)
  }

  /** The row of a hash; a new one is empty. */
  rowOf(low: number, high: number): number {
    const slot = this.#slot(low, high)
    const found = this.#slots[slot] ?? 0
    return found === 0 ? this.#add(slot, low, high) : found - 1
  }

  /** The row of a hash, or -1. */
  find(low: number, high: number): number {
    return (this.#slots[this.#slot(low, high)] ?? 0) - 1
  }

  low(row: number): number {
    return this.#hashes[row * 2] ?? 0
  }

  high(row: number): number {
    return this.#hashes[row * 2 + 1] ?? 0
  }

  /** Where the cells of a row begin. */
  cellsOf(row: number): number {
    return row * this.#columns
  }

  get(row: number, column: number): number {
    return this.#cells[row * this.#columns + column] ?? 0
  }

  set(row: number, column: number, value: number): void {
    this.#cells[row * this.#columns + column] = value
  }

  /** Empties a row, or (without one) forgets all of them and keeps their room. */
  clear(row?: number): void {
    if (row !== undefined) {
      this.#cells.set(this.#empty, row * this.#columns)
      return
    }
    this.#slots.fill(0)
    this.#size = 0
  }

  #add(slot: number, low: number, high: number): number {
    const row = this.#size++
    if (row * 2 === this.#hashes.length) this.#growRows()
    this.#slots[slot] = row + 1
    this.#hashes[row * 2] = low
    this.#hashes[row * 2 + 1] = high
    this.#cells.set(this.#empty, row * this.#columns)
    if (this.#size > this.#slots.length * FULL) this.#growSlots()
    return row
  }

  /** Where the hash stands, or the free slot where it would. */
  #slot(low: number, high: number): number {
    const mask = this.#slots.length - 1
    let slot = low & mask
    for (;;) {
      const row = (this.#slots[slot] ?? 0) - 1
      if (row < 0) return slot
      if (this.#hashes[row * 2] === low && this.#hashes[row * 2 + 1] === high) return slot
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
    for (let row = 0; row < this.#size; row++) this.#slots[this.#slot(this.low(row), this.high(row))] = row + 1
  }
}
