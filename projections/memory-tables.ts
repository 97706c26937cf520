/** A projection's tables as plain maps: what its rows have to be, by the shortest way. */
import { KeptValues } from './kept-values.ts'
import { isAdded, type Columns, type Increments, type Rows, type Sets, type Table } from './projection.ts'
import { toKey, type Key, type KeyOf, type TableKey } from './row-key.ts'

/** Counters and sums are bigints here, so that sums are exact however large. */
export type MemoryValue = string | number | bigint | null
export type MemoryRow = Record<string, MemoryValue>

export class MemoryTables implements Rows {
  readonly #tables = new Map<string, Map<Key, MemoryRow>>()
  readonly #kept = new Map<string, KeptValues>()
  readonly #holds: (table: Table, key: Key) => boolean

  /** Keeps only the rows that `holds` says: the same ones as if it kept all. */
  constructor(holds: (table: Table, key: Key) => boolean = () => true) {
    this.#holds = holds
  }

  rows(table: Table): ReadonlyMap<Key, MemoryRow> {
    const rows = this.#rows(table)
    this.#prune(table, rows)
    return rows
  }

  set<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>, columns: Sets<C>): void {
    const row = this.#row(table, toKey(key))
    if (row === null) return
    for (const name in columns) {
      const value = columns[name] ?? null
      row[name] = isAdded(table.columns[name]) ? BigInt(value ?? 0) : value
    }
  }

  add<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>, increments: Increments<C>): void {
    const row = this.#row(table, toKey(key))
    if (row === null) return
    for (const name in increments) row[name] = BigInt(row[name] ?? 0) + BigInt(increments[name] ?? 0)
  }

  remove<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>): void {
    this.#rows(table).delete(toKey(key))
  }

  #row(table: Table, key: Key): MemoryRow | null {
    const rows = this.#rows(table)
    // Also of a row that is not held: it takes the place of an older one.
    if (table.keep !== undefined && !rows.has(key)) this.#see(table, key, rows)
    if (!this.#holds(table, key)) return null
    let row = rows.get(key)
    if (row === undefined) rows.set(key, (row = emptyRow(table)))
    return row
  }

  #see(table: Table, key: Key, rows: Map<Key, MemoryRow>): void {
    let kept = this.#kept.get(table.name)
    if (kept === undefined) this.#kept.set(table.name, (kept = new KeptValues(table)))
    if (kept.see(kept.valueOf(key))) this.#prune(table, rows)
  }

  #prune({ name }: Table, rows: Map<Key, MemoryRow>): void {
    const kept = this.#kept.get(name)
    const lowest = kept?.lowest() ?? -Infinity
    if (kept === undefined || lowest === -Infinity) return
    for (const key of rows.keys()) if (kept.valueOf(key) < lowest) rows.delete(key)
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

/** How values of rows are compared and shown, wherever they come from: the driver gives a bigint and a numeric as a text. */
export function columnText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value as string | number | bigint)
}
