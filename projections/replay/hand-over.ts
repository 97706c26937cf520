/**
 * The last steps between a new generation and the live one, each one transaction: the start of dual-writing, and the switch.
 * All of them lock in one order: the replay, the live checkpoint, the projection.
 */
import type { Position } from '../../store/commit/command.ts'
import type { Pool, PoolClient } from '../../store/postgres/database.ts'
import { readRecorded } from '../../store/log/read-log.ts'
import { Fold } from '../fold-batch.ts'
import { PROGRESS_CHANNEL } from '../live/progress.ts'
import { decodeEvent, foldEvent } from '../live/read-batch.ts'
import { prepareBatch, writeChanges } from '../live/write-batch.ts'
import type { Rebuild } from './rebuild.ts'
import { NotReplayable } from './replay-failure.ts'
import { inTransaction, REPLAYS_CHANNEL } from './replays.ts'
import { lockReplay, moveGeneration } from './write-rebuild.ts'

/** With more events missing the live projection would wait too long. */
const NEAR = 1_000

/**
 * Brings the new generation to the position of the live one while that is held, and lets the projector write both from then
 * on. False: too far away still. Rejects with ReplayGone.
 */
export async function startDualWriting(pool: Pool, rebuild: Rebuild): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await lockReplay(client, rebuild.replay, ['running'])
    const live = await lockLive(client, rebuild)
    if (!(await catchUp(client, rebuild, live.position))) return false
    await client.query('update views.projections set riding_generation = $2 where name = $1', [
      rebuild.projection.name,
      rebuild.replay.generation,
    ])
    await client.query(`update views.replays set state = 'comparing' where id = $1`, [rebuild.replay.replayId])
    return true
  })
}

export interface Switch {
  /** It is of another version. */
  readonly raised: boolean
  /** Differences were found, and accepted. */
  readonly differs: boolean
}

/**
 * The new generation becomes the live one, between two batches of the projector, whose next one finds that it has to begin
 * again. A generation of another version is brought to the end of the log in the same step, for nobody writes it meanwhile.
 * Rows that may differ from those before are other tables to all who hold these. False: too far away still. Rejects with
 * ReplayGone.
 */
export async function switchOver(pool: Pool, rebuild: Rebuild, { raised, differs }: Switch): Promise<boolean> {
  const { projection, replay } = rebuild
  return inTransaction(pool, async (client) => {
    await lockReplay(client, replay, [raised ? 'running' : 'comparing'])
    await lockLive(client, rebuild)
    if (raised && !(await catchUp(client, rebuild, await readHead(client)))) return false
    await client.query(
      `update views.projections set live_generation = $2, version = $3, riding_generation = null, failure = null,
        tables = tables + $4 where name = $1`,
      [projection.name, replay.generation, projection.version, raised || differs ? 1 : 0],
    )
    await client.query(`update views.replays set state = 'switched', finished_at = clock_timestamp() where id = $1`, [
      replay.replayId,
    ])
    await client.query(
      `select pg_notify('${REPLAYS_CHANNEL}', $1), pg_notify('${PROGRESS_CHANNEL}', json_build_object(
        'position', c.position, 'generations', json_build_object(c.projection, c.generation))::text)
      from views.checkpoints c where c.projection = $2 and c.generation = $3`,
      [replay.replayId, projection.name, replay.generation],
    )
    return true
  })
}

interface LiveCheckpoint {
  readonly position: Position
}

/** The projector waits before its next batch, for as long as this transaction lasts. */
async function lockLive(client: PoolClient, { projection }: Rebuild): Promise<LiveCheckpoint> {
  const { rows } = await client.query<{ position: string }>(
    `select c.position from views.checkpoints c join views.projections p
      on p.name = c.projection and p.live_generation = c.generation
    where p.name = $1 for update of c for update of p`,
    [projection.name],
  )
  if (rows[0] === undefined) throw new Error(`${projection.name} has no live generation`)
  return { position: Number(rows[0].position) }
}

async function readHead(client: PoolClient): Promise<Position> {
  const { rows } = await client.query<{ position: string }>('select position from log.log_head')
  return Number(rows[0]?.position ?? 0)
}

/** Shows what is missing up to the position. False: too much is. */
async function catchUp(client: PoolClient, rebuild: Rebuild, position: Position): Promise<boolean> {
  const { checkpoint, projection, replay } = rebuild
  const missing = position - checkpoint.position
  if (missing >= NEAR) return false
  if (missing === 0) return true
  const events = await readRecorded(client, checkpoint.position, missing)
  const last = events.at(-1)
  if (last?.position !== position) {
    const from = String(checkpoint.position)
    throw new NotReplayable(
      'not-in-log',
      `${projection.name} is at ${String(position)}, which the log does not reach from ${from}`,
    )
  }
  const fold = new Fold()
  for (const event of events) foldEvent(projection, fold, decodeEvent(event))
  const rowCounts = await writeChanges(client, prepareBatch(replay.generation, fold.changes()), checkpoint)
  await moveGeneration(client, rebuild, { position, recordedAt: last.recordedAt }, rowCounts)
  return true
}
