/**
 * Puts a service together from its parts, in the order in which they depend on each other, and takes it apart in the
 * reverse order. No globals and no container: what a part needs, it is given here.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { READER_CONNECTIONS, REGISTRY_CONNECTIONS } from '../../api/connection/budgets.ts'
import { Tokens } from '../../api/http/access.ts'
import { createMetrics } from '../../api/metrics.ts'
import type { Check, OperationParts } from '../../api/parts.ts'
import { buildOperationsServer, buildServer } from '../../api/server.ts'
import { projections } from '../../projections/views/list.ts'
import { openPool, READER_SETTINGS, REGISTRY_SETTINGS } from '../../store/postgres/database.ts'
import type { GroupCommitLimits } from '../../store/commit/group-commit.ts'
import { Listener } from '../../store/postgres/listener.ts'
import { Hops } from '../../store/log/hops.ts'
import { openApi } from '../roles/api-role.ts'
import { POOL_SIZES } from '../pool-sizes.ts'
import { sessionCounts } from '../session-counts.ts'
import { openBehaviour, type Behaviour } from '../insights/open-behaviour.ts'
import { startBackground } from '../roles/start-background.ts'
import { newId } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { openDatabase } from '../postgres/database.ts'
import { openDatabaseClock } from './open-database-clock.ts'
import { checkCurrency } from '../checks/currency-check.ts'
import { examineDatabase, requireChecks } from '../checks/database-checks.ts'
import { Heartbeat } from '../checks/heartbeat.ts'
import { listen } from './listen.ts'
import type { Log } from '../log.ts'
import { migrateDatabase } from './migrate-database.ts'
import { pseudonymChecks, pseudonyms, pseudonymSecret } from '../pseudonyms.ts'
import { Releases } from './releases.ts'
import { claimDataDirectory } from './run-file.ts'
import { openRegistry } from './schema-ids.ts'
import { TokenFile } from './token-file.ts'

export interface ComposeOptions {
  readonly config: Config
  readonly log: Log
  readonly version: string
  /** The folder of the built dashboard. Absent or null: it is not served. */
  readonly dashboard?: string | null
  readonly limits?: Partial<GroupCommitLimits>
  /** Called for each step as it is done. */
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
  /** Resolves when what becomes of the orders of the demo is played, or will not be; at once where there is no demo. */
  readonly demoPlayed: Promise<void>
  /** Readiness turns 503, requests under way are answered, then everything is given back. Again: the same promise. */
  stop(): Promise<void>
}

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

  const claim = claimDataDirectory(config.dataDir, 'start')
  releases.add('data directory', () => claim.release())

  const database = await openDatabase(config, { claim, log })
  releases.add('database', () => database.stop())
  const { version, checks } = await examineDatabase(database.url, { counts: sessionCounts(config), runsAlready: false })
  requireChecks(database.url, checks)
  const remarks = checks.filter(({ state }) => state === 'advice')
  for (const { name, saw, fix } of [...claim.remarks, ...remarks]) log.warn({ check: name, fix }, saw)
  step('postgres', [database.describe(version), ...remarks.map(({ saw }) => saw)].join(', '))

  const pool = openPool(database.url, { name: 'reader', max: READER_CONNECTIONS, settings: READER_SETTINGS })
  releases.add('reader pool', () => pool.end())
  const applied = await migrated(database.url)
  requireChecks(database.url, await checkCurrency(pool, config.currency))
  step('migrations', applied.length === 0 ? 'up to date' : `${String(applied.length)} applied`)

  const clock = await openDatabaseClock({ pool, log, releases })

  const registry = await openRegistry(config, () => {
    const own = openPool(database.url, { name: 'registry', max: REGISTRY_CONNECTIONS, settings: REGISTRY_SETTINGS })
    releases.add('registry pool', () => own.end())
    return own
  })
  step('schemas', registry.description)

  const metrics = config.metrics ? createMetrics() : null
  const notices = new Listener(database.url, {})
  await notices.start()
  releases.add('listener', () => notices.stop())
  const around = { config, log, databaseUrl: database.url, metrics, notices, releases }
  const { dashboard = null, limits = {} } = options
  const hidden = pseudonyms(pseudonymSecret(config))
  const reads = config.roles.includes('api') || config.roles.includes('reactor')
  const topic =
    config.kafka === null
      ? null
      : {
          ...{ settings: config.kafka, registry: registry.registry, isShared: config.schemaRegistryUrl !== null },
          ...{ pseudonym: hidden.of, crash: config.crash },
        }
  const behaviour = reads ? await openBehaviour({ ...around, clock, topic }) : null
  const hops = config.roles.includes('api') ? new Hops() : null
  const api =
    hops === null || behaviour === null
      ? null
      : await openApi({ ...around, dashboard, limits, pool, clock, registry, hops, pseudonyms: hidden, behaviour })
  const executor = api?.parts.executor ?? null
  const background = await startBackground({ ...around, executor, hops, ids: registry.ids, step })
  if (!config.roles.includes('projector'))
    step('projections', `${String(projections.length)} shown, kept by another process`)

  // Its own connection: reads that are slow fill the pool, and make no process unready.
  const pulse = openPool(database.url, { name: 'heartbeat', max: POOL_SIZES.heartbeat, settings: READER_SETTINGS })
  releases.add('heartbeat connection', () => pulse.end())
  const heartbeat = new Heartbeat({
    ...{ pool: pulse, limits: config.deadLetters, holdMinutes: config.fraudHold.minutes },
    monotonic: () => performance.now(),
  })
  heartbeat.start()
  releases.add('heartbeat', () => heartbeat.stop())

  const tokens = new Tokens(config.apiTokens)
  const tokenFile = openTokenFile(tokens, { config, log, releases })

  let stopping = false
  const { apiTokens, production, currency, rateLimit, maxConnections } = config
  const operations: OperationParts = {
    newId,
    log,
    metrics,
    settings: { tokens: apiTokens, rateLimit, maxConnections, production, currency, version: options.version },
    tokens,
    readiness: () => [
      heartbeat.check(),
      ...(api?.checks() ?? []),
      ...topicChecks(behaviour?.topicReader ?? null),
      ...background.checks(),
    ],
    degrading: () => [
      ...[...heartbeat.projectionChecks(), ...heartbeat.reactorChecks()],
      ...[...heartbeat.holdChecks(), ...heartbeat.letterChecks()],
      ...(tokenFile?.checks() ?? []),
      ...(api === null ? [] : pseudonymChecks(config, hidden)),
      ...(behaviour === null ? [] : behaviourChecks(behaviour)),
    ],
    feed: background.feed,
    isStopping: () => stopping,
  }
  const server = api === null ? buildOperationsServer(operations) : buildServer({ ...operations, ...api.parts })
  const { url, taken } = await listen(server, config)
  releases.add('http server', () => server.close())
  step('http', taken === null ? url : `${url} (${String(taken)} was taken)`)

  const demo = await api?.fillDemo()
  if (demo) step('demo', `${String(demo.report.placed.length)} orders placed, ${String(demo.report.refused)} refused`)
  claim.publish({ url, databaseUrl: database.url, startedAt: new Date() })
  const lives = demo?.lives ?? null
  if (lives !== null) releases.add('lives of the demo', () => lives.stop())
  const demoPlayed = lives?.start() ?? Promise.resolve()

  let stopped: Promise<void> | null = null
  const stop = async (): Promise<void> => {
    stopping = true
    // Load balancers see readiness fail before the port closes.
    if (config.shutdownDelaySeconds > 0) await pause(config.shutdownDelaySeconds * 1_000)
    await release()
  }
  return { url, databaseUrl: database.url, demoPlayed, stop: () => (stopped ??= stop()) }
}

/** Orders do not need it. */
function behaviourChecks({ reader, room, missingTopic }: Behaviour): readonly Check[] {
  const { state, reason } = reader?.health() ?? { state: 'standby', reason: null }
  const [full, broken] = [room.full(), state === 'broken' ? `user events are not read: ${reason ?? ''}` : null]
  const missing = missingTopic()
  const refused = missing === null ? null : `POST /user-events answers 503: ${missing}`
  return [full, broken, refused].flatMap((detail) =>
    detail === null ? [] : [{ name: 'behaviour', ok: false, ageSeconds: 0, detail }],
  )
}

/** Never a reason to be unready: what it waits for stands there to be read. */
function topicChecks(reader: Behaviour['topicReader']): readonly Check[] {
  if (reader === null) return []
  const { state, reason } = reader.health()
  const detail = state === 'consuming' ? reason : [state, ...(reason === null ? [] : [reason])].join(': ')
  return [{ name: 'user-events', ok: true, ageSeconds: 0, detail }]
}

/** Null: the tokens stand in the environment, and stay. */
function openTokenFile(
  tokens: Tokens,
  { config, log, releases }: { readonly config: Config; readonly log: Log; readonly releases: Releases },
): TokenFile | null {
  const { apiTokensFile: path, loopback } = config
  if (path === null) return null
  const file = new TokenFile({ path, tokens, loopback, log, monotonic: () => performance.now() })
  file.start()
  releases.add('token file', () => file.stop())
  return file
}

async function migrated(url: string): Promise<readonly string[]> {
  // A migration may take longer than any request: a pool of its own, without time-outs.
  const pool = openPool(url, { name: 'migrations', max: 1, queryTimeout: 0 })
  try {
    return await migrateDatabase(pool)
  } finally {
    await pool.end()
  }
}

function stopwatch(onStep: ComposeOptions['onStep']): (name: string, detail: string) => void {
  let last = performance.now()
  return (name, detail) => {
    const now = performance.now()
    onStep?.({ name, detail, seconds: (now - last) / 1_000 })
    last = now
  }
}
