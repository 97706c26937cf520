/** How a projection's table stands in Postgres: one physical table for each generation. */
import type { PoolClient } from '../store/postgres/database.ts'
import type { Columns, ColumnType, Projection, Table } from './projection.ts'
import { keyColumns, keyNames, type TableKey } from './row-key.ts'

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'text collate "C"',
  integer: 'integer',
  bigint: 'bigint',
  counter: 'bigint not null default 0',
  sum: 'numeric not null default 0',
}

/** `views.<table>_g<generation>`. */
export function physicalName<C extends Columns, K extends TableKey>({ name }: Table<C, K>, generation: number): string {
  return `views.${name}_g${String(generation)}`
}

/** Makes a generation's empty tables and its checkpoint, at the beginning of the log. */
export async function createTables(client: PoolClient, projection: Projection, generation: number): Promise<void> {
  const { name, version, tables } = projection
  for (const table of tables) await client.query(tableText(table, generation))
  await client.query(
    `insert into views.checkpoints (projection, generation, version, position, row_counts) values ($1, $2, $3, 0, $4)`,
    [name, generation, version, JSON.stringify(Object.fromEntries(tables.map((table) => [table.name, 0])))],
  )
}

/** Safe to repeat. */
export async function createIndexes(client: PoolClient, { tables }: Projection, generation: number): Promise<void> {
  for (const table of tables) for (const text of indexTexts(table, generation)) await client.query(text)
}

export function tableText(table: Table, generation: number): string {
  const columns = Object.entries(table.columns).map(([column, type]) => `${column} ${SQL_TYPES[type]}`)
  const keys = keyColumns(table).map(({ name, type }) => `${name} ${SQL_TYPES[type]}`)
  const primary = `primary key (${keyNames(table).join(', ')})`
  return `create table ${physicalName(table, generation)} (\n  ${[...keys, ...columns, primary].join(',\n  ')}\n)`
}

export function indexTexts(table: Table, generation: number): readonly string[] {
  const { name, indexes = [] } = table
  return indexes.map(
    (columns, index) =>
      `create index if not exists ${name}_g${String(generation)}_${String(index + 1)} on ${physicalName(table, generation)} (${columns})`,
  )
}

/** As it stands in the temporary table through which rows are copied: every column may be missing. */
export function stagingColumns(table: Table): string {
  const types = Object.entries(table.columns).map(
    ([column, type]) => `${column} ${SQL_TYPES[type].replace(' not null default 0', '')}`,
  )
  return [...keyColumns(table).map(({ name, type }) => `${name} ${SQL_TYPES[type]}`), ...types].join(', ')
}
