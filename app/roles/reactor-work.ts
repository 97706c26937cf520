/** The reactors, each under a lease of its own, in the process: they share the executor of the role `api` where it is there. */
import { reactors } from '../../reactors/list.ts'
import { serveReactor } from '../../reactors/serve-reactor.ts'
import type { Executor } from '../../store/commit/command.ts'
import { openPool, READER_SETTINGS, type Pool } from '../../store/postgres/database.ts'
import { Listener } from '../../store/postgres/listener.ts'
import { newId } from '../clock.ts'
import { crashPoints } from '../crash-points.ts'
import { openDatabaseClock } from '../start/open-database-clock.ts'
import { openCommitter } from './open-committer.ts'
import type { OpenWork, WorkParts } from './open-work.ts'

/** Of each reactor: reading, settling, the lease. */
const CONNECTIONS = 3

export const openReactorWork: OpenWork = async (parts) => {
  const { databaseUrl, crash, log, releases } = parts
  const pool = openPool(databaseUrl, {
    name: 'reactor',
    max: CONNECTIONS * reactors.length,
    // Rows and checkpoint are lost together in a crash of the server; a command that is asked for again is harmless.
    settings: { ...READER_SETTINGS, synchronous_commit: 'off' },
  })
  releases.add('reactor pool', () => pool.end())
  const clock = await openDatabaseClock({ pool, log, releases })
  const executor = parts.executor ?? (await startCommitter(parts, pool))
  const owner = newId()
  const workers = reactors.map((reactor) => {
    const worker = serveReactor({
      ...{ pool, reactor, owner, executor, newId, clock, log },
      monotonic: () => performance.now(),
      reachPoint: crashPoints({ crash }),
    })
    releases.add(`reactor ${reactor.name}`, () => worker.stop())
    return [`reactor ${reactor.name}`, worker] as const
  })
  return {
    detail: reactors.map(({ name }) => name).join(', '),
    reports: () =>
      Object.fromEntries(workers.map(([name, worker]) => [name, { health: worker.health(), figures: {}, feed: null }])),
  }
}

async function startCommitter(
  { databaseUrl, metrics, crash, log, releases }: WorkParts,
  pool: Pool,
): Promise<Executor> {
  const committer = openCommitter({ databaseUrl, pool, metrics, crash, log, limits: {} })
  const listener = new Listener(databaseUrl, { log: (payload) => committer.headMoved(Number(payload)) })
  await listener.start()
  releases.add('listener', () => listener.stop())
  await committer.start()
  releases.add('committer', () => committer.stop())
  return committer
}
