/**
 * Folds what a batch of events does to rows into the smallest set of changes: one for each row, whatever happened to it.
 *
 * Calls act in order within a key: `set` replaces what was set or added before, `add` after `set` adds to the value that
 * was set, `remove` forgets everything, and what comes after it starts from no row.
 */
import { KeptValues } from './kept-values.ts'
import type { Columns, Increments, Projected, Projection, Rows, Sets, Table, Value } from './projection.ts'
import { toKey, type Key, type KeyOf, type TableKey } from './row-key.ts'

/** What becomes of one row: removed if asked for, then (unless that was all) set and added to. */
export interface RowChange {
  readonly removed: boolean
  /** Null: nothing is left of the row but its removal. */
  readonly written: Written | null
}

/** No column stands in both. */
export interface Written {
  readonly set: Readonly<Record<string, Value>>
  readonly add: Readonly<Record<string, number | bigint>>
}

export type TableChanges = ReadonlyMap<Key, RowChange>
export type Changes = ReadonlyMap<Table, TableChanges>

/** The changes of a whole batch. Throws what `apply` throws. */
export function foldBatch(projection: Projection, events: readonly Projected[]): Changes {
  const fold = new Fold()
  for (const event of events) fold.apply(projection, event)
  return fold.changes()
}

type Named<T> = Record<string, T>

/** The objects that calls hand over are kept as they are until a second call changes them: most rows see one call. */
interface MutableWritten {
  set: Readonly<Named<Value>>
  add: Readonly<Named<number | bigint>>
  ownSet: Named<Value> | null
  ownAdd: Named<number | bigint> | null
}

interface MutableChange {
  removed: boolean
  written: MutableWritten | null
}

const NONE: Readonly<Named<never>> = Object.freeze({})

/** The changes of a batch in the making, for callers that fold it piece by piece. */
export class Fold implements Rows {
  readonly #tables = new Map<Table, Map<Key, MutableChange>>()

  /** Events of a type that the projection does not handle pass by. */
  apply(projection: Projection, projected: Projected): void {
    if (projection.handles.includes(projected.event.type)) projection.apply(projected, this)
  }

  /** How many rows change. */
  get size(): number {
    let size = 0
    for (const changes of this.#tables.values()) size += changes.size
    return size
  }

  changes(): Changes {
    for (const [table, changes] of this.#tables) forgetOldest(table, changes)
    return this.#tables
  }

  /** Takes over the changes of the events behind its own: the other fold is no longer used. */
  append(later: Fold): void {
    for (const [table, changes] of later.#tables) {
      for (const [key, { removed, written }] of changes) {
        const change = this.#change(table, key)
        if (removed) Object.assign(change, { removed, written })
        else if (change.written === null) change.written = written
        else if (written !== null) {
          setAgain(change.written, written.set)
          addAgain(change.written, written.add)
        }
      }
    }
  }

  set<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>, columns: Sets<C>): void {
    const change = this.#change(table, toKey(key))
    const set = columns as Readonly<Named<Value>> // which the compiler cannot see of a mapped type
    if (change.written === null) change.written = { set, add: NONE, ownSet: null, ownAdd: null }
    else setAgain(change.written, set)
  }

  add<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>, increments: Increments<C>): void {
    const change = this.#change(table, toKey(key))
    const add = increments as Readonly<Named<number | bigint>>
    if (change.written === null) change.written = { set: NONE, add, ownSet: null, ownAdd: null }
    else addAgain(change.written, add)
  }

  remove<C extends Columns, K extends TableKey>(table: Table<C, K>, key: KeyOf<K>): void {
    if (table.keep !== undefined) throw new Error(`${table.name} keeps its newest rows: none may be removed`)
    const change = this.#change(table, toKey(key))
    change.removed = true
    change.written = null
  }

  #change(table: Table, key: Key): MutableChange {
    let changes = this.#tables.get(table)
    if (changes === undefined) this.#tables.set(table, (changes = new Map()))
    let change = changes.get(key)
    if (change === undefined) changes.set(key, (change = { removed: false, written: null }))
    return change
  }
}

function setAgain(written: MutableWritten, columns: Readonly<Named<Value>>): void {
  const set = (written.ownSet ??= { ...written.set })
  written.set = set
  for (const name in columns) {
    set[name] = columns[name] ?? null
    if (name in written.add) delete ownAdd(written)[name]
  }
}

function addAgain(written: MutableWritten, increments: Readonly<Named<number | bigint>>): void {
  for (const name in increments) {
    const increment = increments[name] ?? 0
    if (name in written.set) setAgain(written, { [name]: sum(written.set[name] ?? 0, increment) })
    else ownAdd(written)[name] = sum(written.add[name] ?? 0, increment)
  }
}

function ownAdd(written: MutableWritten): Named<number | bigint> {
  const add = (written.ownAdd ??= { ...written.add })
  written.add = add
  return add
}

/** A bigint past 2^53: as a number it would be rounded, and rows would depend on how the log was cut into batches. */
function sum(one: Value, other: number | bigint): number | bigint {
  if (typeof one === 'number' && typeof other === 'number') {
    const total = one + other
    if (Number.isSafeInteger(total)) return total
  }
  return BigInt(one ?? 0) + BigInt(other)
}

/** Rows that are not among the newest of the batch alone would be written only to be pruned. */
function forgetOldest(table: Table, changes: Map<Key, MutableChange>): void {
  if (table.keep === undefined || changes.size <= table.keep.newest) return
  const kept = new KeptValues(table)
  for (const key of changes.keys()) kept.see(kept.valueOf(key))
  const lowest = kept.lowest()
  for (const key of changes.keys()) if (kept.valueOf(key) < lowest) changes.delete(key)
}
