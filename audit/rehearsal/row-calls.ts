/**
 * What events do to rows, as the calls themselves. A projection never reads a row, so where two readings of every event
 * make the same calls the rows are the same, and none of them has to be made.
 */
import { asInteger, asText, typeOf } from '../../projections/write-rows.ts'
import type {
  Columns,
  Increments,
  Projected,
  Projection,
  Rows,
  Sets,
  Table,
  Value,
} from '../../projections/projection.ts'
import { keyNames, keyValues, toKey, toNamed, type Key, type KeyOf, type TableKey } from '../../projections/row-key.ts'

type Call = 'set' | 'add' | 'remove'

export interface RowCall {
  readonly call: Call
  readonly table: Table
  readonly key: Key
  /** None of a removal. */
  readonly columns: Readonly<Record<string, Value | undefined>>
}

const NONE = {}

export type RowCalls =
  { readonly ok: true; readonly calls: readonly RowCall[] } | { readonly ok: false; readonly message: string }

/** The calls that a projection makes for an event; not ok when it throws. */
export function callsOf(projection: Projection, events: readonly Projected[]): RowCalls {
  const calls = new Calls()
  try {
    for (const one of events) if (projection.handles.includes(one.event.type)) projection.apply(one, calls)
    return { ok: true, calls: calls.made }
  } catch (error) {
    return { ok: false, message: messageOf(error) }
  }
}

/**
 * The first value that no column takes, and why: it would stop the projection when it is written. Null: all fit. Asked of
 * calls that differ alone, because values of today have been written already.
 */
export function misfit(calls: readonly RowCall[]): string | null {
  for (const { table, key, columns } of calls) {
    const why = keyMisfit(table, key) ?? firstOf(columns, (name, value) => misfitOf(table, name, value))
    if (why !== null) return why
  }
  return null
}

/** Makes the calls again. */
export function replay(calls: readonly RowCall[], rows: Rows): void {
  for (const { call, table, key, columns } of calls) {
    const named = toNamed(table, key)
    if (call === 'remove') rows.remove(table, named)
    else if (call === 'set') rows.set(table, named, columns)
    else rows.add(table, named, columns as Readonly<Record<string, number>>) // counters take nothing else
  }
}

/** Whether both make the same changes. What is not given in a `set` is a null there, and in an `add` nothing. */
export function sameCalls(one: readonly RowCall[], other: readonly RowCall[]): boolean {
  return one.length === other.length && one.every((call, index) => sameCall(call, other[index]))
}

class Calls implements Rows {
  readonly made: RowCall[] = []

  set<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>, columns: Sets<C>): void {
    this.#make('set', table, toKey(key), columns)
  }

  add<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>, increments: Increments<C>): void {
    this.#make('add', table, toKey(key), increments)
  }

  remove<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>): void {
    this.#make('remove', table, toKey(key), NONE)
  }

  #make(call: Call, table: Table, key: Key, columns: RowCall['columns']): void {
    this.made.push({ call, table, key, columns })
  }
}

function keyMisfit(table: Table, key: Key): string | null {
  try {
    const values = keyValues(table, key)
    const named = Object.fromEntries(keyNames(table).map((name, place) => [name, values[place]]))
    return firstOf(named, (name, value) => misfitOf(table, name, value))
  } catch (error) {
    return messageOf(error)
  }
}

function misfitOf(table: Table, column: string, value: Value | undefined): string | null {
  try {
    if (typeOf(table, column) === 'text') asText(value ?? null)
    else asInteger(value ?? null)
    return null
  } catch (error) {
    return `${table.name}.${column}: ${messageOf(error)}`
  }
}

function firstOf(
  columns: RowCall['columns'],
  look: (name: string, value: Value | undefined) => string | null,
): string | null {
  for (const name in columns) {
    const found = look(name, columns[name])
    if (found !== null) return found
  }
  return null
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function sameCall(one: RowCall, other: RowCall | undefined): boolean {
  if (other === undefined || one.call !== other.call || one.table !== other.table || one.key !== other.key) return false
  const [was, is] = [one.columns, other.columns]
  for (const name in was) if (!Object.is(was[name] ?? null, is[name] ?? null) || !(name in is)) return false
  for (const name in is) if (!(name in was)) return false
  return true
}
