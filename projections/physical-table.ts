/** How a projection's table stands in Postgres: one physical table for each generation. */
import type { Columns, ColumnType, KeyType, Table } from './projection.ts'

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'text collate "C"',
  integer: 'integer',
  bigint: 'bigint',
  counter: 'bigint not null default 0',
}

/** `views.<table>_g<generation>`. */
export function physicalName<C extends Columns, K extends KeyType>({ name }: Table<C, K>, generation: number): string {
  return `views.${name}_g${String(generation)}`
}

/** The statements that make a table and its indexes. */
export function createTable(table: Table, generation: number): readonly string[] {
  const name = physicalName(table, generation)
  const columns = Object.entries(table.columns).map(([column, type]) => `${column} ${SQL_TYPES[type]}`)
  return [
    `create table ${name} (\n  ${[`${table.key.name} ${SQL_TYPES[table.key.type]} primary key`, ...columns].join(',\n  ')}\n)`,
    ...(table.indexes ?? []).map((index) => `create index on ${name} (${index})`),
  ]
}
