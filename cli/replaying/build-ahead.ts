/** Builds the rows of this release beside those of the one that runs, and follows the log until it is deployed. */
import { newId } from '../../app/clock.ts'
import { openReplayer } from '../../app/roles/open-projector.ts'
import { StartFailure } from '../../app/start-failure.ts'
import { readLiveGenerations } from '../../projections/generations.ts'
import { projections } from '../../projections/views/list.ts'
import type { Projection } from '../../projections/projection.ts'
import { dropAbandoned } from '../../projections/replay/drop-abandoned.ts'
import { cancelReplay, createReplay, readReplay } from '../../projections/replay/replays.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { pause } from '../../store/waiting/pause.ts'
import type { CommandContext } from '../command-context.ts'
import { requireSchema } from '../database/require-schema.ts'
import { withDatabase } from '../database/with-database.ts'
import { watchInterruption } from '../load/interruption.ts'

const LOOK_MS = 500

/** Ends when a service of this release has taken the rows over; on Ctrl-C they are given up. */
export async function buildAhead(context: CommandContext, name: string): Promise<void> {
  await withDatabase(context, { command: 'replay --ahead', create: false }, async ({ url }) => {
    const pool = openPool(url, { name: 'replay ahead', max: 4, queryTimeout: 0 })
    try {
      await requireSchema(pool)
      for (const projection of await raised(pool, name)) await build(context, pool, projection)
    } finally {
      await pool.end()
    }
  })
}

/** The projections whose version this release raises. Throws a StartFailure when it raises no version. */
async function raised(pool: Pool, name: string): Promise<readonly Projection[]> {
  const live = await readLiveGenerations(pool)
  const found = projections.filter(
    (projection) =>
      (name === 'all' || projection.name === name) && projection.version > (live.get(projection.name)?.version ?? 0),
  )
  if (found.length > 0) return found
  throw new StartFailure({
    code: 'nothing-raised',
    exitCode: 2,
    what: `this release writes the same rows of ${name} as the running one`,
    tried: 'to compare the versions of its projections with those of the live rows',
    next: `orderledger replay ${name}, or run this from the newer release`,
  })
}

async function build(context: CommandContext, pool: Pool, projection: Projection): Promise<void> {
  const { output } = context
  const log = (fields: object, message: string) => output.note(`${message} ${JSON.stringify(fields)}`)
  const replayId = newId()
  const created = await createReplay(pool, projection, { replayId, ahead: true })
  if (created === null) throw new Error(`${projection.name} is not registered`)
  const replayer = openReplayer({ pool, projections: [projection], log: { info: log, warn: log, error: log } })
  const interruption = watchInterruption(() => output.note('dropping what was built'))
  const progress = output.progress(`replay ${projection.name} ahead`, created.target)
  replayer.start()
  try {
    for (let done = 0; ;) {
      const replay = await readReplay(pool, replayId)
      if (replay === null || replay.finishedAt !== null || interruption.signal.aborted) {
        if (interruption.signal.aborted) await cancelReplay(pool, replayId)
        output.result(replay, () => `${projection.name}: ${replay?.state ?? 'gone'}`)
        break
      }
      progress.advance(replay.position - done)
      done = replay.position
      await pause(LOOK_MS, interruption.signal)
    }
  } finally {
    interruption.release()
    progress.stop()
    await replayer.stop()
    await dropAbandoned(pool)
  }
}
