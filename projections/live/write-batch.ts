/**
 * Writes what a batch of events does to projections that stand at one position, and moves their checkpoints, in one
 * transaction of two flights: whatever is sent behind a statement that fails comes to nothing, but a commit must not be.
 */
import type { Pool, PoolClient } from '../../store/postgres/database.ts'
import { sqlState } from '../../store/postgres/sqlstate.ts'
import type { Changes } from '../fold-batch.ts'
import type { Checkpoint } from '../generations.ts'
import type { Projection, Table } from '../projection.ts'
import { mostRows, prune, pruneWrite } from '../prune-rows.ts'
import { grownBy, runWrites, sendWrite, type RowWrite } from '../row-write.ts'
import { rowWrites } from '../write-rows.ts'
import {
  CheckpointMoved,
  lockCheckpoints,
  moveCheckpoints,
  secondGenerations,
  type At,
  type BatchEnd,
} from './checkpoints.ts'

/** A stopped process must not hold the checkpoints' locks against the one that took over; a large batch may take its time. */
const BEGIN = `begin;
  set local lock_timeout = '2s';
  set local statement_timeout = '30s';
  set local idle_in_transaction_session_timeout = '2s'`

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

/** What a batch does to one projection. Its checkpoint is as last read or written: the rows must still stand there. */
export interface ProjectionWrite extends At {
  readonly prepared: PreparedBatch
  /** The same for a dual-written generation. */
  readonly prepare: (generation: number) => PreparedBatch
}

export interface BatchWrite {
  readonly writes: readonly ProjectionWrite[]
  readonly end: BatchEnd
  /** Called inside the transaction, before its commit. */
  readonly beforeCommit: () => void
}

/** Of one projection, after the batch. */
export interface WrittenBatch extends At {
  /** A second generation was written with it. */
  readonly dualWritten: boolean
}

/**
 * Resolves in the order of `writes`. Rejects with CheckpointMoved, or with the database's error; with ProjectionPaused or
 * DualWriteRefused where there is one projection, with NotTogether where there are several.
 */
export async function writeBatch(pool: Pool, batch: BatchWrite): Promise<readonly WrittenBatch[]> {
  const client = await pool.connect()
  try {
    const written = await write(client, batch)
    client.release()
    return written
  } catch (error) {
    // Its transaction may be open, or its commit's outcome unknown: the connection is not used again.
    client.release(true)
    throw error
  }
}

async function write(client: PoolClient, { writes, end, beforeCommit }: BatchWrite): Promise<readonly WrittenBatch[]> {
  const begun = client.query(BEGIN)
  const locking = lockCheckpoints(client, writes)
  const changing = writes.map(({ prepared, checkpoint }) => sendChanges(client, prepared, checkpoint))
  await Promise.allSettled([begun, locking, ...changing])
  await begun
  // What moved or is paused is known first: rows of another position may refuse the changes, which says nothing of these.
  const seconds = secondGenerations(writes, await locking)
  await allOrFirstFailure(changing)
  const counts = await Promise.all(changing)
  // One alone: several are not written while one of them has a second generation.
  const [second = null] = seconds
  const [first] = writes
  if (second !== null && first !== undefined) await dualWrite(client, { ...first, end }, second)
  beforeCommit()
  const pruned = writes.map((each, index) => sendPrunes(client, each, counts[index] ?? {}))
  const written = writes.map(({ projection, checkpoint }, index) => ({
    projection,
    checkpoint: { ...checkpoint, position: end.position, rowCounts: pruned[index]?.rowCounts ?? {} },
    dualWritten: seconds[index] !== null,
  }))
  const moving = moveCheckpoints(client, written, end)
  await allOrFirstFailure([...pruned.flatMap(({ sent }) => sent), moving, client.query('commit')])
  return written
}

/** What was sent together is answered in order: the first failure is the cause of those behind it. */
async function allOrFirstFailure(sent: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(sent)
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

type RowCounts = Readonly<Record<string, number>>

/** Sends all of them at once; resolves with the number of rows that each table then has, before it is pruned. */
async function sendChanges(
  client: PoolClient,
  { tables }: PreparedBatch,
  { rowCounts }: Pick<Checkpoint, 'rowCounts'>,
): Promise<RowCounts> {
  const counts: Record<string, number> = { ...rowCounts }
  const sent = tables.flatMap(({ table, writes }) => writes.map((each) => countIn(counts, table, client, each)))
  await allOrFirstFailure(sent)
  return counts
}

async function countIn(counts: Record<string, number>, { name }: Table, client: PoolClient, write: RowWrite) {
  const grown = grownBy(write, await sendWrite(client, write))
  counts[name] = (counts[name] ?? 0) + grown
}

interface SentPrunes {
  readonly rowCounts: RowCounts
  readonly sent: readonly Promise<unknown>[]
}

/** Of the tables that hold more rows than they keep. */
function sendPrunes(client: PoolClient, { projection, checkpoint }: ProjectionWrite, counts: RowCounts): SentPrunes {
  const rowCounts = { ...counts }
  const sent: Promise<unknown>[] = []
  for (const table of projection.tables) {
    const count = rowCounts[table.name] ?? 0
    const most = mostRows(table)
    if (count <= most) continue
    sent.push(sendWrite(client, pruneWrite(table, checkpoint.generation, count - most)))
    rowCounts[table.name] = most
  }
  return { rowCounts, sent }
}

/** Within a transaction, one after the other; resolves with the number of rows that each table then has. */
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
async function dualWrite(
  client: PoolClient,
  batch: ProjectionWrite & Pick<BatchWrite, 'end'>,
  second: number,
): Promise<void> {
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
