/** Compares the copy of a table with the rows it has to have. */
import type { PoolClient } from '../store/postgres/database.ts'
import { copiedRows, type CopiedRow } from './copy-views.ts'
import { isIn, type Share } from './fold-log.ts'
import { columnText, type MemoryRow } from '../projections/memory-tables.ts'
import type { Key, Table } from '../projections/projection.ts'

export interface Comparison {
  readonly table: Table
  readonly expected: ReadonlyMap<Key, MemoryRow>
  /** Of the keys that `expected` covers. */
  readonly share: Share
}

/** The first difference found, as a sentence without texts of the row; null when there is none. */
export async function compareTable(client: PoolClient, comparison: Comparison): Promise<string | null> {
  const { table, expected, share } = comparison
  const missing = new Set(expected.keys())
  for await (const [key, found] of copiedRows(client, table)) {
    if (!isIn(share, table, key)) continue
    const row = expected.get(key)
    if (row === undefined) return `${table.name} has a row ${String(key)} that the log does not have`
    const column = Object.keys(table.columns).find((name) => columnText(row[name]) !== columnText(found[name]))
    if (column !== undefined) return `${table.name} ${String(key)}: ${difference(table, column, { row, found })}`
    missing.delete(key)
  }
  const [first] = missing
  return first === undefined ? null : `${table.name} lacks ${String(missing.size)} rows, one of them ${String(first)}`
}

function difference(
  { columns }: Table,
  column: string,
  { row, found }: { readonly row: MemoryRow; readonly found: CopiedRow },
): string {
  if (columns[column] === 'text') return `${column} differs from the log`
  return `${column} is ${String(columnText(found[column]))}, the log has ${String(columnText(row[column]))}`
}
