/** How two generations of a projection differ. */
import { columnText } from '../memory-tables.ts'
import type { Table } from '../projection.ts'
import { keyText, type Key } from '../row-key.ts'

/** `missing`: the live one lacks it; `extra`: the log does not have it; `different`: a column has another value. */
export type DifferenceKind = 'missing' | 'extra' | 'different'

export interface DifferentColumn {
  readonly column: string
  /** As texts; null where there is no value. */
  readonly live: string | null
  readonly rebuilt: string | null
}

export interface Difference {
  readonly table: string
  readonly key: string
  readonly kind: DifferenceKind
  readonly columns: readonly DifferentColumn[]
}

export interface Differences {
  /** Rows that are not the same on both sides. */
  readonly count: number
  readonly missing: number
  readonly extra: number
  readonly different: number
  /** The first ones, at most 20. */
  readonly samples: readonly Difference[]
}

const SAMPLES = 20

export const NO_DIFFERENCES: Differences = { count: 0, missing: 0, extra: 0, different: 0, samples: [] }

export function withDifference(differences: Differences, found: Difference): Differences {
  const { samples } = differences
  return {
    ...differences,
    count: differences.count + 1,
    [found.kind]: differences[found.kind] + 1,
    samples: samples.length < SAMPLES ? [...samples, found] : samples,
  }
}

type Row = Readonly<Record<string, unknown>>

/** Of two rows with one key that are not the same; null where there is no row. */
export function differenceOf(table: Table, key: Key, live: Row | null, rebuilt: Row | null): Difference {
  const kind = live === null ? 'missing' : rebuilt === null ? 'extra' : 'different'
  const columns = Object.keys(table.columns)
    .map((column) => ({ column, live: columnText(live?.[column]), rebuilt: columnText(rebuilt?.[column]) }))
    .filter((column) => column.live !== column.rebuilt)
  return { table: table.name, key: keyText(key), kind, columns }
}
