/** What Prometheus reads. Labels are bounded: routes, not paths; codes, not texts. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { FeedHealth } from '../kafka/feed/kafka-feed.ts'
import type { GroupLag, PartitionLag } from '../kafka/lag/lag-report.ts'
import type { RelayFigures } from '../kafka/relay/relay.ts'
import type { PaymentFigures } from '../projections/views/payments.ts'
import type { ProjectionState } from '../projections/live/projection-states.ts'
import type { ReactorState } from '../reactors/reactor-states.ts'
import type { Execution } from '../store/commit/command.ts'
import type { Health } from '../store/waiting/health.ts'
import { isProblemCode, PROBLEMS } from './http/problems.ts'
import type { CommandTopicName } from '../kafka/inbound/command-topics.ts'
import {
  inboundCounter,
  watchInbound,
  type InboundOutcome,
  webhookCounter,
  type WebhookOutcome,
} from './inbound-metrics.ts'
import { liveMetrics, type LiveMetrics } from './live-metrics.ts'
import { shared, stateGauges, watchPayments, watchReactors } from './state-gauges.ts'

export type OrderExecution = Execution<{ readonly reason: string }>

export interface Metrics extends LiveMetrics {
  /** For parts that have metrics of their own. */
  readonly registry: Registry
  readonly requestDuration: Histogram<'route' | 'method' | 'status'>
  readonly eventsAppended: Counter<'type'>
  readonly batchCommands: Histogram
  readonly batchDuration: Histogram
  readonly storeErrors: Counter
  /** Counts a command on an order by what became of it. `milliseconds`: what it took. */
  countOrder(execution: OrderExecution, done: 'placed' | 'cancelled', milliseconds: number): void
  /** Counts a command that came over Kafka. */
  countInbound(topic: CommandTopicName, outcome: InboundOutcome): void
  countWebhook(outcome: WebhookOutcome): void
  /** Asks, when Prometheus does, whether this process reads a topic of commands. */
  watchInbound(topic: CommandTopicName, isConsuming: () => boolean): void
  /** Reads the projections when Prometheus asks. */
  watchProjections(states: () => Promise<readonly ProjectionState[]>): void
  /** Reads the reactors when Prometheus asks. */
  watchReactors(states: () => Promise<readonly ReactorState[]>): void
  /** Reads the payments when Prometheus asks. */
  watchPayments(figures: () => Promise<PaymentFigures>): void
  /** Asks the feed from Kafka when Prometheus asks; it tells nothing without one. */
  watchFeed(feed: () => FeedHealth | null): void
  /** Looks at the relay of this process when Prometheus asks. */
  watchRelay(report: () => RelayReport): void
  /** Reads the consumer groups when Prometheus asks. */
  watchGroups(groups: () => Promise<readonly GroupLag[]>): void
}

export interface RelayReport {
  /** Not working: another process publishes, or none. */
  readonly health: Health
  /** By the names of RelayFigures; none until they are known. */
  readonly figures: Readonly<Record<string, number>>
}

/** Well-formed, and refused by a rule of the shop. */
const UNPROCESSABLE = 422

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    requestDuration: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'From the first byte of a request to the last of its answer.',
      labelNames: ['route', 'method', 'status'],
      buckets: SECONDS,
      registers,
    }),
    eventsAppended: new Counter({
      name: 'events_appended_total',
      help: 'Events committed by this process.',
      labelNames: ['type'],
      registers,
    }),
    batchCommands: new Histogram({
      name: 'group_commit_batch_commands',
      help: 'Commands in one commit.',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
      registers,
    }),
    batchDuration: new Histogram({
      name: 'group_commit_batch_duration_seconds',
      help: 'From the first decision of a batch to its commit.',
      buckets: SECONDS,
      registers,
    }),
    storeErrors: new Counter({
      name: 'store_errors_total',
      help: 'Errors of the connection that writes; each was retried or became an answer.',
      registers,
    }),
    ...liveMetrics(registers),
    countOrder: orderCounter(registers),
    countInbound: inboundCounter(registers),
    countWebhook: webhookCounter(registers),
    watchInbound: (topic, isConsuming) => watchInbound(registers, topic, isConsuming),
    watchProjections: (states) => watchProjections(registers, states),
    watchReactors: (states) => watchReactors(registers, states),
    watchPayments: (figures) => watchPayments(registers, figures),
    watchFeed: (feed) => watchFeed(registers, feed),
    watchRelay: (report) => watchRelay(registers, report),
    watchGroups: (groups) => watchGroups(registers, groups),
  }
}

function orderCounter(registers: Registry[]): Metrics['countOrder'] {
  const total = new Counter({
    name: 'orders_total',
    help: 'Commands on orders, by outcome: placed, cancelled, rejected, conflict, repeated.',
    labelNames: ['result'],
    registers,
  })
  const duration = new Histogram({
    name: 'order_validation_duration_seconds',
    help: 'From the request to the committed decision on an order.',
    buckets: SECONDS,
    registers,
  })
  const results = {
    placed: total.labels('placed'),
    cancelled: total.labels('cancelled'),
    repeated: total.labels('repeated'),
    rejected: total.labels('rejected'),
    conflict: total.labels('conflict'),
  }
  return (execution, done, milliseconds) => {
    duration.observe(milliseconds / 1000)
    results[resultOf(execution, done)].inc()
  }
}

function resultOf(execution: OrderExecution, done: 'placed' | 'cancelled') {
  switch (execution.outcome) {
    case 'accepted':
      return done === 'placed' && execution.events === 0 ? 'repeated' : done
    case 'refused': {
      const { reason } = execution.refusal
      return isProblemCode(reason) && PROBLEMS[reason].status === UNPROCESSABLE ? 'rejected' : 'conflict'
    }
    case 'known':
      return 'repeated'
    case 'key-reused':
      return 'conflict'
  }
}

function watchProjections(registers: Registry[], states: () => Promise<readonly ProjectionState[]>): void {
  const gauge = stateGauges(registers, states)
  gauge('projection_lag_seconds', 'Age of the oldest event that a projection does not show yet.', (s) => s.lagSeconds)
  gauge('projection_lag_events', 'Events that a projection does not show yet.', (s) => s.lagEvents)
  gauge('projection_position', 'The position that a projection shows.', (s) => s.position)
  gauge('projection_rows', 'Rows of a projection.', (s) => s.rows)
  gauge('projection_differences', 'Rows that differed from the log when they were last compared.', (s) =>
    s.lastCheck === null ? 0 : s.lastCheck.differences,
  )
  gauge('projection_checked_timestamp_seconds', 'When the rows were last compared with the log; 0: never.', (s) =>
    s.lastCheck === null ? 0 : s.lastCheck.checkedAt / 1_000,
  )
  gauge('projection_failed', '1 when a projection has stopped at an event it cannot apply.', (s) =>
    s.state === 'failed' ? 1 : 0,
  )
}

/** The figures of a process that stands by are those of another one, and that one reports them. */
function watchRelay(registers: Registry[], report: () => RelayReport): void {
  new Gauge({
    name: 'relay_publishing',
    help: '1 in the process that publishes the log to Kafka; if no process has 1, nothing is published.',
    registers,
    collect() {
      this.set(report().health.state === 'working' ? 1 : 0)
    },
  })

  new Counter({
    name: 'relay_published_total',
    help: 'Events that this process published.',
    registers,
    collect() {
      this.reset()
      this.inc(report().figures['published'] ?? 0)
    },
  })

  function gauge(name: string, help: string, figure: keyof RelayFigures & string): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const { health, figures } = report()
        const value = figures[figure]
        if (health.state === 'working' && value !== undefined) this.set(value)
        else this.remove()
      },
    })
  }

  gauge('relay_position', 'Everything up to this position of the log is on Kafka.', 'position')
  gauge('relay_lag_events', 'Events that are not on Kafka yet.', 'lagEvents')
  gauge('relay_oldest_unpublished_seconds', 'Age of the oldest event that is not on Kafka yet.', 'oldestSeconds')
  gauge('relay_events_per_second', 'Events published per second, recently.', 'eventsPerSecond')
}

/** Anyone who may read the cluster names groups: this many get series of their own, and those that come later share one. */
const MOST_GROUP_LABELS = 100
const OTHER_GROUPS = 'other'

function watchGroups(registers: Registry[], groups: () => Promise<readonly GroupLag[]>): void {
  const read = shared(groups)
  const named = new Set<string>()

  function labelOf(group: string): string {
    if (named.size < MOST_GROUP_LABELS) named.add(group)
    return named.has(group) ? group : OTHER_GROUPS
  }

  /** Of several groups with one label the worst counts. */
  function gauge(name: string, help: string, value: (partition: PartitionLag) => number | null): void {
    new Gauge({
      name,
      help,
      labelNames: ['group', 'topic', 'partition'],
      registers,
      async collect() {
        const current = await read().catch(() => [])
        this.reset()
        const worst = new Map<string, number>()
        for (const { group, partitions } of current) {
          const label = labelOf(group)
          for (const partition of partitions) {
            const shown = value(partition)
            if (shown === null) continue
            const labels = { group: label, topic: partition.topic, partition: partition.partition }
            const key = JSON.stringify(labels)
            worst.set(key, Math.max(shown, worst.get(key) ?? shown))
            this.set(labels, worst.get(key) ?? shown)
          }
        }
      },
    })
  }

  gauge('kafka_consumer_group_lag', 'Messages that a group has not read yet.', ({ behind }) => behind)
  gauge('kafka_consumer_group_lag_seconds', 'Age of the oldest message that a group has not read yet.', (one) => {
    return one.secondsBehind
  })
  gauge('kafka_consumer_group_stuck', '1 if messages are unread and the group reads none.', ({ verdict }) => {
    if (verdict === 'UNKNOWN') return null
    return verdict === 'STALLED' || verdict === 'STOPPED' ? 1 : 0
  })
}

function watchFeed(registers: Registry[], feed: () => FeedHealth | null): void {
  function counter(name: string, help: string, count: (counts: FeedHealth['counts']) => number): void {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(count(feed()?.counts ?? NOTHING_FED))
      },
    })
  }

  new Gauge({
    name: 'feed_from_kafka',
    help: '1 while the projector of this process reads Kafka; 0: the store, or it stands by.',
    registers,
    collect() {
      this.set(feed()?.source === 'kafka' ? 1 : 0)
    },
  })
  new Gauge({
    name: 'feed_held_events',
    help: 'Events from Kafka kept in memory until the projector takes them.',
    registers,
    collect() {
      this.set(feed()?.held ?? 0)
    },
  })
  counter('feed_healed_total', 'Events missing on Kafka that were read from the store.', (c) => c.healed)
  counter('feed_duplicates_total', 'Events that came from Kafka again, or too late.', (c) => c.duplicates)
  counter('feed_foreign_total', 'Records from another log, or from an unknown source.', (c) => c.foreign)
  counter('feed_damaged_total', 'Records that were damaged.', (c) => c.damaged)
  counter('feed_stored_total', 'Events read from the store, for any reason.', (c) => c.stored)
}

const NOTHING_FED: FeedHealth['counts'] = { healed: 0, duplicates: 0, foreign: 0, damaged: 0, stored: 0 }
