/**
 * What events do to rows, as the calls themselves. A projection never reads a row, so where two readings of every event
 * make the same calls the rows are the same, and none of them has to be made.
 */
import { asInteger, asText, typeOf } from '../write-rows.ts'
import type {
  Columns,
  Increments,
  Key,
  KeyType,
  Projected,
  Projection,
  Rows,
  Sets,
  Table,
  Value,
} from '../projection.ts'

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

/** The calls that a projection makes for an event; not ok when it throws, or writes what no column takes. */
export function callsOf(projection: Projection, events: readonly Projected[]): RowCalls {
  const calls = new Calls()
  try {
    for (const one of events) if (projection.handles.includes(one.event.type)) projection.apply(one, calls)
    return { ok: true, calls: calls.made }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}

/** Makes the calls again. */
export function replay(calls: readonly RowCall[], rows: Rows): void {
  for (const { call, table, key, columns } of calls) {
    if (call === 'remove') rows.remove(table, key)
    else if (call === 'set') rows.set(table, key, columns)
    else rows.add(table, key, columns as Readonly<Record<string, number>>) // counters take nothing else
  }
}

/** Whether both make the same changes. What is not given in a `set` is a null there, and in an `add` nothing. */
export function sameCalls(one: readonly RowCall[], other: readonly RowCall[]): boolean {
  return one.length === other.length && one.every((call, index) => sameCall(call, other[index]))
}

class Calls implements Rows {
  readonly made: RowCall[] = []

  set<C extends Columns, K extends KeyType>(table: Table<C, K>, key: Key, columns: Sets<C>): void {
    this.#make('set', table, key, columns)
  }

  add<C extends Columns, K extends KeyType>(table: Table<C, K>, key: Key, increments: Increments<C>): void {
    this.#make('add', table, key, increments)
  }

  remove<C extends Columns, K extends KeyType>(table: Table<C, K>, key: Key): void {
    this.#make('remove', table, key, NONE)
  }

  #make(call: Call, table: Table, key: Key, columns: RowCall['columns']): void {
    requireFitting(table, table.key.name, key)
    for (const name in columns) requireFitting(table, name, columns[name] ?? null)
    this.made.push({ call, table, key, columns })
  }
}

/** What no column takes stops a projection when it is written: a rehearsal is to say so, and where. */
function requireFitting(table: Table, column: string, value: Value): void {
  try {
    if (column === table.key.name && value === null) throw new TypeError('a key is missing')
    if (typeOf(table, column) === 'text') asText(value)
    else asInteger(value)
  } catch (cause) {
    throw new TypeError(`${table.name}.${column}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function sameCall(one: RowCall, other: RowCall | undefined): boolean {
  if (other === undefined || one.call !== other.call || one.table !== other.table || one.key !== other.key) return false
  const [was, is] = [one.columns, other.columns]
  for (const name in was) if (!Object.is(was[name] ?? null, is[name] ?? null) || !(name in is)) return false
  for (const name in is) if (!(name in was)) return false
  return true
}
