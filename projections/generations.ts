/** Generations: which tables of a projection are live, where their checkpoint stands, and whether it is paused. */
import type { Position } from '../store/commit/command.ts'
import type { Pool, PoolClient } from '../store/postgres/database.ts'
import { createIndexes, createTables } from './physical-table.ts'
import type { Projection } from './projection.ts'

const FIRST_GENERATION = 1

/** How far one generation of a projection's tables got, and how many rows each table has. */
export interface Checkpoint {
  readonly generation: number
  /** Of the projection that writes this generation. */
  readonly version: number
  readonly position: Position
  readonly rowCounts: Readonly<Record<string, number>>
}

/** Why a projection stopped. `position` is that of the event it could not show. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly position: Position
}

export interface LiveGeneration extends Checkpoint {
  readonly name: string
  readonly paused: boolean
  readonly failure: Failure | null
}

/** Registers what is new and makes its first tables. Safe from any number of processes at once. */
export async function ensureGenerations(pool: Pool, projections: readonly Projection[]): Promise<void> {
  const client = await pool.connect()
  try {
    for (const projection of projections) await ensureGeneration(client, projection)
    client.release()
  } catch (error) {
    client.release(true)
    throw error
  }
}

async function ensureGeneration(client: PoolClient, projection: Projection): Promise<void> {
  const { name, version } = projection
  await client.query('begin')
  // Waits for another process that is registering it, and then finds it registered.
  const { rowCount } = await client.query(
    `insert into views.projections (name, version, live_generation, last_generation) values ($1, $2, $3, $3)
    on conflict do nothing`,
    [name, version, FIRST_GENERATION],
  )
  if (rowCount === 1) {
    await createTables(client, projection, FIRST_GENERATION)
    await createIndexes(client, projection, FIRST_GENERATION)
  }
  await client.query('commit')
}

export async function readLiveGenerations(db: Pick<Pool, 'query'>): Promise<ReadonlyMap<string, LiveGeneration>> {
  const { rows } = await db.query<{
    name: string
    paused: boolean
    failure: Failure | null
    generation: number
    version: number
    position: string
    row_counts: Record<string, number>
  }>({
    name: 'live-generations',
    text: `select p.name, p.paused, p.failure, c.generation, c.version, c.position, c.row_counts
      from views.projections p
      join views.checkpoints c on c.projection = p.name and c.generation = p.live_generation`,
  })
  return new Map(
    rows.map(({ row_counts: rowCounts, position, ...row }) => [
      row.name,
      { ...row, position: Number(position), rowCounts },
    ]),
  )
}

/** Of those that stopped at an event and are not paused, by name. */
export async function readFailures(db: Pick<Pool, 'query'>): Promise<readonly (readonly [string, Failure])[]> {
  const { rows } = await db.query<[string, Failure]>({
    name: 'failed-projections',
    text: 'select name, failure from views.projections where failure is not null and not paused order by name',
    rowMode: 'array',
  })
  return rows
}

/** Of any generation; null when it is gone. */
export async function readCheckpoint(
  db: Pick<Pool, 'query'>,
  { projection, generation }: { readonly projection: string; readonly generation: number },
): Promise<Checkpoint | null> {
  const { rows } = await db.query<{ version: number; position: string; row_counts: Record<string, number> }>(
    'select version, position, row_counts from views.checkpoints where projection = $1 and generation = $2',
    [projection, generation],
  )
  const row = rows[0]
  if (row === undefined) return null
  return { generation, version: row.version, position: Number(row.position), rowCounts: row.row_counts }
}

/**
 * Pauses or resumes a projection; once it is paused, nothing more is written. Resuming also forgets why it failed, so that it is
 * tried again. False: there is no such projection.
 */
export async function setPaused(pool: Pool, name: string, paused: boolean): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update views.projections set paused = $2, failure = case when $2 then failure end where name = $1`,
    [name, paused],
  )
  return rowCount === 1
}

export async function recordFailure(pool: Pool, name: string, failure: Failure | null): Promise<void> {
  await pool.query(`update views.projections set failure = $2 where name = $1 and failure is distinct from $2::jsonb`, [
    name,
    failure === null ? null : JSON.stringify(failure),
  ])
}
