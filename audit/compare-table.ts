/** Compares the copy of a table with the rows it has to have: the first difference, as a sentence without texts of the row. */
import { copiedRows, type CopiedRow } from './copy-views.ts'
import type { RowDigests, RowFaults } from './row-digests.ts'
import { hashName, type NameHash } from './spill/name-hash.ts'
import { columnText, type MemoryRow } from '../projections/memory-tables.ts'
import type { Table } from '../projections/projection.ts'
import { keyText, type Key } from '../projections/row-key.ts'
import type { PoolClient } from '../store/postgres/database.ts'

/** Null when there is no difference. For tables that keep few rows. */
export async function compareTable(
  client: PoolClient,
  table: Table,
  expected: ReadonlyMap<Key, MemoryRow>,
): Promise<string | null> {
  const missing = new Set(expected.keys())
  for await (const [key, found] of copiedRows(client, table)) {
    const row = expected.get(key)
    if (row === undefined) return unexpected(table, key)
    const column = Object.keys(table.columns).find((name) => columnText(row[name]) !== columnText(found[name]))
    if (column !== undefined) {
      const text = table.columns[column] === 'text' ? null : String(columnText(row[column]))
      return different(table, key, { column, found, expected: text })
    }
    missing.delete(key)
  }
  const [first] = missing
  return first === undefined ? null : lacks(table, missing.size, first)
}

/**
 * The same for a table of any length. Digests know their rows by a hash alone: the table is read again for the name of one
 * that is wrong, and `keyAt` finds the one that an event has written, in the log.
 */
export async function compareDigests(
  client: PoolClient,
  digests: RowDigests,
  keyAt: (position: number, wanted: (key: Key) => boolean) => Promise<Key | null>,
): Promise<string | null> {
  const { table } = digests
  for await (const [key, row] of copiedRows(client, table)) digests.found(key, row)
  const faults = digests.compare()
  if (faults.unexpected !== null) {
    const [key] = await rowOf(client, table, faults.unexpected)
    return unexpected(table, key)
  }
  if (faults.different !== null) {
    const [key, found] = await rowOf(client, table, faults.different)
    return different(table, key, { ...faults.different, found })
  }
  return faults.missing === null ? null : lacks(table, faults.missing.rows, await missingKey(faults.missing, keyAt))
}

async function missingKey(
  { position, ...hash }: NonNullable<RowFaults['missing']>,
  keyAt: Parameters<typeof compareDigests>[2],
): Promise<Key> {
  return (await keyAt(position, (key) => isOf(hash, key))) ?? `that the event at position ${String(position)} wrote`
}

async function rowOf(client: PoolClient, table: Table, hash: NameHash): Promise<readonly [Key, CopiedRow]> {
  for await (const row of copiedRows(client, table)) if (isOf(hash, row[0])) return row
  throw new Error(`a row of ${table.name} is no longer in its copy`)
}

function isOf({ low, high }: NameHash, key: Key): boolean {
  const hash = hashName(String(key))
  return hash.low === low && hash.high === high
}

function unexpected({ name }: Table, key: Key): string {
  return `${name} has a row ${keyText(key)} that the log does not have`
}

function lacks({ name }: Table, rows: number, one: Key): string {
  return `${name} lacks ${String(rows)} rows, one of them ${keyText(one)}`
}

function different(
  table: Table,
  key: Key,
  { column, found, expected }: { readonly column: string; readonly found: CopiedRow; readonly expected: string | null },
): string {
  const what =
    table.columns[column] === 'text'
      ? `${column} differs from the log`
      : `${column} is ${String(columnText(found[column]))}, the log has ${String(expected)}`
  return `${table.name} ${keyText(key)}: ${what}`
}
