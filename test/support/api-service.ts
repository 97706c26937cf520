/** The API on real parts in this process: group commit, projector and views on a database of its own. */
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { newId, newIdBytes, preciseClock, systemClock } from '../../app/clock.ts'
import { logReaders } from '../../app/roles/log-readers.ts'
import { openCommitter, UNWATCHED } from '../../app/roles/open-committer.ts'
import { openBehaviour } from '../../app/insights/open-behaviour.ts'
import { openLive } from '../../app/start/open-live.ts'
import { openProjector, projectorPool } from '../../app/roles/open-projector.ts'
import { Releases } from '../../app/start/releases.ts'
import { LagSampler } from '../../kafka/lag/lag-sampler.ts'
import { createMetrics, type Metrics } from '../../api/metrics.ts'
import type { ApiServer } from '../../api/api-server.ts'
import type { ApiParts, ApiSettings } from '../../api/parts.ts'
import { buildServer } from '../../api/server.ts'
import { deadLetters } from '../../kafka/inbound/dead-letters.ts'
import { Progress, PROGRESS_CHANNEL } from '../../projections/live/progress.ts'
import { openForecasts } from '../../insights/forecast/forecasts.ts'
import { learntCache } from '../../insights/recommendations/learnt-cache.ts'
import { viewedCache } from '../../insights/recommendations/viewed-cache.ts'
import { openRecommending } from '../../insights/recommendations/recommendations.ts'
import { openViews } from '../../projections/views/views.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { registerEventSchemas } from '../../contract/registry/event-schema-ids.ts'
import { sessionsOf } from '../../insights/recommendations/sessions-of.ts'
import { behaviourFigures } from '../../insights/behaviour/figures.ts'
import { readLetters } from '../../insights/behaviour/letters.ts'
import { reactorNames, skips } from '../../reactors/list.ts'
import { readEmail, readEmails } from '../../reactors/mail/inbox-table.ts'
import { listNotifications } from '../../reactors/notifications/list-notifications.ts'
import { readToldTimeline } from '../../reactors/notifications/untold.ts'
import { openReactors } from '../../reactors/reactor-states.ts'
import { createTraffic } from '../../simulation/traffic.ts'
import { appendNotice } from '../../store/log/append.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import { Listener } from '../../store/postgres/listener.ts'
import { LogFeed } from '../../store/log/log-feed.ts'
import { Hops } from '../../store/log/hops.ts'
import { readLog } from '../../store/log/read-log.ts'
import { SchemaUsage } from '../../store/log/schema-usage.ts'
import { orderReader } from './order-reader.ts'
import { pseudonyms } from '../../app/pseudonyms.ts'

export interface ApiService {
  readonly app: ApiServer
  readonly metrics: Metrics
  readonly parts: ApiParts
  /** Lines of the log so far, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[]
  /** Listens on a free port of loopback; its number. Default: `app`. */
  listen(server?: ApiServer): Promise<number>
  /** Another server on the same parts. */
  another(changes: Partial<ApiParts>, settings?: Partial<ApiSettings>): ApiServer
  close(): Promise<void>
}

const LETTER_LIMITS = { most: 1_000_000, mostBytes: 4 * 1024 ** 3 }

const SETTINGS: ApiSettings = {
  tokens: [],
  rateLimit: 0,
  maxConnections: 2_000,
  production: false,
  version: '0.1.0',
  currency: 'EUR',
}

export async function openApiService(url: string, settings: Partial<ApiSettings> = {}): Promise<ApiService> {
  const lines: Readonly<Record<string, unknown>>[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const pool = openPool(url, { name: 'test reader', max: 8, settings: READER_SETTINGS })
  const metrics = createMetrics()
  const hops = new Hops()
  const committer = openCommitter({ databaseUrl: url, pool, ...UNWATCHED, hops })
  const feed = new LogFeed(pool)
  const progress = new Progress(systemClock)
  const listener = new Listener(url, {
    log: (payload) => {
      committer.headMoved(appendNotice(payload).head)
      feed.headMoved(appendNotice(payload).head)
    },
    [PROGRESS_CHANNEL]: (payload) => progress.notified(payload),
  })
  await listener.start()
  await committer.start()
  const writers = projectorPool(url)
  const projector = openProjector({
    ...{ pool: writers, feed, log, progress },
    showed(projection, stretch) {
      if (projection === 'orders') hops.mark('projected', stretch, preciseClock())
    },
  })
  await projector.start()

  const traffic = createTraffic(1)
  const ids = await registerEventSchemas(embeddedRegistry(pool))
  const shop = {
    currency: 'EUR',
    reservationMinutes: 15,
    clock: systemClock,
    newId,
    pseudonym: pseudonyms('of the tests of the API').of,
  }
  const taking = { executor: committer, shop, ...orderReader() }
  const sampler = new LagSampler({
    ...{
      kafka: null,
      readers: logReaders(pool, { progress, kafka: null, reactors: reactorNames }),
      clock: systemClock,
      monotonic: () => performance.now(),
    },
  })
  const views = openViews({ pool, progress, currency: 'EUR' })
  const reactors = openReactors({ pool, names: reactorNames, skips, executor: committer, newId })
  const releases = new Releases()
  const live = openLive({
    ...{ databaseUrl: url, currency: 'EUR', progress, views, reactors, sampler, knownHead: () => committer.known },
    ...{ most: 1_000, releases, hops },
  })
  const behaviour = await openBehaviour({
    config: { roles: ['api', 'reactor'], behaviourMaxBytes: 4 * 1024 ** 3 },
    ...{ databaseUrl: url, notices: listener, clock: systemClock, log, releases },
  })
  const parts: ApiParts = {
    executor: committer,
    ...{ views, reactors, live },
    forecasts: openForecasts({ queries: views.demand, monotonic: () => performance.now() }),
    recommending: openRecommending({
      cache: learntCache({ queries: views.together, monotonic: () => performance.now() }),
      viewed: viewedCache({ pool, monotonic: () => performance.now(), log }),
      sessionOf: sessionsOf({
        ...{ pool, reader: behaviour.reader, clock: systemClock, monotonic: () => performance.now() },
      }),
      ...{ products: views.products, orders: views.orders },
    }),
    behaviour: {
      door: behaviour.door,
      figures: behaviourFigures(pool),
      letters: (page) => readLetters(pool, page),
      pseudonym: shop.pseudonym,
    },
    payments: {
      ...{ hasGateway: true, outcomes: { hear: () => ({ outcome: () => Promise.resolve(), end: () => undefined }) } },
      webhooks: { secrets: [], take: () => Promise.resolve('recorded') },
    },
    emails: { list: (page) => readEmails(pool, page), get: (emailId) => readEmail(pool, emailId) },
    listNotifications: (filter) => listNotifications({ pool, views }, filter),
    readLog: (query) => readLog(pool, query),
    readTimeline: (orderId) => readToldTimeline(pool, orderId),
    hopsOf: (position) => hops.of(position),
    shop,
    newId,
    log,
    metrics,
    settings: { ...SETTINGS, ...settings },
    readiness: () => [{ name: 'database', ok: true, ageSeconds: 0, detail: null }],
    degrading: () => [],
    feed: () => null,
    isStopping: () => false,
    dashboard: null,
    registry: pool,
    schemas: { usage: new SchemaUsage({ pool }), ids, sharedRegistry: null },
    deadLetters: deadLetters({
      ...{ ...taking, pool, limits: LETTER_LIMITS, newEventId: newIdBytes, clock: systemClock },
      fetchBatches: () => Promise.reject(new Error('there are no brokers')),
    }),
    kafka: { sampler, browse: null },
    simulateOrders: (count) => Array.from({ length: count }, () => traffic.nextOrder()),
  }
  const servers: ApiServer[] = []
  const serve = (changes: Partial<ApiParts>) => {
    const server = buildServer({ ...parts, ...changes })
    servers.push(server)
    return server
  }
  const app = serve({})
  await app.ready()

  return {
    app,
    metrics,
    parts,
    lines,
    async listen(server = app) {
      await server.listen({ host: '127.0.0.1', port: 0 })
      return (server.server.address() as AddressInfo).port
    },
    another: (changes, more = {}) => serve({ metrics: null, settings: { ...parts.settings, ...more }, ...changes }),
    async close() {
      for (const server of servers) await server.close()
      await releases.release(() => undefined)
      await sampler.stop()
      await projector.stop()
      await committer.stop()
      await listener.stop()
      await writers.end()
      await pool.end()
    },
  }
}
