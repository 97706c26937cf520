/** Takes away the rows that a table no longer keeps, in the transaction of those that took their places. */
import type { PoolClient } from '../store/postgres/database.ts'
import { keepsRows } from './kept-values.ts'
import { physicalName } from './physical-table.ts'
import type { Table } from './projection.ts'
import { keyNames } from './row-key.ts'
import { runWrites, type RowWrite } from './row-write.ts'

/** How many rows a table has at most, where its count of rows says which are too many. */
export function mostRows(table: Table): number {
  return keepsRows(table) ? (table.keep?.newest ?? Infinity) : Infinity
}

/** Deletes the rows with the lowest keys, this many: it walks over no other. */
export function pruneWrite(table: Table, generation: number, surplus: number): RowWrite {
  const name = physicalName(table, generation)
  const key = keyNames(table).join(', ')
  return {
    name: `prune_${name}`,
    text: `with deleted as (
        delete from ${name} where ${key} in (select ${key} from ${name} order by ${key} limit $1) returning 1)
      select count(*)::int from deleted`,
    values: [String(surplus)],
    counts: 'deleted',
  }
}

/**
 * Deletes the rows whose values are not among the newest distinct ones. It steps from value to value through an index that
 * begins with that column, and not even that while the values lie so close that there cannot be too many.
 */
export function pruneValues(table: Table, generation: number): RowWrite {
  const name = physicalName(table, generation)
  const { column, newest = 0 } = table.keep ?? {}
  return {
    name: `prune_${name}`,
    text: `with recursive ends as (
        select min(${String(column)}) as lowest, max(${String(column)}) as highest from ${name}),
      newest (value, place) as (
        select highest, 1 from ends where highest - lowest >= $1
        union all
        select (select max(${String(column)}) from ${name} where ${String(column)} < newest.value), place + 1
        from newest where place <= $1 and value is not null),
      deleted as (
        delete from ${name} where ${String(column)} <= (select value from newest where place = $1 + 1) returning 1)
      select count(*)::int from deleted`,
    values: [String(newest)],
    counts: 'deleted',
  }
}

/** Deletes what a table of `count` rows does not keep, behind a write; returns how many it then has. */
export async function prune(client: PoolClient, table: Table, generation: number, count: number): Promise<number> {
  if (table.keep !== undefined && !keepsRows(table)) {
    return count + (await runWrites(client, [pruneValues(table, generation)]))
  }
  const most = mostRows(table)
  if (count <= most) return count
  return count + (await runWrites(client, [pruneWrite(table, generation, count - most)]))
}
