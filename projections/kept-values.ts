/**
 * What tables with `keep` still hold: the rows with the newest values of one column of their key.
 *
 * A value that is not among the newest of those seen so far never comes back, whatever is seen later. So rows may be dropped
 * at any time, and which are left in the end depends on no order (law 6).
 */
import type { Table } from './projection.ts'
import { keyNames, keyValues, type Key } from './row-key.ts'

/** A table with as many values as rows: its count says whether one is too many. */
export function keepsRows(table: Table): boolean {
  return table.keep !== undefined && keyNames(table).length === 1
}

/** The place of the column that decides, in the key. Throws when the key has no such bigint. */
export function keptColumn(table: Table): number {
  const place = keyNames(table).indexOf(table.keep?.column ?? '')
  if (place < 0) throw new Error(`${table.name} keeps the newest of a column that is not of its key`)
  return place
}

/** The values seen of the column that decides, as far as they can still matter. */
export class KeptValues {
  readonly #table: Table
  readonly #place: number
  readonly #newest: number
  readonly #seen = new Set<number>()

  constructor(table: Table) {
    this.#table = table
    this.#place = keptColumn(table)
    this.#newest = table.keep?.newest ?? Infinity
  }

  /** Of a row. */
  valueOf(key: Key): number {
    return Number(keyValues(this.#table, key)[this.#place])
  }

  /** True when enough was seen since the last time for rows to be dropped. */
  see(value: number): boolean {
    this.#seen.add(value)
    if (this.#seen.size <= 2 * this.#newest) return false
    const lowest = this.lowest()
    for (const each of this.#seen) if (each < lowest) this.#seen.delete(each)
    return true
  }

  /** Rows with a smaller value are not kept. */
  lowest(): number {
    if (this.#seen.size < this.#newest) return -Infinity
    return [...this.#seen].sort((one, other) => other - one)[this.#newest - 1] ?? -Infinity
  }
}
