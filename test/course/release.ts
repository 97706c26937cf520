/** A release at work on a database: its shop, its projections, and what it makes of the log. Changed copies are bundled from here. */
import { openProjector, openReplayer, projectorPool } from '../../app/roles/open-projector.ts'
import { projections } from '../../projections/views/list.ts'
import { Progress } from '../../projections/live/progress.ts'
import type { ProjectionState } from '../../projections/live/projection-states.ts'
import { openViews } from '../../projections/views/views.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { registerEventSchemas } from '../../contract/registry/event-schema-ids.ts'
import type { EventSchema } from '../../schemas/avro-schema.ts'
import { decode } from '../../schemas/codec.ts'
import { eventSchemas } from '../../schemas/events.ts'
import { upcast } from '../../schemas/upcast.ts'
import { openPool } from '../../store/postgres/database.ts'
import { aggregateFor, foldEvent } from '../../store/commit/fold-event.ts'
import { LogFeed } from '../../store/log/log-feed.ts'
import { readEvents } from '../../store/log/read-log.ts'
import type { StreamState } from '../../store/commit/stream-cache.ts'
import { eventually } from '../support/eventually.ts'
import { openShop, type Shop } from '../support/shop.ts'

/** A stored event, and what it means to this release. */
export interface Remembered {
  readonly position: number
  readonly stream: string
  readonly type: string
  readonly schemaVersion: number
  readonly data: Buffer
  readonly means: readonly object[]
}

export interface Release {
  readonly shop: Shop
  /** Every version that it has of an event. */
  versions(type: string): readonly EventSchema[]
  /** What its parts have reported so far. */
  errors(): readonly unknown[]
  /** The whole log. */
  history(): Promise<readonly Remembered[]>
  /** Of a stream, as this release folds it. */
  state(stream: string): Promise<unknown>
  states(): Promise<readonly ProjectionState[]>
  /** Resolves when every projection is live, in the version of this release, and shows the whole log. */
  shown(): Promise<void>
  close(): Promise<void>
}

export async function openRelease(url: string): Promise<Release> {
  const shop = await openShop(url)
  const pool = openPool(url, { name: 'release', max: 10 })
  // As at every start with a registry of our own: it takes nothing that breaks what it has.
  await registerEventSchemas(embeddedRegistry(pool))
  const progress = new Progress(() => Date.now())
  const feed = new LogFeed(pool)
  const errors: unknown[] = []
  const ignore = () => undefined
  const log = { info: ignore, warn: ignore, error: (fields: object, message: string) => errors.push([message, fields]) }
  const writers = projectorPool(url)
  const projector = openProjector({ pool: writers, feed, log, progress })
  await projector.start()
  const replayer = openReplayer({ pool, log })
  replayer.start()
  const views = openViews({ pool, progress, currency: 'EUR' })
  const read = () => readEvents(pool, 0, 10_000)

  return {
    shop,
    versions: (type) => Object.entries(eventSchemas).find(([name]) => name === type)?.[1].versions ?? [],

    async history() {
      return (await read()).map(({ position, stream, type, schemaVersion, data }) => {
        return { position, stream, type, schemaVersion, data, means: upcast(decode(type, schemaVersion, data)) }
      })
    },

    async state(stream) {
      const initial: StreamState = { state: aggregateFor(stream).initial, version: 0 }
      const own = (await read()).filter((event) => event.stream === stream)
      return own.reduce((folded, event) => foldEvent(stream, folded, event), initial).state
    },

    errors: () => [...shop.errors, ...errors],

    states: () => views.states(),

    async shown() {
      const head = (await read()).length
      feed.headMoved(head)
      replayer.changed()
      const wanted = new Map(projections.map(({ name, version }) => [name, version]))
      await eventually(async () => {
        const states = await views.states()
        return states.every(({ name, version, state, position }) => {
          return state === 'live' && version === wanted.get(name) && position >= head
        })
      })
    },

    async close() {
      await Promise.all([projector.stop(), replayer.stop()])
      await shop.close()
      await Promise.all([pool.end(), writers.end()])
    },
  }
}
