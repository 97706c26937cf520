/**
 * Writes what a batch of events does to projections that stand at one position, and moves their checkpoints, in one
 * transaction of two flights: what the second says of the checkpoints follows from what the first is answered.
 */
import type { Pool, PoolClient } from '../../store/postgres/database.ts'
import { sendFlight, type Answer, type Statement } from '../../store/postgres/flight.ts'
import { sqlState } from '../../store/postgres/sqlstate.ts'
import type { Changes } from '../fold-batch.ts'
import type { Checkpoint } from '../generations.ts'
import type { Projection } from '../projection.ts'
import { mostRows, prune, pruneWrite } from '../prune-rows.ts'
import { rowsGrown, runWrites, type RowWrite } from '../row-write.ts'
import { rowWrites } from '../write-rows.ts'
import {
  CheckpointMoved,
  lockedCheckpoints,
  lockStatement,
  moveStatement,
  secondGenerations,
  type At,
  type BatchEnd,
} from './checkpoints.ts'

/** A stopped process must not hold the checkpoints' locks against the one that took over; a large batch may take its time. */
const BEGIN: readonly Statement[] = [
  { name: 'begin', text: 'begin', values: [] },
  {
    name: 'set-bounds',
    text: `select set_config('lock_timeout', '2s', true), set_config('statement_timeout', '30s', true),
      set_config('idle_in_transaction_session_timeout', '2s', true)`,
    values: [],
  },
]
const COMMIT: Statement = { name: 'commit', text: 'commit', values: [] }

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
  const changes = writes.map(({ prepared }) => prepared.tables.flatMap(writesOf))
  const sent = sendFlight(client, [...BEGIN, lockStatement(writes), ...changes.flat().map(({ write }) => write)])
  const [begun, bounded, locking, ...changing] = sent
  // A connection that is given up in the middle holds its locks a moment longer.
  await Promise.allSettled(sent)
  await Promise.all([begun, bounded])
  // What moved or is paused is known first: rows of another position may refuse the changes, which says nothing of these.
  const seconds = secondGenerations(writes, lockedCheckpoints((await locking) ?? []))
  const counts = await countRows(writes, changes, changing)
  // One alone: several are not written while one of them has a second generation.
  const [second = null] = seconds
  const [first] = writes
  if (second !== null && first !== undefined) await dualWrite(client, { ...first, end }, second)
  beforeCommit()
  const pruned = writes.map((each, index) => pruning(each, counts[index] ?? {}))
  const written = writes.map(({ projection, checkpoint }, index) => ({
    projection,
    checkpoint: { ...checkpoint, position: end.position, rowCounts: pruned[index]?.rowCounts ?? {} },
    dualWritten: seconds[index] !== null,
  }))
  const prunes = pruned.flatMap(({ statements }) => statements)
  await Promise.all(sendFlight(client, [...prunes, moveStatement(written, end), COMMIT]))
  return written
}

interface TableWrite {
  readonly table: string
  readonly write: RowWrite
}

function writesOf({ table, writes }: PreparedBatch['tables'][number]): readonly TableWrite[] {
  return writes.map((write) => ({ table: table.name, write }))
}

type RowCounts = Readonly<Record<string, number>>

/** How many rows the tables of each projection then have, before they are pruned. */
async function countRows(
  writes: readonly ProjectionWrite[],
  changes: readonly (readonly TableWrite[])[],
  changing: readonly Answer[],
): Promise<readonly RowCounts[]> {
  const answers = (await Promise.all(changing)).values()
  return writes.map(({ checkpoint }, index) => {
    const counts: Record<string, number> = { ...checkpoint.rowCounts }
    for (const { table, write } of changes[index] ?? []) {
      counts[table] = (counts[table] ?? 0) + rowsGrown(write, answers.next().value ?? [])
    }
    return counts
  })
}

interface Pruning {
  readonly rowCounts: RowCounts
  readonly statements: readonly Statement[]
}

/** Of the tables that hold more rows than they keep. */
function pruning({ projection, checkpoint }: ProjectionWrite, counts: RowCounts): Pruning {
  const rowCounts = { ...counts }
  const statements: Statement[] = []
  for (const table of projection.tables) {
    const count = rowCounts[table.name] ?? 0
    const most = mostRows(table)
    if (count <= most) continue
    statements.push(pruneWrite(table, checkpoint.generation, count - most))
    rowCounts[table.name] = most
  }
  return { rowCounts, statements }
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

/** Both generations show the batch in one transaction, so that a comparison sees both at one position. */
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
