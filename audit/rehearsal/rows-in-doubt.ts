/** The rows that two readings of the log may write differently, and whether they do in the end. */
import {
  differenceOf,
  NO_DIFFERENCES,
  withDifference,
  type Difference,
  type Differences,
} from '../../projections/replay/differences.ts'
import { shownValue } from './shown-value.ts'
import { columnText, MemoryTables, type MemoryRow } from '../../projections/memory-tables.ts'
import type { Projected, Projection, Table } from '../../projections/projection.ts'
import type { Key } from '../../projections/row-key.ts'
import { callsOf, misfit, replay, sameCalls } from './row-calls.ts'

/** Rows folded twice, some 800 bytes together each; of further ones only the number of events that touch them is reported. */
const ROWS_IN_MEMORY = 100_000

export interface TableDifferences {
  readonly projection: string
  readonly table: string
  readonly differences: Differences
  /** Changes to rows past those that memory holds: each may make a further row differ. */
  readonly notCompared: number
}

interface TableInDoubt {
  readonly projection: Projection
  readonly keys: Set<Key>
  notCompared: number
}

/** First `see` for every event that is read differently; then, if there is a doubt, `fold` for the whole log. */
export class RowsInDoubt {
  readonly #projections: readonly Projection[]
  readonly #tables = new Map<Table, TableInDoubt>()
  readonly #folds = new Map<Projection, { readonly today: MemoryTables; readonly proposed: MemoryTables }>()
  #rows = 0

  constructor(projections: readonly Projection[]) {
    this.#projections = projections
  }

  get any(): boolean {
    return this.#tables.size > 0
  }

  /** Why a projection cannot take the proposed reading, the first one; null: all can. */
  see(today: readonly Projected[], proposed: readonly Projected[]): string | null {
    let failure: string | null = null
    for (const projection of this.#projections) {
      const was = callsOf(projection, today)
      // A projection that fails already is for `verify` to report.
      if (!was.ok) continue
      const is = callsOf(projection, proposed)
      if (is.ok && sameCalls(was.calls, is.calls)) continue
      const why = is.ok ? misfit(is.calls) : is.message
      if (why !== null) failure ??= `the projection ${projection.name}: ${why}`
      else for (const { table, key } of [...was.calls, ...(is.ok ? is.calls : [])]) this.#doubt(projection, table, key)
    }
    return failure
  }

  /** What a projection cannot take in one reading it is spared in both: that was reported already. */
  fold(today: readonly Projected[], proposed: readonly Projected[]): void {
    for (const [projection, folds] of this.#foldsOf()) {
      const was = callsOf(projection, today)
      const is = proposed === today ? was : callsOf(projection, proposed)
      if (!was.ok || !is.ok || (is !== was && misfit(is.calls) !== null)) continue
      replay(was.calls, folds.today)
      replay(is.calls, folds.proposed)
    }
  }

  differences(): readonly TableDifferences[] {
    return [...this.#tables].map(([table, { projection, keys, notCompared }]) => {
      const folds = this.#foldsOf().get(projection)
      const [was, is] = [folds?.today.rows(table), folds?.proposed.rows(table)]
      let differences = NO_DIFFERENCES
      for (const key of keys) {
        const [live, rebuilt] = [was?.get(key) ?? null, is?.get(key) ?? null]
        if (!sameRow(table, live, rebuilt)) {
          differences = withDifference(differences, hidden(projection, differenceOf(table, key, live, rebuilt)))
        }
      }
      return { projection: projection.name, table: table.name, differences, notCompared }
    })
  }

  #doubt(projection: Projection, table: Table, key: Key): void {
    let doubt = this.#tables.get(table)
    if (doubt === undefined) this.#tables.set(table, (doubt = { projection, keys: new Set(), notCompared: 0 }))
    if (doubt.keys.has(key)) return
    if (this.#rows >= ROWS_IN_MEMORY) {
      doubt.notCompared++
      return
    }
    doubt.keys.add(key)
    this.#rows++
  }

  #foldsOf(): ReadonlyMap<Projection, { readonly today: MemoryTables; readonly proposed: MemoryTables }> {
    if (this.#folds.size > 0) return this.#folds
    const holds = (table: Table, key: Key): boolean => {
      return this.#tables.get(table)?.keys.has(key) === true
    }
    for (const { projection } of this.#tables.values()) {
      this.#folds.set(projection, { today: new MemoryTables(holds), proposed: new MemoryTables(holds) })
    }
    return this.#folds
  }
}

function sameRow({ columns }: Table, was: MemoryRow | null, is: MemoryRow | null): boolean {
  if (was === null || is === null) return was === is
  return Object.keys(columns).every((column) => columnText(was[column]) === columnText(is[column]))
}

/** Without what a customer's texts say. */
function hidden({ name, tables }: Projection, found: Difference): Difference {
  const { columns = {} } = tables.find((table) => table.name === found.table) ?? {}
  const shown = (column: string, text: string | null) =>
    columns[column] === 'text' && text !== null ? shownValue(text, name, NOTHING_OPEN) : text
  return {
    ...found,
    columns: found.columns.map(({ column, live, rebuilt }) => ({
      ...{ column, live: shown(column, live), rebuilt: shown(column, rebuilt) },
    })),
  }
}

const NOTHING_OPEN: ReadonlySet<string> = new Set()
