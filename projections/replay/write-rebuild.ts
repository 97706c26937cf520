/** Writes what a replay has folded to its generation and moves its checkpoint, in one transaction. */
import type { Pool, PoolClient } from '../../store/postgres/database.ts'
import { createIndexes, physicalName } from '../physical-table.ts'
import type { BatchEnd } from '../live/checkpoints.ts'
import { copyRows } from '../copy-rows.ts'
import type { Rebuild } from './rebuild.ts'
import { inTransaction, type Replay } from './replays.ts'

/** The replay was finished by somebody else, or another process works on it: what was under way is not written. */
export class ReplayGone extends Error {
  readonly code = 'replay-gone'
  readonly retriable = false

  constructor({ replayId }: Replay) {
    super(`replay ${replayId} is finished, or another process works on it`)
    this.name = 'ReplayGone'
  }
}

export interface WriteRebuild {
  readonly pool: Pool
  readonly rebuild: Rebuild
  readonly now: () => number
  readonly copied: () => void
}

/** Does nothing where nothing is folded. Rejects with ReplayGone, or the database's error: the rebuild is then of no use. */
export async function writeRebuild({ pool, rebuild, now, copied }: WriteRebuild): Promise<void> {
  const taken = rebuild.take()
  if (taken === null) return
  const { checkpoint, replay } = rebuild
  const { fold, end } = taken
  const rowCounts = await inTransaction(pool, async (client) => {
    // Rows and checkpoint are lost together: nothing waits for the disk.
    await client.query('set local synchronous_commit = off')
    await lockReplay(client, replay, ['running', 'paused'])
    const counts = await copyRows(client, {
      generation: replay.generation,
      changes: fold.changes(),
      rowCounts: checkpoint.rowCounts,
      copied,
    })
    await moveGeneration(client, rebuild, end, counts)
    return counts
  })
  rebuild.written({ ...checkpoint, position: end.position, rowCounts }, now())
}

/** Every transaction of a replay begins with its row: nobody finishes it meanwhile. */
export async function lockReplay(
  client: PoolClient,
  replay: Replay,
  states: readonly Replay['state'][],
): Promise<void> {
  const { rowCount } = await client.query('select from views.replays where id = $1 and state = any($2) for update', [
    replay.replayId,
    states,
  ])
  if (rowCount !== 1) throw new ReplayGone(replay)
}

/** The compare-and-set of the new generation's checkpoint, and what the register says of it. */
export async function moveGeneration(
  client: PoolClient,
  rebuild: Rebuild,
  end: BatchEnd,
  rowCounts: Readonly<Record<string, number>>,
): Promise<void> {
  const { replay, checkpoint, projection, pace } = rebuild
  const { rowCount } = await client.query(
    `update views.checkpoints set position = $4, recorded_at = to_timestamp($5 / 1000.0), row_counts = $6
    where projection = $1 and generation = $2 and position = $3`,
    [projection.name, replay.generation, checkpoint.position, end.position, end.recordedAt, JSON.stringify(rowCounts)],
  )
  if (rowCount !== 1) throw new ReplayGone(replay)
  const rows = Object.values(rowCounts).reduce((sum, count) => sum + count, 0)
  await client.query(
    `update views.replays set position = $2::bigint, rows = $3, events_per_second = $4, target = greatest($2::bigint, $5::bigint)
    where id = $1`,
    [replay.replayId, end.position, rows, pace.eventsPerSecond(end.position), replay.target],
  )
}

/** Made when the rows are there, which is a third of the work; readers are about to need them. */
export async function indexRebuild(pool: Pool, rebuild: Rebuild): Promise<void> {
  if (rebuild.indexed) return
  const client = await pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    await createIndexes(client, rebuild.projection, rebuild.replay.generation)
    for (const table of rebuild.projection.tables) {
      await client.query(`analyze ${physicalName(table, rebuild.replay.generation)}`)
    }
    rebuild.indexed = true
  } finally {
    client.release(true) // with its setting
  }
}
