/** The replayer, inside a thread of its own that the scheduler puts behind the others: a replay can wait, an order cannot. */
import { setPriority } from 'node:os'
import { projections } from '../../projections/views/list.ts'
import { DriftCheck } from '../../projections/replay/drift-check.ts'
import { REPLAYS_CHANNEL } from '../../projections/replay/replays.ts'
import { openPool } from '../../store/postgres/database.ts'
import { newId } from '../clock.ts'
import { crashPoints } from '../crash-points.ts'
import { openReplayer } from './open-projector.ts'
import type { OpenWork } from './open-work.ts'
import { POOL_SIZES } from '../pool-sizes.ts'

/** Of 19: with two cores it gets about a third of what an order's thread gets when both are busy. */
const NICE = 5

/** A service that was just started has other things to do. */
const DRIFT_LOOK_MS = 10 * 60_000

export const openReplayerWork: OpenWork = async ({
  databaseUrl,
  crash,
  driftCheckEvery: every,
  notices,
  releases,
  log,
}) => {
  // Linux takes 0 as this thread, other systems as the whole process.
  if (process.platform === 'linux') setPriority(0, NICE)
  // No statement is limited in time: an index over millions of rows takes as long as it takes.
  const pool = openPool(databaseUrl, { name: 'replayer', max: POOL_SIZES.replayer, queryTimeout: 0 })
  releases.add('replayer pool', () => pool.end())
  const replayer = openReplayer({ pool, log, reachPoint: crashPoints({ crash }) })
  await notices.hear(REPLAYS_CHANNEL, () => replayer.changed())
  replayer.start()
  releases.add('replayer', () => replayer.stop())
  if (every !== null) {
    const check = new DriftCheck({ pool, projections, newId, log, every, look: DRIFT_LOOK_MS })
    check.start()
    releases.add('drift check', () => check.stop())
  }
  const health = { state: 'working', reason: null } as const
  return { detail: 'ready', reports: () => ({ replayer: { health, figures: {}, feed: null } }) }
}
