/** Keys of rows: one value, or the values of up to three columns. */

export type KeyType = 'text' | 'bigint'

export interface KeyColumn<T extends KeyType = KeyType> {
  readonly name: string
  readonly type: T
}

/** One column, or several in the order of the index. */
export type TableKey = KeyColumn | readonly [KeyColumn, KeyColumn] | readonly [KeyColumn, KeyColumn, KeyColumn]

/** What a projection names a row by: a value, or a tuple of them. */
export type KeyOf<K extends TableKey> =
  K extends KeyColumn<infer T>
    ? KeyValueOf<T>
    : { readonly [I in keyof K]: K[I] extends KeyColumn<infer T> ? KeyValueOf<T> : never }

type KeyValueOf<T extends KeyType> = T extends 'text' ? string : number

export type KeyValue = string | number

/** A row's key as maps hold it: the value itself, or the values of several columns as one text. */
export type Key = string | number

/** No text in Postgres holds it. */
const SEPARATOR = '\0'

interface Keyed {
  readonly name: string
  readonly key: TableKey
}

export function keyColumns({ key }: Pick<Keyed, 'key'>): readonly KeyColumn[] {
  return 'name' in key ? [key] : key
}

export function keyNames(table: Pick<Keyed, 'key'>): readonly string[] {
  return keyColumns(table).map(({ name }) => name)
}

type Missing = null | undefined

/** Of what a projection names a row by. Throws a TypeError when a value is missing: an event may be read with another schema. */
export function toKey(named: KeyValue | Missing | readonly (KeyValue | Missing)[]): Key {
  if (typeof named === 'string' || typeof named === 'number') return named
  if (named === null || named === undefined) throw new TypeError('a key is missing')
  return named.map((value) => toKey(value)).join(SEPARATOR)
}

/** What a projection of the table named the row by. */
export function toNamed(table: Keyed, key: Key): KeyOf<TableKey> {
  const values = keyValues(table, key)
  return (values.length === 1 ? key : values) as KeyOf<TableKey>
}

/** The values of a key, column by column. Throws a TypeError when a text holds what no text may. */
export function keyValues(table: Keyed, key: Key): readonly KeyValue[] {
  const columns = keyColumns(table)
  if (columns.length === 1) return [key]
  const texts = String(key).split(SEPARATOR)
  if (texts.length !== columns.length) throw new TypeError(`a key of ${table.name} holds a NUL`)
  return texts.map((text, index) => (columns[index]?.type === 'text' ? text : Number(text)))
}

/** Of a row as the driver gives it, a bigint as a text. */
export function keyOfRow(table: Pick<Keyed, 'key'>, row: Readonly<Record<string, unknown>>): Key {
  const values = keyColumns(table).map(({ name, type }) => (type === 'text' ? String(row[name]) : Number(row[name])))
  return values.length === 1 ? (values[0] ?? '') : toKey(values)
}

/** For people. */
export function keyText(key: Key): string {
  return String(key).replaceAll(SEPARATOR, ' ')
}
