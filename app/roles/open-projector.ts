/** The parts that keep the read models, as the service, tests and measurements open them; none of them is started yet. */
import { Progress } from '../../projections/live/progress.ts'
import { Projector, type ProjectorParts } from '../../projections/live/projector.ts'
import { Replayer } from '../../projections/replay/replayer.ts'
import type { ReplayerParts } from '../../projections/replay/replayer-parts.ts'
import { projections } from '../../projections/views/list.ts'
import { LOOK_UP_SETTINGS, openPool, READER_SETTINGS, type Pool } from '../../store/postgres/database.ts'
import { newId, systemClock } from '../clock.ts'
import { POOL_SIZES } from '../pool-sizes.ts'

/** What may be another than in the service. */
type Open<Parts, Given extends keyof Parts> = Pick<Parts, Given> & Partial<Parts>

export function openProjector(parts: Open<ProjectorParts, 'pool' | 'feed' | 'log'>): Projector {
  const progress = new Progress(systemClock)
  const monotonic = () => performance.now()
  return new Projector({
    projections,
    progress,
    owner: newId(),
    newId,
    monotonic,
    reachPoint: () => undefined,
    showed: () => undefined,
    ...parts,
  })
}

/** For what the projector writes. */
export function projectorPool(databaseUrl: string, name = 'projector'): Pool {
  return openPool(databaseUrl, {
    name,
    max: POOL_SIZES.projector,
    // Rows and checkpoint are lost together in a crash of the server, and read again from the log.
    settings: { ...READER_SETTINGS, ...LOOK_UP_SETTINGS, synchronous_commit: 'off' },
  })
}

export function openReplayer(parts: Open<ReplayerParts, 'pool' | 'log'>): Replayer {
  const monotonic = () => performance.now()
  return new Replayer({ projections, owner: newId(), monotonic, reachPoint: () => undefined, ...parts })
}
