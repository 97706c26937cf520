/** What a process of the role `api` has beyond the others: it decides orders, takes them over Kafka, and shows the rows. */
import type { ShopSettings } from '../../commands/shop-settings.ts'
import type { ApiParts, Check, KafkaParts, OperationParts } from '../../api/parts.ts'
import type { Metrics } from '../../api/metrics.ts'
import { browseTopic } from '../../kafka/topics/browse-topic.ts'
import { deadLetters } from '../../kafka/inbound/dead-letters.ts'
import { fetchBatches } from '../../kafka/inbound/parked-batch.ts'
import { LagSampler } from '../../kafka/lag/lag-sampler.ts'
import { Progress, PROGRESS_CHANNEL } from '../../projections/live/progress.ts'
import { openForecasts } from '../../insights/forecast/forecasts.ts'
import { learntCache } from '../../insights/recommendations/learnt-cache.ts'
import { openRecommending } from '../../insights/recommendations/recommendations.ts'
import { openViews } from '../../projections/views/views.ts'
import type { EventSchemaIds } from '../../contract/registry/event-schema-ids.ts'
import { addressOf } from '../../contract/registry/registry-client.ts'
import { judgeThread } from '../../contract/judgement/judge-thread.ts'
import { placeOrderReader } from '../../contract/registry/command-schema.ts'
import { wireFormat } from '../../contract/registry/wire-format.ts'
import { viewedCache } from '../../insights/recommendations/viewed-cache.ts'
import { sessionsOf } from '../../insights/recommendations/sessions-of.ts'
import { behaviourFigures } from '../../insights/behaviour/figures.ts'
import { readLetters } from '../../insights/behaviour/letters.ts'
import { namesOfReactors, skips } from '../../reactors/list.ts'
import { openReactors } from '../../reactors/reactor-states.ts'
import { takeWebhook } from '../../reactors/payments/take-webhook.ts'
import { readEmail, readEmails } from '../../reactors/mail/inbox-table.ts'
import { listNotifications } from '../../reactors/notifications/list-notifications.ts'
import { readToldTimeline } from '../../reactors/notifications/untold.ts'
import { PaymentOutcomes } from '../../reactors/payments/payment-outcomes.ts'
import { createTraffic } from '../../simulation/traffic.ts'
import { readPage } from '../../store/log/read-page.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { GroupCommitLimits } from '../../store/commit/group-commit.ts'
import { appendNotice, LOG_CHANNEL } from '../../store/log/append.ts'
import type { Notices } from '../../store/postgres/listener.ts'
import { LatchedSignal } from '../../store/waiting/pause.ts'
import { CommandPurge } from '../../store/commit/purge-commands.ts'
import type { Hops } from '../../store/log/hops.ts'
import { readLog } from '../../store/log/read-log.ts'
import { SchemaUsage } from '../../store/log/schema-usage.ts'
import { newId, newIdBytes, systemClock, type Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { crashPoints } from '../crash-points.ts'
import type { Pseudonyms } from '../pseudonyms.ts'
import { SIMULATOR } from '../gateway/simulator-name.ts'
import { fillDemo, type DemoReport } from '../start/demo.ts'
import { DemoLives } from '../start/demo-lives.ts'
import { openLive } from '../start/open-live.ts'
import { openInbound, placeOrderSchemaId } from './inbound.ts'
import type { Log } from '../log.ts'
import { logReaders } from './log-readers.ts'
import type { Behaviour } from '../insights/open-behaviour.ts'
import { openCommitter } from './open-committer.ts'
import type { Releases } from '../start/releases.ts'
import type { OpenedRegistry } from '../start/schema-ids.ts'

export interface ApiRoleOptions {
  readonly config: Config
  readonly log: Log
  /** The folder of the built dashboard; null: it is not served. */
  readonly dashboard: string | null
  readonly limits: Partial<GroupCommitLimits>
  readonly databaseUrl: string
  /** For reads. */
  readonly pool: Pool
  /** The database's. */
  readonly clock: Clock
  readonly registry: OpenedRegistry
  readonly metrics: Metrics | null
  readonly hops: Hops
  readonly notices: Notices
  readonly pseudonyms: Pseudonyms
  readonly behaviour: Behaviour
  readonly releases: Releases
}

export interface ApiRole {
  readonly parts: Omit<ApiParts, keyof OperationParts>
  readonly checks: () => readonly Check[]
  /** Fills a shop that has no events with the demo; null: it has some, or no demo is wanted. */
  readonly fillDemo: () => Promise<FilledDemo | null>
}

export interface FilledDemo {
  readonly report: DemoReport
  /** To be started once the service is ready; null: the orders stay placed. */
  readonly lives: DemoLives | null
}

/** Requests that wait for what becomes of a payment. */
const OUTCOMES_WAITED_FOR = 1_000

/** Of the simulated shop: the same orders after every first start. */
const DEMO_SEED = 1

/** Resolves when orders can be taken. */
export async function openApi(options: ApiRoleOptions): Promise<ApiRole> {
  const { config, log, dashboard, limits, databaseUrl, pool, clock, registry, metrics } = options
  const { hops, notices, pseudonyms, behaviour, releases } = options
  const { currency, reservationMinutes, kafka, crash, deadLetters: letterLimits } = config
  const names = namesOfReactors(config)

  const committer = openCommitter({ databaseUrl, pool, metrics, crash, log, limits, hops })
  const progress = new Progress(systemClock)
  const moved = new LatchedSignal()
  await notices.hear(LOG_CHANNEL, (payload) => {
    committer.headMoved(appendNotice(payload).head)
    moved.wake()
  })
  await notices.hear(PROGRESS_CHANNEL, (payload) => progress.notified(payload))
  await committer.start()
  releases.add('committer', () => committer.stop())

  const outcomes = new PaymentOutcomes({ pool, moved, most: OUTCOMES_WAITED_FOR })
  releases.add('payment outcomes', () => outcomes.stop())

  const purge = new CommandPurge({
    pool,
    onError: (error) => log.warn({ err: error }, 'could not purge expired command keys; will retry'),
  })
  purge.start()
  releases.add('purge', () => purge.stop())
  const sampler = new LagSampler({
    ...{
      kafka,
      readers: logReaders(pool, { progress, kafka, reactors: names }),
      clock: systemClock,
      monotonic: () => performance.now(),
    },
  })
  releases.add('lag sampler', () => sampler.stop())

  const placeOrderId = kafka === null ? null : await placeOrderSchemaId(config, registry.registry, log)
  const shop: ShopSettings = { currency, reservationMinutes, clock, newId, pseudonym: pseudonyms.of }
  const { judge, stop: stopJudge } = judgeThread()
  releases.add('reading of schemas', stopJudge)
  const reader = placeOrderReader({
    ...{ schemaId: placeOrderId, registry: registry.registry, judge, monotonic: () => performance.now() },
  })
  const taking = { executor: committer, shop, ...reader }
  const inbound =
    kafka === null
      ? null
      : openInbound({ settings: kafka, databaseUrl, taking, limits: letterLimits, crash, metrics, log })
  if (inbound !== null) {
    inbound.start()
    releases.add('commands over Kafka', () => inbound.stop())
  }

  const traffic = createTraffic(DEMO_SEED, { currency })
  const views = openViews({ pool, progress, currency })
  const learnt = learntCache({ queries: views.together, monotonic: () => performance.now() })
  const recommending = openRecommending({
    ...{ cache: learnt, viewed: viewedCache({ pool, monotonic: () => performance.now(), log }) },
    sessionOf: sessionsOf({ pool, reader: behaviour.reader, clock, monotonic: () => performance.now() }),
    ...{ products: views.products, orders: views.orders },
  })
  const forecasts = openForecasts({ queries: views.demand, monotonic: () => performance.now() })
  const reachPoint = crashPoints({ crash })
  const reactors = openReactors({ pool, names, skips, executor: committer, newId })
  const knownHead = () => committer.known
  const live = openLive({
    ...{ databaseUrl, currency, progress, views, reactors, sampler, knownHead, hops, releases },
    most: config.liveClients,
  })
  return {
    parts: {
      executor: committer,
      ...{ views, reactors, live, recommending, forecasts },
      behaviour: {
        door: behaviour.door,
        figures: behaviourFigures(pool),
        letters: (page) => readLetters(pool, page),
        pseudonym: pseudonyms.of,
      },
      payments: {
        ...{ hasGateway: config.payments.gateway !== null, outcomes },
        webhooks: {
          secrets: config.payments.webhookSecrets,
          take: (body) => takeWebhook({ pool, executor: committer, newId, reachPoint }, body),
        },
      },
      emails: { list: (page) => readEmails(pool, page), get: (emailId) => readEmail(pool, emailId) },
      listNotifications: (filter) => listNotifications({ pool, views }, filter),
      readLog: (query) => readLog(pool, query),
      readTimeline: (orderId) => readToldTimeline(pool, orderId),
      hopsOf: (position) => hops.of(position),
      shop,
      dashboard,
      registry: registry.pool,
      schemas: {
        usage: new SchemaUsage({ pool }),
        ids: registry.ids,
        sharedRegistry: config.schemaRegistryUrl === null ? null : addressOf(config.schemaRegistryUrl).base,
      },
      deadLetters: deadLetters({
        ...{ ...taking, pool, limits: letterLimits, newEventId: newIdBytes, clock },
        fetchBatches: (place) =>
          kafka === null ? Promise.reject(new Error('there are no brokers')) : fetchBatches(kafka, place),
      }),
      kafka: { sampler, browse: browsing(kafka, registry.ids) },
      simulateOrders: (count) => Array.from({ length: count }, () => traffic.nextOrder()),
    },
    checks: () => inbound?.checks() ?? [],
    async fillDemo() {
      if (!config.demo || (await hasShop(pool))) return null
      const reach = {
        payments: config.payments.gateway === SIMULATOR && config.effects,
        mails: config.smtpUrl === null,
        texts: config.smsUrl === null,
      }
      const report = await fillDemo(config.demoOrders, { executor: committer, traffic, shop, reach })
      if (config.production) return { report, lives: null }
      const lives = new DemoLives(report.placed, {
        ...{ executor: committer, shop, seed: DEMO_SEED, reach },
        onError: (error) => log.warn({ err: error }, 'the demo ends early: its other orders stay as they are'),
      })
      return { report, lives }
    },
  }
}

function browsing(kafka: Config['kafka'], ids: EventSchemaIds): KafkaParts['browse'] {
  if (kafka === null) return null
  const wire = wireFormat(ids)
  return (asked) => browseTopic(kafka, wire, asked)
}

/** Whether anything has happened in the log but that fraud rules were put in force, which each start does. */
async function hasShop(pool: Pool): Promise<boolean> {
  const { events, full } = await readPage(pool, { after: 0, limit: 100, passed: ['FraudTableSet'] })
  return full || events.length > 0
}
