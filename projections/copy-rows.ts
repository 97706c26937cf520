/**
 * Writes the changes of a large batch to a generation that nobody reads: by COPY into a temporary table, then merged by
 * key. The temporary table is gone with its session, so that nothing is left of a process that was killed.
 */
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import type { PoolClient } from '../store/postgres/database.ts'
import type { Changes, TableChanges } from './fold-batch.ts'
import { stagingColumns } from './physical-table.ts'
import type { Table } from './projection.ts'
import { prune } from './prune-rows.ts'
import { runWrites } from './row-write.ts'
import { groupChanges, mergeText, removeWrite, writtenColumns, type Group } from './write-rows.ts'
import { copyChunks } from './copy-format.ts'

export interface CopyRows {
  readonly generation: number
  readonly changes: Changes
  readonly rowCounts: Readonly<Record<string, number>>
  /** Called between rows on their way and their merge. */
  readonly copied: () => void
}

/** Within the caller's transaction. Resolves with the row counts after it; rejects when a value does not fit its column. */
export async function copyRows(client: PoolClient, write: CopyRows): Promise<Readonly<Record<string, number>>> {
  const { generation, changes, rowCounts } = write
  const counts = { ...rowCounts }
  for (const [table, rows] of changes) {
    const count = (counts[table.name] ?? 0) + (await copyTable(client, table, write, rows))
    counts[table.name] = await prune(client, table, generation, count)
  }
  return counts
}

/** Resolves with by how much the number of rows grew. */
async function copyTable(client: PoolClient, table: Table, write: CopyRows, rows: TableChanges): Promise<number> {
  const { generation, copied } = write
  const { removed, groups } = groupChanges(table, rows)
  let grown = removed.length === 0 ? 0 : await runWrites(client, [removeWrite(table, generation, removed)])
  const staging = `pg_temp.staging_${table.name}`
  await client.query(`create temporary table if not exists ${staging} (${stagingColumns(table)})`)
  for (const group of groups) {
    await client.query(`truncate ${staging}`)
    await copyGroup(client, staging, table, group)
    copied()
    const columns = writtenColumns(table, group)
    const text = mergeText(table, generation, columns, `select ${columns.all.join(', ')} from ${staging}`)
    const { rows: inserted } = await client.query<[number]>({ text, rowMode: 'array' })
    grown += inserted[0]?.[0] ?? 0
  }
  return grown
}

async function copyGroup(client: PoolClient, staging: string, table: Table, group: Group): Promise<void> {
  const columns = writtenColumns(table, group).all
  const target = client.query(copyFrom(`copy ${staging} (${columns.join(', ')}) from stdin (format binary)`))
  await pipeline(copyChunks(table, group), target)
}
