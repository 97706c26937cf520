/**
 * Reads a projection's live generation: rows and checkpoint in one statement, so that a position and the rows that
 * are shown with it always belong together.
 *
 * Which generation is live is remembered. Each statement says which one is live as it runs; when that is another one,
 * its rows are thrown away and it is asked again of the right tables.
 */
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { sqlState, UNDEFINED_TABLE } from '../../store/postgres/sqlstate.ts'
import { physicalName } from '../physical-table.ts'
import type { Columns, Table } from '../projection.ts'
import type { TableKey } from '../row-key.ts'
import { rfc3339, type Shown } from './shown.ts'

/** The view is not in the database yet, or its tables are of another release and are being rebuilt. */
export class ViewNotReady extends Error {
  readonly code = 'view-not-ready'
  readonly retriable = true

  constructor(projection: string) {
    super(`the tables of ${projection} do not exist yet`)
    this.name = 'ViewNotReady'
  }
}

export interface ViewQuery {
  /** Unique within the projection: names the prepared statement. */
  readonly name: string
  /** A select; it may name the checkpoint as `live` (position, recorded_at). */
  readonly rows: (physical: TableName) => string
  /** Of the columns of `rows`, when they are in an order. */
  readonly orderBy?: string
  /** A select of one value, which comes once with the rows. */
  readonly beside?: (physical: TableName) => string
}

export type TableName = <C extends Columns, K extends TableKey>(table: Table<C, K>) => string

export interface Snapshot<Row> {
  readonly shown: Shown
  readonly rowCounts: Readonly<Record<string, number>>
  readonly rows: readonly Row[]
  /** What the query asked for beside its rows; null: nothing. */
  readonly beside: unknown
}

interface LiveRow {
  readonly live_generation: number
  readonly live_position: string
  readonly live_millis: string | null
  readonly live_row_counts: Record<string, number>
  readonly live_epoch?: string
  readonly live_beside?: unknown
  readonly present: true | null
}

/** Twice the live generation may be another one than we think: after a switch, and when it was never asked for. */
const ATTEMPTS = 3
/** A table or a column that is not there: the generation is gone, or of another release. */
const UNDEFINED = [UNDEFINED_TABLE, '42703']

export class ViewReader {
  readonly #pool: Pool
  readonly #projection: string
  readonly #tellsEpoch: boolean
  #generation: number | null = null

  /** `epochs`: whether each answer names the history and the tables that it is of. */
  constructor(pool: Pool, projection: string, { epochs = false }: { readonly epochs?: boolean } = {}) {
    this.#pool = pool
    this.#projection = projection
    this.#tellsEpoch = epochs
  }

  /** `Row` states the columns of the query as the driver gives them: a bigint is a text. */
  async read<Row extends object>(query: ViewQuery, values: readonly unknown[] = []): Promise<Snapshot<Row>> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const generation = await this.generation()
      const rows = await this.#rows<Row>(query, values, generation)
      const first = rows?.[0]
      if (rows !== null && first?.live_generation === generation) return snapshot(rows, first)
      this.#generation = null
    }
    throw new ViewNotReady(this.#projection)
  }

  /** The live generation as last seen. */
  async generation(): Promise<number> {
    return this.#generation ?? (await this.#liveGeneration())
  }

  async position(): Promise<Position> {
    const { shown } = await this.read({ name: 'position', rows: () => 'select' })
    return shown.position
  }

  async #liveGeneration(): Promise<number> {
    const { rows } = await this.#pool.query<{ live_generation: number }>({
      name: 'live-generation',
      text: 'select live_generation from views.projections where name = $1',
      values: [this.#projection],
    })
    if (rows[0] === undefined) throw new ViewNotReady(this.#projection)
    this.#generation = rows[0].live_generation
    return this.#generation
  }

  /** Null when the generation's tables are gone, or other ones than this release reads. */
  async #rows<Row>(
    query: ViewQuery,
    values: readonly unknown[],
    generation: number,
  ): Promise<readonly (Row & LiveRow)[] | null> {
    try {
      const { rows } = await this.#pool.query<Row & LiveRow>({
        name: `${this.#projection}_g${String(generation)}_${query.name}`,
        text: viewStatement(this.#projection, generation, query, this.#tellsEpoch),
        values: [...values],
      })
      return rows
    } catch (error) {
      if (UNDEFINED.includes(sqlState(error) ?? '')) return null
      throw error
    }
  }
}

/** The whole statement: always at least one row, which tells the checkpoint even when the view has none. */
export function viewStatement(projection: string, generation: number, query: ViewQuery, tellsEpoch = false): string {
  const physical: TableName = (table) => physicalName(table, generation)
  const rows = query.rows(physical)
  const beside = query.beside?.(physical)
  return `
    select live.generation as live_generation, live.position as live_position,
      (extract(epoch from live.recorded_at) * 1000)::bigint as live_millis, live.row_counts as live_row_counts,
      ${tellsEpoch ? `${EPOCH} as live_epoch,` : ''}
      ${beside === undefined ? '' : `case when row_number() over () = 1 then (${beside}) end as live_beside,`}
      found.*
    from (
      select c.generation, c.position, c.recorded_at, c.row_counts, p.tables
      from views.projections p
      join views.checkpoints c on c.projection = p.name and c.generation = p.live_generation
      where p.name = '${projection}'
    ) live
    left join lateral (select true as present, r.* from (${rows}) r) found on true
    ${query.orderBy === undefined ? '' : `order by ${query.orderBy}`}`
}

/**
 * Which log, on which timeline of Postgres, in which tables of the projection. A restored log has another id; one that
 * was taken over by a replica, which may lack its end, is on another timeline.
 */
const EPOCH = `(
        select left(replace(id::text, '-', ''), 12) || '.' || ltrim(left(pg_walfile_name(pg_current_wal_lsn()), 8), '0')
        from log.identity
      ) || '.' || live.tables`

function snapshot<Row>(rows: readonly (Row & LiveRow)[], live: LiveRow): Snapshot<Row> {
  return {
    shown: {
      position: Number(live.live_position),
      asOf: live.live_millis === null ? null : rfc3339(Number(live.live_millis)),
      ...(live.live_epoch !== undefined && { epoch: live.live_epoch }),
    },
    rowCounts: live.live_row_counts,
    rows: rows.filter(({ present }) => present === true),
    beside: rows.find(({ live_beside: beside }) => beside !== null && beside !== undefined)?.live_beside ?? null,
  }
}
