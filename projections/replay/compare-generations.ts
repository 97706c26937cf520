/**
 * Compares a generation with the live one, key range by key range. Each range is one statement, hence one snapshot, in which both
 * stand at one position because the projector writes them together: what differs, differs.
 */
import type { Pool } from '../../store/database.ts'
import { physicalName } from '../physical-table.ts'
import type { Table } from '../projection.ts'
import { NO_DIFFERENCES, withDifference, type Difference, type Differences } from './differences.ts'

const RANGE = 5_000

export interface CompareGenerations {
  readonly pool: Pool
  readonly tables: readonly Table[]
  readonly live: number
  readonly rebuilt: number
  /** Called before each range; false ends the comparison. */
  readonly goOn: () => Promise<boolean>
}

/** Null when it was ended. */
export async function compareGenerations(comparison: CompareGenerations): Promise<Differences | null> {
  let differences = NO_DIFFERENCES
  for (const table of comparison.tables) {
    for (let after: string | null = null; ;) {
      if (!(await comparison.goOn())) return null
      const range = await compareRange(comparison, table, after)
      for (const found of range.found) differences = withDifference(differences, found)
      if (range.end === null) break
      after = range.end
    }
  }
  return differences
}

type Row = Readonly<Record<string, unknown>>

interface Range {
  readonly found: readonly Difference[]
  /** The last key of the range; null when it was the last range. */
  readonly end: string | null
}

async function compareRange(comparison: CompareGenerations, table: Table, after: string | null): Promise<Range> {
  const { rows } = await comparison.pool.query<{
    last: string | null
    key: string | null
    live: Row | null
    rebuilt: Row | null
  }>({
    text: rangeText(table, comparison),
    values: [after],
  })
  return {
    end: rows[0]?.last ?? null,
    found: rows.flatMap(({ key, live, rebuilt }) => (key === null ? [] : [difference(table, key, { live, rebuilt })])),
  }
}

/** Only rows that differ are sent. The range ends with the last of the next keys of both sides; null: all that is left. */
function rangeText(table: Table, { live, rebuilt }: CompareGenerations): string {
  const { name: key, type } = table.key
  const [ours, theirs] = [physicalName(table, live), physicalName(table, rebuilt)]
  const behind = `($1::text is null or ${key} > $1::${type === 'text' ? 'text collate "C"' : 'bigint'})`
  const next = (side: string) => `(select ${key} from ${side} where ${behind} order by ${key} limit ${String(RANGE)})`
  const part = (side: string) =>
    `(select * from ${side} where ${behind} and (bound.last is null or ${key} <= bound.last))`
  return `with bound as materialized (
      select max(${key}) filter (where number = ${String(RANGE)}) as last from (
        select ${key}, row_number() over (order by ${key}) as number from (${next(ours)} union ${next(theirs)}) both_sides
      ) numbered
    )
    select bound.last::text as last, found.key::text, found.live, found.rebuilt from bound
    left join lateral (
      select coalesce(ours.${key}, theirs.${key}) as key, to_jsonb(ours) as live, to_jsonb(theirs) as rebuilt
      from ${part(ours)} ours full join ${part(theirs)} theirs on ours.${key} = theirs.${key}
      where ours is distinct from theirs
      order by 1
    ) found on true`
}

function difference(
  table: Table,
  key: string,
  { live, rebuilt }: { live: Row | null; rebuilt: Row | null },
): Difference {
  const kind = live === null ? 'missing' : rebuilt === null ? 'extra' : 'different'
  const columns = Object.keys(table.columns)
    .map((column) => ({ column, live: text(live?.[column]), rebuilt: text(rebuilt?.[column]) }))
    .filter((column) => column.live !== column.rebuilt)
  return { table: table.name, key, kind, columns }
}

function text(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value as string | number)
}
