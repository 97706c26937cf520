/**
 * Records of a few numbers under the hashes of names, kept apart by hash: each part is read back alone, so what is made of
 * the whole never has to fit into memory. Records of one name come back in the order in which they were added.
 */
import type { Spill, SpillFile } from './spill-file.ts'

/** With this many, the names of a part fit into memory also when there are 100,000,000 of them. */
export const PARTS = 64

const HASH_CELLS = 1

interface Block {
  readonly cells: Float64Array
  readonly hashes: Uint32Array
}

interface Part {
  /** In the order of their records; a number is where one stands in the file. */
  readonly full: (Block | number)[]
  block: Block | null
  /** Records in `block`. */
  size: number
}

/** `cells[at]` and those behind it are the record's. They are overwritten after the call. */
export type SeeRecord = (low: number, high: number, cells: Float64Array, at: number) => void

export class Partitions {
  readonly #spill: Spill
  readonly #width: number
  readonly #records: number
  readonly #parts: readonly Part[]
  #file: SpillFile | null = null
  #read: Block | null = null

  /** `width`: numbers in a record. */
  constructor(spill: Spill, width: number) {
    this.#spill = spill
    this.#width = width + HASH_CELLS
    this.#records = Math.max(1, Math.floor(spill.blockBytes / 8 / this.#width))
    this.#parts = Array.from({ length: PARTS }, () => ({ full: [], block: null, size: 0 }))
  }

  /** Adds the record that stands in `cells` from `at` on. Throws a SpillError. */
  add(low: number, high: number, cells: Float64Array, at = 0): void {
    const part = this.#parts[high % PARTS]
    if (part === undefined) throw new Error('a hash has no part')
    const block = (part.block ??= this.#newBlock())
    const start = part.size * this.#width
    block.hashes[start * 2] = low
    block.hashes[start * 2 + 1] = high
    // Records are short: a loop is faster than making a view to copy from.
    for (let cell = HASH_CELLS; cell < this.#width; cell++)
      block.cells[start + cell] = cells[at + cell - HASH_CELLS] ?? 0
    if (++part.size < this.#records) return
    part.size = 0
    if (this.#spill.takes(block.cells.byteLength)) {
      part.full.push(block)
      part.block = null
    } else {
      this.#file ??= this.#spill.file()
      part.full.push(this.#file.write(bytesOf(block)))
    }
  }

  /** Throws a SpillError. */
  each(index: number, see: SeeRecord): void {
    const part = this.#parts[index]
    if (part === undefined) throw new RangeError(`there is no part ${index}`)
    for (const block of part.full) this.#eachOf(typeof block === 'number' ? this.#readBlock(block) : block, see)
    if (part.block !== null) this.#eachOf(part.block, see, part.size)
  }

  /** Gives the memory of a part back, which has no records from then on. */
  drop(index: number): void {
    const part = this.#parts[index]
    if (part === undefined) throw new RangeError(`there is no part ${index}`)
    for (const block of part.full.splice(0)) if (typeof block !== 'number') this.#spill.gives(block.cells.byteLength)
    part.block = null
    part.size = 0
  }

  #eachOf({ cells, hashes }: Block, see: SeeRecord, size = this.#records): void {
    for (let start = 0; start < size * this.#width; start += this.#width) {
      see(hashes[start * 2] ?? 0, hashes[start * 2 + 1] ?? 0, cells, start + HASH_CELLS)
    }
  }

  #readBlock(at: number): Block {
    const block = (this.#read ??= this.#newBlock())
    this.#file?.read(bytesOf(block), at)
    return block
  }

  #newBlock(): Block {
    const cells = new Float64Array(this.#records * this.#width)
    return { cells, hashes: new Uint32Array(cells.buffer) }
  }
}

function bytesOf({ cells }: Block): Uint8Array {
  return new Uint8Array(cells.buffer)
}
