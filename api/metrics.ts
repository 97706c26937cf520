/** What Prometheus is told. Labels are bounded: routes, not paths; codes, not texts. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { FeedHealth } from '../kafka/feed.ts'
import type { ProjectionState } from '../projections/views.ts'
import type { Execution } from '../store/command.ts'

export interface Metrics {
  /** For parts that have metrics of their own. */
  readonly registry: Registry
  readonly requestDuration: Histogram<'route' | 'method' | 'status'>
  readonly eventsAppended: Counter<'type'>
  readonly batchCommands: Histogram
  readonly batchDuration: Histogram
  readonly storeErrors: Counter
  /** Counts a command on an order by what became of it. `milliseconds`: what it took. */
  countOrder(execution: Execution, done: 'placed' | 'cancelled', milliseconds: number): void
  /** Reads the projections when Prometheus asks. */
  watchProjections(states: () => Promise<readonly ProjectionState[]>): void
  /** Asks the feed from Kafka when Prometheus asks; it tells nothing where there is none. */
  watchFeed(feed: () => FeedHealth | null): void
}

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
    countOrder: orderCounter(registers),
    watchProjections: (states) => watchProjections(registers, states),
    watchFeed: (feed) => watchFeed(registers, feed),
  }
}

function orderCounter(registers: Registry[]): Metrics['countOrder'] {
  const total = new Counter({
    name: 'orders_total',
    help: 'Commands on orders by what became of them: placed, cancelled, rejected, conflict, repeated.',
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

function resultOf(execution: Execution, done: 'placed' | 'cancelled') {
  if (execution.outcome === 'key-reused') return 'conflict'
  const { status, replayed } = execution
  if (replayed) return 'repeated'
  if (status < 300) return done === 'placed' && status === 200 ? 'repeated' : done
  return status === 422 ? 'rejected' : 'conflict'
}

function watchProjections(registers: Registry[], states: () => Promise<readonly ProjectionState[]>): void {
  let reading: Promise<readonly ProjectionState[]> | null = null

  // The registry collects its metrics at once: they share one reading, so that they belong together.
  function read(): Promise<readonly ProjectionState[]> {
    reading ??= states().finally(() => {
      reading = null
    })
    return reading
  }

  function gauge(name: string, help: string, value: (state: ProjectionState) => number): void {
    new Gauge({
      name,
      help,
      labelNames: ['name'],
      registers,
      async collect() {
        // While the database is away the last known values stand, and the other metrics are still told.
        const current = await read().catch(() => [])
        for (const state of current) this.set({ name: state.name }, value(state))
      },
    })
  }

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
    help: 'Events from Kafka that are kept until the projector asks for them.',
    registers,
    collect() {
      this.set(feed()?.held ?? 0)
    },
  })
  counter('feed_healed_total', 'Events missing on Kafka that were read from the store.', (c) => c.healed)
  counter('feed_duplicates_total', 'Events that came from Kafka again, or too late.', (c) => c.duplicates)
  counter('feed_foreign_total', 'Records that are of another log, or of nobody we know.', (c) => c.foreign)
  counter('feed_damaged_total', 'Records that are not as they were written.', (c) => c.damaged)
  counter('feed_stored_total', 'Events read from the store, for whatever reason.', (c) => c.stored)
}

const NOTHING_FED: FeedHealth['counts'] = { healed: 0, duplicates: 0, foreign: 0, damaged: 0, stored: 0 }
