/**
 * Puts a service together from its parts, in the order in which they depend on each other, and takes it apart in the
 * reverse order. No globals and no container: what a part needs, it is given here.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { createMetrics, type Metrics } from '../api/metrics.ts'
import type { ApiParts, Check, SchemaParts } from '../api/parts.ts'
import { buildServer } from '../api/server.ts'
import { deadLetters, type DeadLetters } from '../kafka/dead-letters.ts'
import { projections } from '../projections/list.ts'
import { Progress, PROGRESS_CHANNEL } from '../projections/progress.ts'
import { openViews, type Views } from '../projections/views.ts'
import { addressOf } from '../registry/registry-client.ts'
import { createTraffic, type Traffic } from '../simulation/traffic.ts'
import { openPool, READER_SETTINGS, REGISTRY_SETTINGS, type Pool } from '../store/database.ts'
import { GroupCommit, type GroupCommitLimits } from '../store/group-commit.ts'
import { Listener } from '../store/listener.ts'
import { migrate } from '../store/migrate.ts'
import { CommandPurge } from '../store/purge-commands.ts'
import { readLog } from '../store/read-log.ts'
import { SchemaUsage } from '../store/schema-usage.ts'
import { SnapshotWriter } from '../store/snapshots.ts'
import { StreamCache } from '../store/stream-cache.ts'
import { WriterConnection } from '../store/writer-connection.ts'
import { BackgroundThread } from './background-thread.ts'
import { newId, newIdBytes, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { crashPoints } from './crash-points.ts'
import { openDatabase } from './database.ts'
import { fillDemo } from './demo.ts'
import { Heartbeat } from './heartbeat.ts'
import { openInbound, placeOrderSchemaId, takingParts } from './inbound.ts'
import { listen } from './listen.ts'
import type { Log } from './log.ts'
import { Releases } from './releases.ts'
import { migrationFailure } from './migration-failure.ts'
import { claimDataDirectory } from './run-file.ts'
import { openRegistry } from './schema-ids.ts'

export interface ComposeOptions {
  readonly config: Config
  readonly log: Log
  readonly version: string
  /** The folder of the built dashboard. Absent or null: it is not served. */
  readonly dashboard?: string | null
  readonly limits?: Partial<GroupCommitLimits>
  /** Told of each step as it is done. */
  readonly onStep?: (step: StartStep) => void
}

export interface StartStep {
  readonly name: string
  readonly detail: string
  readonly seconds: number
}

export interface Service {
  readonly url: string
  readonly databaseUrl: string
  /** Readiness turns 503, requests under way are answered, then everything is given back. Again: the same promise. */
  stop(): Promise<void>
}

/** Of the cache of folded states. A product's state is a few hundred bytes, an order's a thousand. */
const CACHE_BOUNDS = { streams: 200_000, bytes: 128 * 1024 * 1024 }
/** Of the simulated shop: the same orders after every first start. */
const DEMO_SEED = 1

/** Resolves when the service is ready. Throws a StartFailure that says what to do; then nothing is left behind. */
export async function compose(options: ComposeOptions): Promise<Service> {
  const { log } = options
  const releases = new Releases()
  const release = () =>
    releases.release((part, error) => log.error({ part, err: error }, 'a part did not stop cleanly'))
  try {
    return await assemble(options, releases, release)
  } catch (error) {
    await release()
    throw error
  }
}

async function assemble(options: ComposeOptions, releases: Releases, release: () => Promise<void>): Promise<Service> {
  const { config, log } = options
  const step = stopwatch(options.onStep)
  const runs = (role: 'api' | 'projector') => config.roles.includes(role)

  const claim = claimDataDirectory(config.dataDir, 'start')
  releases.add('data directory', () => claim.release())

  const database = await openDatabase(config, { claim, log })
  releases.add('database', () => database.stop())
  for (const setting of database.unsafeSettings)
    log.warn({ setting }, 'this server may lose answered orders in a power cut')
  step('postgres', [database.description, ...database.unsafeSettings].join(', '))

  const pool = openPool(database.url, { name: 'reader', max: 8, settings: READER_SETTINGS })
  releases.add('reader pool', () => pool.end())
  const applied = await migrateDatabase(database.url)
  step('migrations', applied.length === 0 ? 'up to date' : `${String(applied.length)} applied`)

  const {
    registry,
    pool: registryPool,
    ids,
    description,
  } = await openRegistry(config, () => {
    const own = openPool(database.url, { name: 'registry', max: 4, settings: REGISTRY_SETTINGS })
    releases.add('registry pool', () => own.end())
    return own
  })
  step('schemas', description)

  const metrics = config.metrics ? createMetrics() : null
  const committer = openCommitter(options, { databaseUrl: database.url, pool, metrics })
  const progress = new Progress(systemClock)
  const listener = new Listener(database.url, {
    log: (payload) => committer.headMoved(Number(payload)),
    [PROGRESS_CHANNEL]: (payload) => progress.notified(payload),
  })
  await listener.start()
  releases.add('listener', () => listener.stop())
  await committer.start()
  releases.add('committer', () => committer.stop())

  const { crash, driftCheck } = config
  const kafka = config.kafka === null ? null : { settings: config.kafka, schemaIds: ids.entries }
  const threads = { data: { databaseUrl: database.url, crash, driftCheck, kafka }, log }
  const projector = runs('projector') ? new BackgroundThread({ name: 'projector', ...threads }) : null
  await projector?.start()
  if (projector !== null) releases.add('projector', () => projector.stop())
  if (runs('projector')) {
    const replayer = new BackgroundThread({ name: 'replayer', ...threads })
    await replayer.start()
    releases.add('replayer', () => replayer.stop())
  }
  step('projections', `${String(projections.length)} ${projector === null ? 'shown, kept by another process' : 'live'}`)

  const purge = new CommandPurge({ pool, onError: (error) => log.warn({ err: error }, 'old keys could not be purged') })
  purge.start()
  releases.add('purge', () => purge.stop())
  const heartbeat = new Heartbeat(pool, () => performance.now())
  heartbeat.start()
  releases.add('heartbeat', () => heartbeat.stop())

  const placeOrderId = config.kafka === null ? null : await placeOrderSchemaId(config, registry, log)
  const taking = takingParts(config, committer, placeOrderId)
  const inbound =
    config.kafka !== null && runs('api')
      ? openInbound({ settings: config.kafka, databaseUrl: database.url, taking, log })
      : null
  if (inbound !== null) {
    inbound.start()
    releases.add('orders over Kafka', () => inbound.stop())
  }

  const traffic = createTraffic(DEMO_SEED, { currency: config.currency })
  let stopping = false
  const server = buildServer(
    apiParts(options, {
      committer,
      pool,
      metrics,
      traffic,
      views: openViews({ pool, progress, currency: config.currency }),
      readiness: () => [heartbeat.check(), ...projectorChecks(projector)],
      isStopping: () => stopping,
      registry: registryPool,
      deadLetters: deadLetters({ ...taking, pool, newEventId: newIdBytes, clock: systemClock }),
      schemas: {
        usage: new SchemaUsage({ pool }),
        ids,
        sharedRegistry: config.schemaRegistryUrl === null ? null : addressOf(config.schemaRegistryUrl).base,
      },
    }),
  )
  const { url, taken } = await listen(server, config)
  releases.add('http server', () => server.close())
  step('http', taken === null ? url : `${url} (${String(taken)} was taken)`)

  if (runs('api') && config.demoOrders > 0 && committer.known === 0) {
    const { placed, refused } = await fillDemo(config, { executor: committer, traffic, clock: systemClock, newId })
    step('demo', `${String(placed)} orders placed, ${String(refused)} refused`)
  }
  claim.publish({ url, databaseUrl: database.url, startedAt: new Date() })

  let stopped: Promise<void> | null = null
  const stop = async (): Promise<void> => {
    stopping = true
    // Load balancers see readiness fail before the port closes.
    if (config.shutdownDelaySeconds > 0) await pause(config.shutdownDelaySeconds * 1_000)
    await release()
  }
  return { url, databaseUrl: database.url, stop: () => (stopped ??= stop()) }
}

async function migrateDatabase(url: string): Promise<readonly string[]> {
  // A migration may take longer than any request: a pool of its own, without time-outs.
  const pool = openPool(url, { name: 'migrations', max: 1, queryTimeout: 0 })
  try {
    return await migrate(pool)
  } catch (error) {
    throw migrationFailure(error)
  } finally {
    await pool.end()
  }
}

interface CommitterSurroundings {
  readonly databaseUrl: string
  readonly pool: Pool
  readonly metrics: Metrics | null
}

function openCommitter(options: ComposeOptions, { databaseUrl, pool, metrics }: CommitterSurroundings): GroupCommit {
  const { config, log, limits } = options
  return new GroupCommit({
    connection: new WriterConnection(databaseUrl),
    cache: new StreamCache(CACHE_BOUNDS),
    snapshots: new SnapshotWriter(pool, (error) => log.warn({ err: error }, 'a snapshot could not be written')),
    monotonic: () => performance.now(),
    newEventId: newIdBytes,
    reach: crashPoints(config),
    onError: (error) => {
      metrics?.storeErrors.inc()
      log.warn({ err: error }, 'the store could not be written to; trying again')
    },
    ...(limits === undefined ? {} : { limits }),
    ...(metrics === null
      ? {}
      : {
          onBatch: ({ commands, events, milliseconds }) => {
            metrics.batchCommands.observe(commands)
            metrics.batchDuration.observe(milliseconds / 1_000)
            for (const [type, count] of events) metrics.eventsAppended.inc({ type }, count)
          },
        }),
  })
}

interface ApiSurroundings {
  readonly committer: GroupCommit
  readonly pool: Pool
  readonly metrics: Metrics | null
  readonly traffic: Traffic
  readonly views: Views
  readonly readiness: () => readonly Check[]
  readonly isStopping: () => boolean
  readonly registry: Pool | null
  readonly schemas: SchemaParts
  readonly deadLetters: DeadLetters
}

function apiParts({ config, log, version, dashboard = null }: ComposeOptions, around: ApiSurroundings): ApiParts {
  const { committer, pool, traffic } = around
  const { currency, reservationMinutes, apiTokens: tokens, rateLimit, production } = config
  return {
    executor: committer,
    views: around.views,
    readLog: (query) => readLog(pool, query),
    clock: systemClock,
    newId,
    log,
    metrics: around.metrics,
    settings: { currency, reservationMinutes, tokens, rateLimit, production, version },
    readiness: around.readiness,
    isStopping: around.isStopping,
    dashboard,
    registry: around.registry,
    schemas: around.schemas,
    deadLetters: around.deadLetters,
    simulateOrders: (count) => Array.from({ length: count }, () => traffic.nextOrder()),
  }
}

/** A process that stands by is as ready as one that follows: somebody else keeps the read models. */
function projectorChecks(projector: BackgroundThread | null): readonly Check[] {
  if (projector === null) return []
  const { state, reason } = projector.health()
  const ok = state === 'following' || state === 'standby'
  return [{ name: 'projector', ok, ageSeconds: 0, detail: ok ? null : (reason ?? state) }]
}

function stopwatch(onStep: ComposeOptions['onStep']): (name: string, detail: string) => void {
  let last = performance.now()
  return (name, detail) => {
    const now = performance.now()
    onStep?.({ name, detail, seconds: (now - last) / 1_000 })
    last = now
  }
}
