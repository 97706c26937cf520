/** A projection's tables as plain maps: what its rows have to be, by the shortest way. */
import {
  isAdded,
  type Columns,
  type Increments,
  type Key,
  type KeyType,
  type Rows,
  type Sets,
  type Table,
} from './projection.ts'

/** Counters and sums are bigints here, so that sums are exact however large. */
export type MemoryValue = string | number | bigint | null
export type MemoryRow = Record<string, MemoryValue>

export class MemoryTables implements Rows {
  readonly #tables = new Map<string, Map<Key, MemoryRow>>()
  readonly #holds: (table: Table, key: Key) => boolean

  /** Keeps only the rows that `holds` says. */
  constructor(holds: (table: Table, key: Key) => boolean = () => true) {
    this.#holds = holds
  }

  rows(table: Table): ReadonlyMap<Key, MemoryRow> {
    const rows = this.#rows(table)
    if (table.keepNewest !== undefined) prune(rows, table.keepNewest)
    return rows
  }

  set<C extends Columns, K extends KeyType>(table: Table<C, K>, key: Key, columns: Sets<C>): void {
    if (!this.#holds(table, key)) return
    const row = this.#row(table, key)
    for (const name in columns) {
      const value = columns[name] ?? null
      row[name] = isAdded(table.columns[name]) ? BigInt(value ?? 0) : value
    }
  }

  add<C extends Columns, K extends KeyType>(table: Table<C, K>, key: Key, increments: Increments<C>): void {
    if (!this.#holds(table, key)) return
    const row = this.#row(table, key)
    for (const name in increments) row[name] = BigInt(row[name] ?? 0) + BigInt(increments[name] ?? 0)
  }

  remove<C extends Columns, K extends KeyType>(table: Table<C, K>, key: Key): void {
    this.#rows(table).delete(key)
  }

  #row(table: Table, key: Key): MemoryRow {
    const rows = this.#rows(table)
    let row = rows.get(key)
    if (row === undefined) {
      row = emptyRow(table)
      rows.set(key, row)
      if (table.keepNewest !== undefined && rows.size > 2 * table.keepNewest) prune(rows, table.keepNewest)
    }
    return row
  }

  #rows({ name }: Table): Map<Key, MemoryRow> {
    let rows = this.#tables.get(name)
    if (rows === undefined) this.#tables.set(name, (rows = new Map()))
    return rows
  }
}

function emptyRow({ columns }: Table): MemoryRow {
  const row: MemoryRow = {}
  for (const name in columns) row[name] = isAdded(columns[name]) ? 0n : null
  return row
}

function prune(rows: Map<Key, MemoryRow>, keepNewest: number): void {
  if (rows.size <= keepNewest) return
  const oldestKept = [...rows.keys()].map(Number).sort((one, other) => other - one)[keepNewest - 1]
  for (const key of rows.keys()) if (Number(key) < Number(oldestKept)) rows.delete(key)
}

/** How values of rows are compared and shown, wherever they come from: the driver gives a bigint and a numeric as a text. */
export function columnText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value as string | number | bigint)
}
