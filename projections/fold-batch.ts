/**
 * Folds what a batch of events does to rows into the smallest set of changes: one for each row, whatever happened to it.
 *
 * Calls act in order within a key: `set` replaces what was set or added before, `add` after `set` adds to the value that
 * was set, `remove` forgets everything, and what comes after it starts from no row.
 */
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
} from './projection.ts'

/** What becomes of one row: removed if asked for, then (unless that was all) set and added to. */
export interface RowChange {
  readonly removed: boolean
  /** Null: nothing is left of the row but its removal. */
  readonly written: Written | null
}

/** No column stands in both. */
export interface Written {
  readonly set: Readonly<Record<string, Value>>
  readonly add: Readonly<Record<string, number>>
}

export type TableChanges = ReadonlyMap<Key, RowChange>
export type Changes = ReadonlyMap<Table, TableChanges>

/** The changes of a whole batch. Throws what `apply` throws, and a RangeError for a sum past 2^53. */
export function foldBatch(projection: Projection, events: readonly Projected[]): Changes {
  const fold = new Fold()
  for (const event of events) fold.apply(projection, event)
  return fold.changes()
}

interface MutableChange {
  removed: boolean
  written: { set: Record<string, Value>; add: Record<string, number> } | null
}

/** The changes of a batch in the making, for callers that fold it piece by piece. */
export class Fold implements Rows {
  readonly #tables = new Map<Table, Map<Key, MutableChange>>()

  /** Events of a type that the projection does not handle pass by. */
  apply(projection: Projection, projected: Projected): void {
    if (projection.handles.includes(projected.event.type)) projection.apply(projected, this)
  }

  changes(): Changes {
    for (const [table, changes] of this.#tables) forgetOldest(table, changes)
    return this.#tables
  }

  set<C extends Columns, K extends KeyType>(table: Table<C, K>, key: Key, columns: Sets<C>): void {
    const written = this.#written(table, key)
    for (const name in columns) {
      written.set[name] = columns[name] ?? null
      if (name in written.add) delete written.add[name]
    }
  }

  add<C extends Columns, K extends KeyType>(table: Table<C, K>, key: Key, increments: Increments<C>): void {
    const { set, add } = this.#written(table, key)
    for (const name in increments) {
      const increment = increments[name] ?? 0
      if (name in set) set[name] = sum(Number(set[name]), increment)
      else add[name] = sum(add[name] ?? 0, increment)
    }
  }

  remove<C extends Columns, K extends KeyType>(table: Table<C, K>, key: Key): void {
    if (table.keepNewest !== undefined) throw new Error(`${table.name} keeps its newest rows: none may be removed`)
    const change = this.#change(table, key)
    change.removed = true
    change.written = null
  }

  #written(table: Table, key: Key) {
    return (this.#change(table, key).written ??= { set: {}, add: {} })
  }

  #change(table: Table, key: Key): MutableChange {
    let changes = this.#tables.get(table)
    if (changes === undefined) this.#tables.set(table, (changes = new Map()))
    let change = changes.get(key)
    if (change === undefined) changes.set(key, (change = { removed: false, written: null }))
    return change
  }
}

/** Sums past 2^53 would be rounded, and rows that rest on rounding depend on how the log was cut into batches. */
function sum(one: number, other: number): number {
  const total = one + other
  if (!Number.isSafeInteger(total)) throw new RangeError(`a counter's change of ${total} is past 2^53`)
  return total
}

/** Rows that are not among the newest of the batch alone would be written only to be pruned. */
function forgetOldest({ keepNewest }: Table, changes: Map<Key, MutableChange>): void {
  if (keepNewest === undefined || changes.size <= keepNewest) return
  const oldestKept = [...changes.keys()].map(Number).sort((one, other) => other - one)[keepNewest - 1]
  for (const key of changes.keys()) if (Number(key) < Number(oldestKept)) changes.delete(key)
}
