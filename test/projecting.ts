/** A database with a log, a projector on it and its views: what tests of projections need. */
import { newId } from '../app/clock.ts'
import { projections as all } from '../projections/list.ts'
import { Progress, PROGRESS_CHANNEL } from '../projections/progress.ts'
import type { Projection } from '../projections/projection.ts'
import { Projector, type ProjectorParts } from '../projections/projector.ts'
import { openViews, type Views } from '../projections/views.ts'
import { openPool, type Pool } from '../store/database.ts'
import type { Feed } from '../store/feed.ts'
import { Listener } from '../store/listener.ts'
import { LogFeed } from '../store/log-feed.ts'
import { testDatabase } from './database.ts'
import { eventually } from './eventually.ts'

export interface Projecting {
  readonly url: string
  readonly pool: Pool
  readonly views: Views
  readonly feed: Feed
  /** What projectors warned of or reported as errors. */
  readonly complaints: readonly string[]
  /** Starts one more projector, as another process would. */
  project(options?: Partial<Pick<ProjectorParts, 'projections' | 'feed' | 'owner' | 'reachPoint'>>): Promise<Projector>
  /** Resolves when these projections (all, if none is named) show everything up to the position. */
  shown(position: number, ...names: readonly string[]): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export async function openProjecting(): Promise<Projecting> {
  const database = await testDatabase()
  const pool = openPool(database.url, { name: 'test', max: 5 })
  const writers = openPool(database.url, { name: 'test projector', max: 20 })
  const feed = new LogFeed(pool)
  const progress = new Progress(() => Date.now())
  const listener = new Listener(database.url, {
    log: (head) => feed.headMoved(Number(head)),
    [PROGRESS_CHANNEL]: (payload) => progress.notified(payload),
  })
  await listener.start()
  const views = openViews({ pool, progress, currency: 'EUR' })
  const projectors: Projector[] = []
  const complaints: string[] = []
  const complain = (fields: object, message: string) => complaints.push(`${message} ${JSON.stringify(fields)}`)

  return {
    url: database.url,
    pool,
    views,
    feed,
    complaints,

    async project(options = {}) {
      const projector = new Projector({
        pool: writers,
        feed,
        projections: all,
        // Its own: what it tells comes to the views by NOTIFY, as from another process.
        progress: new Progress(() => Date.now()),
        owner: newId(),
        log: { info: () => undefined, warn: complain, error: complain },
        reachPoint: () => undefined,
        ...options,
      })
      projectors.push(projector)
      await projector.start()
      return projector
    },

    async shown(position, ...names) {
      await eventually(async () => {
        const states = await views.states()
        const awaited = states.filter(({ name }) => names.length === 0 || names.includes(name))
        return awaited.length > 0 && awaited.every((state) => state.position >= position)
      })
    },

    async [Symbol.asyncDispose]() {
      await Promise.all(projectors.map((projector) => projector.stop()))
      await listener.stop()
      await Promise.all([pool.end(), writers.end()])
      await database.drop()
    },
  }
}

/** Every row of a projection's first generation, as JSON, without the named columns; sorted. */
export async function rowsOf(
  pool: Pool,
  projections: readonly Projection[],
  without: readonly string[] = [],
): Promise<Readonly<Record<string, readonly string[]>>> {
  const rows: Record<string, readonly string[]> = {}
  for (const { name } of projections.flatMap(({ tables }) => tables)) {
    const found = await pool.query<{ row: string }>(
      `select (to_jsonb(t) - $1::text[])::text as row from views.${name}_g1 t order by 1`,
      [without],
    )
    rows[name] = found.rows.map(({ row }) => row)
  }
  return rows
}
