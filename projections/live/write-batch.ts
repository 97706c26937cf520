/** Writes what one batch of events does to one projection, and moves its checkpoint, in one transaction. */
import type { Position } from '../../store/commit/command.ts'
import type { Pool, PoolClient } from '../../store/postgres/database.ts'
import { sqlState } from '../../store/postgres/sqlstate.ts'
import type { Changes } from '../fold-batch.ts'
import type { Checkpoint } from '../generations.ts'
import type { Projection } from '../projection.ts'
import { prune, rowWrites, runWrites, type RowWrite } from '../write-rows.ts'

/**
 * - No wait for the disk: rows and checkpoint are lost together, and the log is read again.
 * - A stopped process must not hold the checkpoint's lock against the one that took over.
 */
const BEGIN = `begin;
  set local synchronous_commit = off;
  set local lock_timeout = '2s';
  set local idle_in_transaction_session_timeout = '2s'`

/** Where a projection's checkpoint is to go. */
export interface BatchEnd {
  readonly position: Position
  /** Milliseconds since 1970, of the event at `position`. */
  readonly recordedAt: number
}

/** Somebody else moved the checkpoint: whoever worked from it no longer knows what stands in the rows. */
export class CheckpointMoved extends Error {
  readonly code = 'checkpoint-moved'
  readonly retriable = false

  constructor(projection: string, expected: Position, found: Position | null) {
    super(`the checkpoint of ${projection} is at ${String(found)}, not at ${String(expected)}`)
    this.name = 'CheckpointMoved'
  }
}

/** It was paused: nothing is written from then on. */
export class ProjectionPaused extends Error {
  readonly code = 'projection-paused'
  readonly retriable = true

  constructor(projection: string) {
    super(`${projection} is paused`)
    this.name = 'ProjectionPaused'
  }
}

/** The dual-written generation refused the batch: end its replay, and write the batch again. */
export class DualWriteRefused extends Error {
  readonly code = 'rider-refused'
  readonly retriable = true
  readonly generation: number

  constructor(generation: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'DualWriteRefused'
    this.generation = generation
  }
}

/** The statements that a batch's changes come down to, for one generation. */
export interface PreparedBatch {
  readonly generation: number
  readonly tables: readonly { readonly table: Projection['tables'][number]; readonly writes: readonly RowWrite[] }[]
}

/** Pure; throws when a value does not fit its column. */
export function prepareBatch(generation: number, changes: Changes): PreparedBatch {
  return {
    generation,
    tables: [...changes].map(([table, rows]) => ({ table, writes: rowWrites(table, generation, rows) })),
  }
}

export interface BatchWrite {
  readonly projection: Projection
  /** As last read or written: the rows must still stand there. */
  readonly checkpoint: Checkpoint
  readonly prepared: PreparedBatch
  /** The same for a dual-written generation. */
  readonly prepare: (generation: number) => PreparedBatch
  readonly end: BatchEnd
  /** Called inside the transaction, before its commit. */
  readonly beforeCommit: () => void
}

/**
 * Resolves with the checkpoint after the batch. Rejects with CheckpointMoved, ProjectionPaused, DualWriteRefused, or with the
 * database's error.
 */
export async function writeBatch(pool: Pool, batch: BatchWrite): Promise<Checkpoint> {
  const client = await pool.connect()
  try {
    const checkpoint = await write(client, batch)
    client.release()
    return checkpoint
  } catch (error) {
    // Its transaction may be open, or its commit's outcome unknown: the connection is not used again.
    client.release(true)
    throw error
  }
}

async function write(client: PoolClient, batch: BatchWrite): Promise<Checkpoint> {
  const { projection, checkpoint, prepared, end } = batch
  await client.query(BEGIN)
  const second = await lockCheckpoint(client, projection.name, checkpoint)
  const rowCounts = await writeChanges(client, prepared, checkpoint)
  if (second !== null) await dualWrite(client, batch, second)
  batch.beforeCommit()
  await moveCheckpoint(client, projection.name, { ...checkpoint, ...end, rowCounts })
  await client.query('commit')
  return { ...checkpoint, position: end.position, rowCounts }
}

/** Within a transaction; resolves with the number of rows that each table then has. */
export async function writeChanges(
  client: PoolClient,
  { tables, generation }: PreparedBatch,
  { rowCounts }: Pick<Checkpoint, 'rowCounts'>,
): Promise<Readonly<Record<string, number>>> {
  const counts = { ...rowCounts }
  for (const { table, writes } of tables) {
    const count = (counts[table.name] ?? 0) + (await runWrites(client, writes))
    counts[table.name] = await prune(client, table, generation, count)
  }
  return counts
}

/** Both generations show the batch in one transaction, so that whoever compares them sees both at one position. */
async function dualWrite(client: PoolClient, batch: BatchWrite, second: number): Promise<void> {
  const { projection, checkpoint, end, prepare } = batch
  try {
    const { rows } = await client.query<{ position: string; row_counts: Record<string, number> }>({
      name: 'lock-dual-write',
      text: 'select position, row_counts from views.checkpoints where projection = $1 and generation = $2 for update',
      values: [projection.name, second],
    })
    const [present] = rows
    if (present === undefined || Number(present.position) !== checkpoint.position) {
      throw new CheckpointMoved(
        projection.name,
        checkpoint.position,
        present === undefined ? null : Number(present.position),
      )
    }
    const rowCounts = await writeChanges(client, prepare(second), { rowCounts: present.row_counts })
    await client.query({
      name: 'move-dual-write',
      text: `update views.checkpoints set position = $3, recorded_at = to_timestamp($4 / 1000.0), row_counts = $5
        where projection = $1 and generation = $2`,
      values: [projection.name, second, end.position, end.recordedAt, JSON.stringify(rowCounts)],
    })
  } catch (error) {
    // What the server answers concerns this generation; a lost connection concerns both.
    if (error instanceof CheckpointMoved || sqlState(error) !== null) throw new DualWriteRefused(second, error)
    throw error
  }
}

/**
 * The comparison of the compare-and-set: the lock holds until the checkpoint is set. Whoever pauses the projection waits
 * for a batch under way, and sees none behind it. Resolves with the generation to dual-write.
 */
async function lockCheckpoint(client: PoolClient, projection: string, expected: Checkpoint): Promise<number | null> {
  const { rows } = await client.query<[string, boolean, number | null]>({
    name: 'lock-checkpoint',
    text: `select c.position, p.paused, p.riding_generation
      from views.checkpoints c
      join views.projections p on p.name = c.projection and p.live_generation = c.generation
      where c.projection = $1 and c.generation = $2 and c.version = $3
      for update of c for share of p`,
    values: [projection, expected.generation, expected.version],
    rowMode: 'array',
  })
  const position = rows[0] === undefined ? null : Number(rows[0][0])
  if (position !== expected.position) throw new CheckpointMoved(projection, expected.position, position)
  if (rows[0]?.[1] === true) throw new ProjectionPaused(projection)
  return rows[0]?.[2] ?? null
}

async function moveCheckpoint(client: PoolClient, projection: string, to: Checkpoint & BatchEnd): Promise<void> {
  await client.query({
    name: 'move-checkpoint',
    text: `with moved as (
        update views.checkpoints
        set position = $3, recorded_at = to_timestamp($4 / 1000.0), row_counts = $5
        where projection = $1 and generation = $2)
      select pg_notify('views', json_build_object('projection', $1::text, 'generation', $2::int, 'position', $3::bigint)::text)`,
    values: [projection, to.generation, to.position, to.recordedAt, JSON.stringify(to.rowCounts)],
  })
}
