/**
 * Rows of whole numbers of 32 bits, in pages. Hundreds of thousands of rows take what their numbers take: nothing is copied as
 * they become more, and the collector has one object a page to look at.
 */
const ROW_BITS = 12
const ROWS_A_PAGE = 1 << ROW_BITS

/** No row. */
export const NONE = -1

export class NumberRows {
  readonly #width: number
  readonly #pages: Int32Array[] = []
  /** Rows that were ever taken. */
  #taken = 0
  /** The first row that was given back; each has the next one in its first column. */
  #free = NONE

  /** `width`: numbers of a row. */
  constructor(width: number) {
    this.#width = width
  }

  /** A row that nobody has. What stands in it is left from before. */
  take(): number {
    const free = this.#free
    if (free !== NONE) {
      this.#free = this.get(free, 0)
      return free
    }
    if (this.#taken === this.#pages.length * ROWS_A_PAGE) this.#pages.push(new Int32Array(ROWS_A_PAGE * this.#width))
    this.#taken += 1
    return this.#taken - 1
  }

  giveBack(row: number): void {
    this.set(row, 0, this.#free)
    this.#free = row
  }

  get(row: number, column: number): number {
    return this.#pages[row >> ROW_BITS]?.[(row & (ROWS_A_PAGE - 1)) * this.#width + column] ?? 0
  }

  set(row: number, column: number, value: number): void {
    const page = this.#pages[row >> ROW_BITS]
    if (page !== undefined) page[(row & (ROWS_A_PAGE - 1)) * this.#width + column] = value
  }
}
