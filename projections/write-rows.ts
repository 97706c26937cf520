/**
 * Writes the changes of a batch to one table: one delete, then one array-valued upsert for each set of columns.
 * Keys are sorted, so that rows are locked in one order and neighbours in an index are written together.
 */
import { int4Array, int8Array, numericArray, textArray } from '../store/postgres/binary-array.ts'
import type { TableChanges, Written } from './fold-batch.ts'
import { physicalName } from './physical-table.ts'
import { keepsRows } from './kept-values.ts'
import { pruneValues } from './prune-rows.ts'
import type { RowWrite } from './row-write.ts'
import type { ColumnType, Table, Value } from './projection.ts'
import { keyColumns, keyNames, keyValues, type Key, type KeyValue } from './row-key.ts'

/** The statements for one table's changes, in order. Pure; throws when a value does not fit its column. */
export function rowWrites(table: Table, generation: number, changes: TableChanges): readonly RowWrite[] {
  const { removed, groups } = groupChanges(table, changes)
  const writes = groups.flatMap(inPieces).map((group) => upsert(table, generation, group))
  if (table.keep !== undefined && !keepsRows(table)) return [...writes, pruneValues(table, generation)]
  return removed.length === 0 ? writes : [removeWrite(table, generation, removed), ...writes]
}

export interface GroupedChanges {
  readonly removed: readonly Key[]
  readonly groups: readonly Group[]
}

/** What comes down to one statement each: the keys to remove, and the rows that set the same columns. */
export function groupChanges(table: Table, changes: TableChanges): GroupedChanges {
  const removed: Key[] = []
  const groups = new Map<string, MutableGroup>()
  for (const key of sortedKeys(table, changes)) {
    const change = changes.get(key)
    if (change?.removed === true) removed.push(key)
    if (change?.written) join(groups, table, { key, written: change.written })
  }
  return { removed, groups: [...new Set(groups.values())] }
}

/** Of one statement: some 100 ms, far from where a session ends one. */
const MOST_ROWS = 20_000

function inPieces(group: Group): readonly Group[] {
  const { keys, written } = group
  if (keys.length <= MOST_ROWS) return [group]
  return Array.from({ length: Math.ceil(keys.length / MOST_ROWS) }, (_, piece) => {
    const [from, to] = [piece * MOST_ROWS, (piece + 1) * MOST_ROWS]
    return { ...group, keys: keys.slice(from, to), written: written.slice(from, to) }
  })
}

/** Rows that set the same columns. They may add to different counters: what a row does not add to grows by 0. */
export interface Group {
  readonly set: readonly string[]
  readonly add: ReadonlySet<string>
  readonly keys: readonly Key[]
  readonly written: readonly Written[]
}

interface MutableGroup extends Group {
  readonly add: Set<string>
  readonly keys: Key[]
  readonly written: Written[]
}

function join(
  groups: Map<string, MutableGroup>,
  table: Table,
  row: { readonly key: Key; readonly written: Written },
): void {
  const { key, written } = row
  const group = groupOf(groups, table, Object.keys(written.set))
  group.keys.push(key)
  group.written.push(written)
  for (const name in written.add) group.add.add(name)
}

/** The same columns in another order are the same group: one set of columns has one statement. */
function groupOf(groups: Map<string, MutableGroup>, { columns }: Table, set: readonly string[]): MutableGroup {
  const found = groups.get(set.join())
  if (found !== undefined) return found
  const sorted = Object.keys(columns).filter((name) => set.includes(name))
  const group = groups.get(sorted.join()) ?? { set: sorted, add: new Set(), keys: [], written: [] }
  groups.set(sorted.join(), group)
  groups.set(set.join(), group)
  return group
}

/** The columns that a group writes, in the order of its statement. */
export interface WrittenColumns {
  readonly set: readonly string[]
  readonly add: readonly string[]
  readonly all: readonly string[]
}

export function writtenColumns(table: Table, group: Group): WrittenColumns {
  const add = Object.keys(table.columns).filter((name) => group.add.has(name))
  return { set: group.set, add, all: [...keyNames(table), ...group.set, ...add] }
}

/** Merges rows of a source (a select of `columns.all`) by key; returns how many of them were new. */
export function mergeText(table: Table, generation: number, columns: WrittenColumns, source: string): string {
  const changes = [
    ...columns.set.map((column) => `${column} = excluded.${column}`),
    ...columns.add.map((column) => `${column} = present.${column} + excluded.${column}`),
  ]
  // xmax is 0 only in a row that this statement inserted.
  return `with written as (
      insert into ${physicalName(table, generation)} as present (${columns.all.join(', ')})
      ${source}
      on conflict (${keyNames(table).join(', ')}) do ${changes.length === 0 ? 'nothing' : `update set ${changes.join(', ')}`}
      returning (xmax = 0) as inserted)
    select (count(*) filter (where inserted))::int from written`
}

function upsert(table: Table, generation: number, group: Group): RowWrite {
  const columns = writtenColumns(table, group)
  const types = columns.all.map((column) => ARRAYS[typeOf(table, column)].type)
  const { keys, written } = group
  return {
    name: `upsert_${physicalName(table, generation)}_${bits(table, columns.set)}_${bits(table, columns.add)}`,
    text: mergeText(
      table,
      generation,
      columns,
      `select * from unnest(${types.map((type, index) => `$${String(index + 1)}::${type}[]`).join(', ')})`,
    ),
    values: [
      ...keyArrays(table, keys),
      ...columns.set.map((name) =>
        array(
          typeOf(table, name),
          written.map(({ set }) => set[name] ?? null),
        ),
      ),
      ...columns.add.map((name) =>
        array(
          typeOf(table, name),
          written.map(({ add }) => add[name] ?? 0),
        ),
      ),
    ],
    counts: 'inserted',
  }
}

export function removeWrite(table: Table, generation: number, keys: readonly Key[]): RowWrite {
  const target = physicalName(table, generation)
  const columns = keyColumns(table)
  const gone = columns.map(({ type }, index) => `$${String(index + 1)}::${ARRAYS[type].type}[]`)
  return {
    name: `delete_${target}`,
    text: `with deleted as (
        delete from ${target} present using unnest(${gone.join(', ')}) gone (${keyNames(table).join(', ')})
        where ${columns.map(({ name }) => `present.${name} = gone.${name}`).join(' and ')} returning 1)
      select count(*)::int from deleted`,
    values: keyArrays(table, keys),
    counts: 'deleted',
  }
}

const ARRAYS = {
  text: { type: 'text', write: (values: readonly Value[]) => textArray(values.map(asText)) },
  integer: { type: 'int4', write: (values: readonly Value[]) => int4Array(values.map(asNumber)) },
  bigint: { type: 'int8', write: (values: readonly Value[]) => int8Array(values.map(asInteger)) },
  counter: { type: 'int8', write: (values: readonly Value[]) => int8Array(values.map(asInteger)) },
  sum: { type: 'numeric', write: (values: readonly Value[]) => numericArray(values.map(asInteger)) },
} as const

/** A column of the key each. */
function keyArrays(table: Table, keys: readonly Key[]): readonly Buffer[] {
  const columns = keyColumns(table)
  const [only] = columns
  if (only !== undefined && columns.length === 1) return [array(only.type, keys)]
  const values = keys.map((key) => keyValues(table, key))
  return columns.map(({ type }, index) =>
    array(
      type,
      values.map((each): KeyValue => each[index] ?? ''),
    ),
  )
}

function array(type: ColumnType, values: readonly Value[]): Buffer {
  return ARRAYS[type].write(values)
}

export function asText(value: Value): string | null {
  if (value === null || typeof value === 'string') return value
  throw new TypeError(`${value} is not a text`)
}

/** As a bigint only what was added up beyond 2^53. */
export function asInteger(value: Value): number | bigint | null {
  if (typeof value === 'bigint') return value
  return asNumber(value)
}

export function asNumber(value: Value): number | null {
  if (value === null || (typeof value === 'number' && Number.isSafeInteger(value))) return value
  throw new TypeError(
    `${typeof value === 'string' ? JSON.stringify(value) : String(value)} is not a whole number up to 2^53`,
  )
}

export function typeOf(table: Table, column: string): ColumnType {
  const type = keyColumns(table).find(({ name }) => name === column)?.type ?? table.columns[column]
  if (type === undefined) throw new Error(`${table.name} has no column ${column}`)
  return type
}

/** Which columns, as a short text: a prepared statement's name may have 63 characters. */
function bits(table: Table, columns: readonly string[]): string {
  const names = Object.keys(table.columns)
  return columns.reduce((sum, column) => sum | (1n << BigInt(names.indexOf(column))), 0n).toString(36)
}

/** Texts by their default order: a comparing function takes twice as long. */
function sortedKeys(table: Table, changes: TableChanges): readonly Key[] {
  const keys = [...changes.keys()]
  const [first, second] = keyColumns(table)
  return first?.type === 'text' || second !== undefined
    ? keys.sort()
    : keys.sort((one, other) => Number(one) - Number(other))
}
