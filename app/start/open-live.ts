/** Where changes at /live come from: the log, the views on a connection of their own, and how the parts of the service do. */
import type { LiveParts } from '../../api/routes/live.ts'
import { projectionAnswer } from '../../api/routes/projections.ts'
import { reactorAnswer } from '../../api/routes/reactors.ts'
import type { LagSampler } from '../../kafka/lag/lag-sampler.ts'
import { openTopics } from '../../projections/changes/topics.ts'
import type { Progress } from '../../projections/live/progress.ts'
import { orders } from '../../projections/views/orders.ts'
import { openViews, type Views } from '../../projections/views/views.ts'
import type { Reactors } from '../../reactors/reactor-states.ts'
import type { Hops } from '../../store/log/hops.ts'
import { readHead } from '../../store/log/log-status.ts'
import { readRecorded } from '../../store/log/read-log.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import type { Position } from '../../store/commit/command.ts'
import { preciseClock, systemClock } from '../clock.ts'
import { POOL_SIZES } from '../pool-sizes.ts'
import type { Releases } from './releases.ts'

export interface LiveOptions {
  readonly databaseUrl: string
  readonly currency: string
  readonly progress: Progress
  /** How projections and reactors do is asked of these. */
  readonly views: Pick<Views, 'states'>
  readonly reactors: Pick<Reactors, 'states'>
  readonly sampler: Pick<LagSampler, 'report'>
  readonly knownHead: () => Position
  readonly hops: Hops
  /** Connections at the same time. */
  readonly most: number
  readonly releases: Pick<Releases, 'add'>
}

/** Nothing is read before somebody is connected. */
export function openLive(options: LiveOptions): LiveParts['live'] {
  const { databaseUrl, currency, progress, views, reactors, sampler, knownHead, hops, most, releases } = options
  const pool = openPool(databaseUrl, { name: 'live', max: POOL_SIZES.live, settings: READER_SETTINGS })
  releases.add('live connection', () => pool.end())
  return {
    topics: openTopics(openViews({ pool, progress, currency, epochs: true })),
    states: [
      { name: 'projections', read: async () => (await views.states()).map(projectionAnswer) },
      { name: 'reactors', read: async () => (await reactors.states()).map(reactorAnswer) },
      { name: 'lag', read: async () => [await sampler.report()] },
    ],
    readRecorded: (after, limit) => readRecorded(pool, after, limit),
    head: () => readHead(pool),
    knownHead,
    projections: () => views.states(),
    onNotice: (heard) => progress.onMoved(heard),
    pushed(topic, stretch) {
      if (topic === orders.name) hops.mark('pushed', stretch, preciseClock())
    },
    most,
    clock: systemClock,
    monotonic: () => performance.now(),
    random: Math.random,
  }
}
