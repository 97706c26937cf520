/**
 * Compares a generation with the live one, key range by key range. Each range is compared in one snapshot, in which both
 * stand at one position because the projector writes them together: what differs, differs.
 */
import type { Pool, PoolClient } from '../../store/postgres/database.ts'
import { physicalName } from '../physical-table.ts'
import type { Table } from '../projection.ts'
import { keyColumns, keyNames, toKey } from '../row-key.ts'
import { differenceOf, NO_DIFFERENCES, withDifference, type Difference, type Differences } from './differences.ts'

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
    for (let after: KeyTexts | null = null; ;) {
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

/** A key's values as texts. */
type KeyTexts = readonly string[]

interface DifferentRow {
  readonly key: KeyTexts
  readonly live: Row | null
  readonly rebuilt: Row | null
}

interface Range {
  readonly found: readonly Difference[]
  /** The last key of the range; null when it was the last range. */
  readonly end: KeyTexts | null
}

interface Bounds {
  /** Behind this key; null: from the first one. */
  readonly after: KeyTexts | null
  /** Up to this key; null: to the last one. */
  readonly end: KeyTexts | null
}

async function compareRange(comparison: CompareGenerations, table: Table, after: KeyTexts | null): Promise<Range> {
  const client = await comparison.pool.connect()
  try {
    // One snapshot for both statements: the range is what was looked at.
    await client.query('begin isolation level repeatable read read only')
    const end = await endOfRange(client, comparison, table, after)
    const { rows } = await client.query<DifferentRow>(rangeText(table, comparison, { after, end }), bound(after, end))
    await client.query('commit')
    client.release()
    return { end, found: rows.map(({ key, live, rebuilt }) => differenceOf(table, toKey(key), live, rebuilt)) }
  } catch (error) {
    client.release(true)
    throw error
  }
}

/** So far that neither side has more than RANGE rows; null: neither has as many left. */
async function endOfRange(
  client: PoolClient,
  { live, rebuilt }: CompareGenerations,
  table: Table,
  after: KeyTexts | null,
): Promise<KeyTexts | null> {
  const key = keyNames(table).join(', ')
  const last = (generation: number) => `(select ${key} from ${physicalName(table, generation)}
    ${after === null ? '' : `where (${key}) > ${boundText(table, 0)}`} order by ${key} limit 1 offset ${String(RANGE - 1)})`
  const { rows } = await client.query<{ end: KeyTexts }>(
    `select array[${textsOf(table, 'ends')}] as end from (${last(live)} union all ${last(rebuilt)}) ends
    order by ${key} limit 1`,
    bound(after, null),
  )
  return rows[0]?.end ?? null
}

/** Only rows that differ are sent. Bounds are written out only where there are any, so that the index is used. */
function rangeText(table: Table, { live, rebuilt }: CompareGenerations, { after, end }: Bounds): string {
  const names = keyNames(table)
  const key = `(${names.join(', ')})`
  const lower = after === null ? [] : [`${key} > ${boundText(table, 0)}`]
  const bounds = end === null ? lower : [...lower, `${key} <= ${boundText(table, after?.length ?? 0)}`]
  const part = (generation: number) =>
    `(select * from ${physicalName(table, generation)} ${bounds.length === 0 ? '' : `where ${bounds.join(' and ')}`})`
  return `select case when ours.${names[0] ?? ''} is null then array[${textsOf(table, 'theirs')}]
        else array[${textsOf(table, 'ours')}] end as key,
      ${rowText(table, 'ours')} as live, ${rowText(table, 'theirs')} as rebuilt
    from ${part(live)} ours full join ${part(rebuilt)} theirs
      on ${names.map((name) => `ours.${name} = theirs.${name}`).join(' and ')}
    where ours is distinct from theirs
    order by ${names.map((name) => `coalesce(ours.${name}, theirs.${name})`).join(', ')}`
}

function textsOf(table: Table, side: string): string {
  return keyNames(table)
    .map((name) => `${side}.${name}::text`)
    .join(', ')
}

/** Parameters behind the first `behind`, as a key. */
function boundText(table: Table, behind: number): string {
  const values = keyColumns(table).map(({ type }, index) => `$${String(behind + index + 1)}::${type}`)
  return `(${values.join(', ')})`
}

/** A row's values as texts: JSON would be read with numbers that are rounded past 2^53. Null where there is no row. */
function rowText(table: Table, side: string): string {
  const values = Object.keys(table.columns).map((column) => `'${column}', ${side}.${column}::text`)
  return `case when ${side}.${keyNames(table)[0] ?? ''} is not null then jsonb_build_object(${values.join(', ')}) end`
}

function bound(...keys: readonly (KeyTexts | null)[]): string[] {
  return keys.flatMap((key) => key ?? [])
}
