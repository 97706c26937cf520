/** The peer of a replay: the same projection, one event and one transaction at a time, as a handler in most frameworks does it. */
import { projections } from '../projections/views/list.ts'
import { createReplay } from '../projections/replay/replays.ts'
import { readCheckpoint } from '../projections/generations.ts'
import { foldBatch } from '../projections/fold-batch.ts'
import { prepareBatch, writeChanges } from '../projections/live/write-batch.ts'
import { decode } from '../schemas/codec.ts'
import { newId } from '../app/clock.ts'
import { openPool } from '../store/postgres/database.ts'
import { readRecorded } from '../store/log/read-log.ts'

/** Events a second, over the first events of the log, for this many seconds. What it wrote is left to be dropped. */
export async function projectPerEvent(databaseUrl: string, name: string, seconds: number): Promise<number> {
  const projection = projections.find((each) => each.name === name)
  if (projection === undefined) throw new Error(`no projection ${name}`)
  const pool = openPool(databaseUrl, { name: 'per event', max: 1, settings: { synchronous_commit: 'off' } })
  try {
    // Ahead: nobody else builds it, since it is of a version that no release has.
    const replay = await createReplay(pool, { ...projection, version: 1_000_000 }, { replayId: newId(), ahead: true })
    if (replay === null) throw new Error(`${name} is not registered`)
    let rowCounts = (await readCheckpoint(pool, replay))?.rowCounts ?? {}
    const client = await pool.connect()
    const end = performance.now() + seconds * 1_000
    const start = performance.now()
    let done = 0
    const events = await readRecorded(client, 0, 100_000)
    for (const { type, schemaVersion, data, position, stream, version, recordedAt } of events) {
      if (performance.now() >= end) break
      const changes = foldBatch(projection, [
        { event: decode(type, schemaVersion, data), position, stream, version, recordedAt },
      ])
      await client.query('begin')
      rowCounts = await writeChanges(client, prepareBatch(replay.generation, changes), { rowCounts })
      await client.query('update views.checkpoints set position = $3 where projection = $1 and generation = $2', [
        name,
        replay.generation,
        position,
      ])
      await client.query('commit')
      done += 1
    }
    const rate = (done * 1_000) / (performance.now() - start)
    client.release()
    await pool.query(`update views.replays set state = 'cancelled', finished_at = now() where id = $1`, [
      replay.replayId,
    ])
    return rate
  } finally {
    await pool.end()
  }
}
