/** Copies a projection's tables together with their checkpoint, so that they can be looked at while others write on. */
import type { Position } from '../store/commit/command.ts'
import type { PoolClient } from '../store/postgres/database.ts'
import { readLiveGenerations, type LiveGeneration } from '../projections/generations.ts'
import { physicalName } from '../projections/physical-table.ts'
import type { Projection, Table } from '../projections/projection.ts'
import { keyOfRow, type Key } from '../projections/row-key.ts'
import { sqlState, UNDEFINED_TABLE } from '../store/postgres/sqlstate.ts'

export interface ViewCopy {
  readonly projection: Projection
  readonly position: Position
  readonly tables: readonly TableCopy[]
}

export interface TableCopy {
  readonly table: Table
  /** As kept with the checkpoint. */
  readonly countKept: number
  readonly countFound: number
}

export type CopiedRow = Readonly<Record<string, string | number | null>>

/**
 * Copies into temporary tables of the session, in one snapshot that ends with the copy (a held one would slow the
 * appends). Null when this release cannot read the projection's tables. Rejects when the session's statement_timeout
 * is too short for them.
 */
export async function copyView(client: PoolClient, projection: Projection): Promise<ViewCopy | null> {
  for (let gone: number | null = null; ;) {
    await client.query('begin isolation level repeatable read')
    const live = (await readLiveGenerations(client)).get(projection.name)
    if (live?.version !== projection.version) {
      await client.query('rollback')
      return null
    }
    try {
      const tables = await copyTables(client, projection, live)
      await client.query('commit')
      return { projection, position: live.position, tables }
    } catch (error) {
      // A snapshot keeps rows, and no tables: those that a replay replaced may be dropped before they are copied.
      if (sqlState(error) !== UNDEFINED_TABLE || live.generation === gone) throw error
      gone = live.generation
      await client.query('rollback')
    }
  }
}

async function copyTables(
  client: PoolClient,
  { tables }: Projection,
  { generation, rowCounts }: LiveGeneration,
): Promise<readonly TableCopy[]> {
  const copies: TableCopy[] = []
  for (const table of tables) {
    const source = physicalName(table, generation)
    const { rowCount } = await client.query(`create temporary table ${copyName(table)} as select * from ${source}`)
    copies.push({ table, countKept: rowCounts[table.name] ?? 0, countFound: rowCount ?? 0 })
  }
  return copies
}

/** A page of the copy is a range of its blocks: no index, no sort, no open cursor. */
const PAGE_BLOCKS = 500

/** All rows of a copied table, in no order. */
export async function* copiedRows(client: PoolClient, table: Table): AsyncGenerator<readonly [Key, CopiedRow]> {
  const { rows: sizes } = await client.query<{ blocks: number }>(
    `select (pg_relation_size('${copyName(table)}') / current_setting('block_size')::int)::int as blocks`,
  )
  for (let block = 0; block < (sizes[0]?.blocks ?? 0); block += PAGE_BLOCKS) {
    const { rows } = await client.query<Record<string, string | number | null>>(
      `select * from ${copyName(table)} where ctid >= '(${block},0)' and ctid < '(${block + PAGE_BLOCKS},0)'`,
    )
    for (const row of rows) yield [keyOfRow(table, row), row]
  }
}

export async function dropCopies(client: PoolClient): Promise<void> {
  await client.query('discard temp')
}

function copyName({ name }: Table): string {
  return `copy_of_${name}`
}
