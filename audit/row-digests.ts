/**
 * The rows of a table as a fixed count of numbers each, for comparison: integers as they are, texts as 53 bits of hash.
 * What the log says and what the table holds come in row by row; what does not fit into memory is spilled by key.
 */
import { IntegerTable } from './spill/integer-table.ts'
import { digestOf, hashName } from './spill/name-hash.ts'
import { PARTS, Partitions } from './spill/partitions.ts'
import type { Spill } from './spill/spill-file.ts'
import { KeptValues } from '../projections/kept-values.ts'
import { isAdded, type ColumnType, type Table, type Value } from '../projections/projection.ts'
import type { Key } from '../projections/row-key.ts'

/** The first cells of a row. */
const FLAG = 0
/** Of the last event that touched it: by it the key is found again. */
const POSITION = 1
/** In a table that keeps the newest of a column of its key: the value of that. */
const KEPT = 2
const FIRST_COLUMN = 3

/** What was written down before holds still; it does not; there is no row any more. */
const GOES_ON = 0
const BEGINS = 1
const GONE = 2

const UNSET = Number.NaN
const NULL = Infinity

/**
 * A counter or a sum: whether it was set (and not only added to), then high * 2^40 + low, so that sums beyond 2^53 stay exact.
 */
const COUNTER_CELLS = 3
const LOW_BITS = 40n
const LOW_RANGE = 2 ** 40
/** Numbers with this many digits are exact. */
const SAFE_DIGITS = 15

interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly cell: number
}

/** A row, by the hash of its key. */
interface RowFault {
  readonly low: number
  readonly high: number
}

/** The first fault of each kind. */
export interface RowFaults {
  /** In the table alone. */
  unexpected: RowFault | null
  /** `expected`: what the log says, as it is shown; of a text it is not known. */
  different: (RowFault & { readonly column: string; readonly expected: string | null }) | null
  /** In the log alone; `position`: of an event that wrote the first of these rows. */
  missing: (RowFault & { readonly position: number; rows: number }) | null
}

export class RowDigests {
  readonly table: Table
  readonly #columns: readonly Column[]
  readonly #byName: ReadonlyMap<string, Column>
  readonly #width: number
  readonly #empty: Float64Array<ArrayBuffer>
  readonly #rowsInMemory: number
  /** Rows as far as the latest events made them. */
  readonly #window: IntegerTable
  readonly #ofLog: Partitions
  readonly #ofTable: Partitions
  readonly #found: Float64Array
  readonly #kept: KeptValues | null

  constructor(table: Table, spill: Spill, rowsInMemory: number) {
    let cell = FIRST_COLUMN
    this.table = table
    this.#kept = table.keep === undefined ? null : new KeptValues(table)
    this.#columns = Object.entries(table.columns).map(([name, type]) => {
      const column = { name, type, cell }
      cell += isAdded(type) ? COUNTER_CELLS : 1
      return column
    })
    this.#byName = new Map(this.#columns.map((column) => [column.name, column]))
    this.#width = cell
    this.#empty = new Float64Array(cell)
    for (const column of this.#columns) if (!isAdded(column.type)) this.#empty[column.cell] = UNSET
    this.#rowsInMemory = rowsInMemory
    this.#window = new IntegerTable(cell, this.#empty)
    this.#ofLog = new Partitions(spill, cell)
    this.#ofTable = new Partitions(spill, cell)
    this.#found = new Float64Array(cell)
  }

  set(key: Key, position: number, columns: Readonly<Record<string, Value | undefined>>): void {
    const at = this.#touch(key, position)
    const { cells } = this.#window
    for (const name in columns) {
      const { type, cell } = this.#column(name)
      const value = columns[name] ?? null
      if (!isAdded(type)) cells[at + cell] = cellOf(type, value)
      else {
        cells[at + cell] = 1
        writeSum(cells, at + cell, value)
      }
    }
  }

  add(key: Key, position: number, increments: Readonly<Record<string, number | bigint | undefined>>): void {
    const at = this.#touch(key, position)
    const { cells } = this.#window
    for (const name in increments) addHighLow(cells, at + this.#column(name).cell, ...split(increments[name] ?? 0))
  }

  remove(key: Key, position: number): void {
    const at = this.#touch(key, position)
    this.#window.clear(at / this.#width)
    this.#window.cells[at + FLAG] = GONE
    this.#window.cells[at + POSITION] = position
  }

  /** A row of the table, as the driver gives it. */
  found(key: Key, row: Readonly<Record<string, string | number | null>>): void {
    const cells = this.#found
    for (const { name, type, cell } of this.#columns) {
      const value = row[name] ?? null
      if (isAdded(type)) writeSum(cells, cell, value)
      else cells[cell] = cellOf(type, value)
    }
    const { low, high } = hashName(String(key))
    this.#ofTable.add(low, high, cells)
  }

  /** Once, after the last row of both. */
  compare(): RowFaults {
    this.#spillWindow()
    const faults: RowFaults = { unexpected: null, different: null, missing: null }
    const lowest = this.#kept?.lowest() ?? -Infinity
    const expected = new IntegerTable(this.#width, this.#empty)
    for (let part = 0; part < PARTS; part++) {
      expected.clear()
      this.#ofLog.each(part, (low, high, cells, at) => {
        // What is no longer kept the table does not have either.
        if ((cells[at + KEPT] ?? 0) < lowest) return
        this.#merge(expected.cellsOf(expected.rowOf(low, high)), expected.cells, cells, at)
      })
      this.#ofTable.each(part, (low, high, cells, at) => this.#compareRow(expected, faults, { low, high, cells, at }))
      this.#countMissing(expected, faults)
      this.#ofLog.drop(part)
      this.#ofTable.drop(part)
    }
    return faults
  }

  #compareRow(
    expected: IntegerTable,
    faults: RowFaults,
    { low, high, cells, at }: RowFault & { readonly cells: Float64Array; readonly at: number },
  ): void {
    const row = expected.find(low, high)
    if (row < 0 || expected.get(row, FLAG) === GONE) {
      faults.unexpected ??= { low, high }
      return
    }
    // What is not gone in the end was not found.
    expected.set(row, FLAG, GONE)
    const start = expected.cellsOf(row)
    const column = this.#columns.find((one) => !sameColumn(one, expected.cells, start, cells, at))
    if (column !== undefined) {
      const shown = shownCell(column, expected.cells, start)
      faults.different ??= { low, high, column: column.name, expected: shown }
    }
  }

  #countMissing(expected: IntegerTable, faults: RowFaults): void {
    for (let row = 0; row < expected.size; row++) {
      if (expected.get(row, FLAG) === GONE) continue
      const [low, high, position] = [expected.low(row), expected.high(row), expected.get(row, POSITION)]
      faults.missing ??= { low, high, position, rows: 0 }
      faults.missing.rows++
    }
  }

  /** Where the cells of a row begin, in the window. */
  #touch(key: Key, position: number): number {
    const { low, high } = hashName(String(key))
    if (this.#window.size >= this.#rowsInMemory && this.#window.find(low, high) < 0) this.#spillWindow()
    const at = this.#window.cellsOf(this.#window.rowOf(low, high))
    const { cells } = this.#window
    cells[at + POSITION] = position
    if (this.#kept !== null) {
      const value = this.#kept.valueOf(key)
      this.#kept.see(value)
      cells[at + KEPT] = value
    }
    if (cells[at + FLAG] === GONE) cells[at + FLAG] = BEGINS
    return at
  }

  #spillWindow(): void {
    const window = this.#window
    for (let row = 0; row < window.size; row++) {
      this.#ofLog.add(window.low(row), window.high(row), window.cells, window.cellsOf(row))
    }
    window.clear()
  }

  /** Puts a record, which is later, onto a row. */
  #merge(onto: number, row: Float64Array, record: Float64Array, at: number): void {
    if (record[at + FLAG] !== GOES_ON) row.set(this.#empty, onto)
    // A removed row that is written again begins again, no matter which record says so.
    const gone = row[onto + FLAG] === GONE
    row[onto + FLAG] = gone ? BEGINS : (record[at + FLAG] ?? GOES_ON)
    row[onto + POSITION] = record[at + POSITION] ?? 0
    row[onto + KEPT] = record[at + KEPT] ?? 0
    for (const { type, cell } of this.#columns) {
      const value = record[at + cell] ?? UNSET
      if (!isAdded(type)) {
        if (!Number.isNaN(value)) row[onto + cell] = value
        continue
      }
      if (value === 1) row.fill(0, onto + cell, onto + cell + COUNTER_CELLS)
      addHighLow(row, onto + cell, record[at + cell + 1] ?? 0, record[at + cell + 2] ?? 0)
    }
  }

  #column(name: string): Column {
    const column = this.#byName.get(name)
    if (column === undefined) throw new Error(`${this.table.name} has no column ${name}`)
    return column
  }
}

function cellOf(type: ColumnType, value: Value): number {
  if (value === null) return NULL
  return type === 'text' ? digestOf(String(value)) : Number(value)
}

function writeSum(cells: Float64Array, at: number, value: Value): void {
  const text = String(value)
  const [high, low] = split(text.length <= SAFE_DIGITS ? Number(value) : BigInt(text))
  cells[at + 1] = high
  cells[at + 2] = low
}

/** As high and low. */
function split(value: number | bigint): readonly [number, number] {
  if (typeof value === 'bigint') return [Number(value >> LOW_BITS), Number(BigInt.asUintN(40, value))]
  const high = Math.floor(value / LOW_RANGE)
  return [high, value - high * LOW_RANGE]
}

function addHighLow(cells: Float64Array, at: number, high: number, low: number): void {
  const sum = (cells[at + 2] ?? 0) + low
  const carry = sum >= LOW_RANGE ? 1 : 0
  cells[at + 1] = (cells[at + 1] ?? 0) + high + carry
  cells[at + 2] = sum - carry * LOW_RANGE
}

/** A column that nothing has set is null. */
function sameColumn({ type, cell }: Column, one: Float64Array, from: number, other: Float64Array, at: number): boolean {
  if (!isAdded(type)) {
    const value = one[from + cell] ?? UNSET
    return (Number.isNaN(value) ? NULL : value) === other[at + cell]
  }
  return one[from + cell + 1] === other[at + cell + 1] && one[from + cell + 2] === other[at + cell + 2]
}

function shownCell({ type, cell }: Column, cells: Float64Array, at: number): string | null {
  const [first = UNSET, high = 0, low = 0] = cells.subarray(at + cell, at + cell + COUNTER_CELLS)
  if (isAdded(type)) return String((BigInt(high) << LOW_BITS) + BigInt(low))
  if (type === 'text') return null
  return Number.isFinite(first) ? String(first) : 'null'
}
