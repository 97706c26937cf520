/**
 * The projector, inside a thread of its own (started by app/projector-worker.ts): it has its own connections and its own
 * garbage, so that neither delays an order or a read. It tells its host what it logs and how it is.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { projections } from '../projections/list.ts'
import { Progress } from '../projections/progress.ts'
import { Projector, type ProjectorHealth } from '../projections/projector.ts'
import { openPool, READER_SETTINGS } from '../store/database.ts'
import { Listener } from '../store/listener.ts'
import { LogFeed } from '../store/log-feed.ts'
import { newId, systemClock } from './clock.ts'
import { type CrashPlan, crashPoints } from './crash-points.ts'
import { Releases } from './releases.ts'

export interface ProjectorThreadData {
  readonly databaseUrl: string
  readonly crash: CrashPlan | null
}

export type ProjectorThreadMessage =
  | { readonly kind: 'started' }
  | { readonly kind: 'health'; readonly health: ProjectorHealth }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly fields: object; readonly message: string }

type LogLevel = 'info' | 'warn' | 'error'

const HEALTH_MS = 250

const host = parentPort
if (host === null) throw new Error('the projector thread was not started as a thread')
await run(workerData as ProjectorThreadData, (message) => host.postMessage(message), stopAsked(host))

/** Runs until `stop` resolves. */
async function run(data: ProjectorThreadData, tell: (message: ProjectorThreadMessage) => void, stop: Promise<void>) {
  const { databaseUrl, crash } = data
  const releases = new Releases()
  const log = (level: LogLevel) => (fields: object, message: string) => tell({ kind: 'log', level, fields, message })
  try {
    const feedPool = openPool(databaseUrl, { name: 'feed', max: 2, settings: READER_SETTINGS })
    releases.add('feed pool', () => feedPool.end())
    const pool = openPool(databaseUrl, {
      name: 'projector',
      max: projections.length + 2,
      // Rows and checkpoint are lost together in a crash of the server, and read again from the log.
      settings: { ...READER_SETTINGS, synchronous_commit: 'off' },
    })
    releases.add('projector pool', () => pool.end())
    const feed = new LogFeed(feedPool)
    const listener = new Listener(databaseUrl, { log: (payload) => feed.headMoved(Number(payload)) })
    await listener.start()
    releases.add('listener', () => listener.stop())
    const projector = new Projector({
      pool,
      feed,
      projections,
      progress: new Progress(systemClock),
      owner: newId(),
      log: { info: log('info'), warn: log('warn'), error: log('error') },
      reachPoint: crashPoints({ crash }),
    })
    await projector.start()
    releases.add('projector', () => projector.stop())
    const reporting = setInterval(() => tell({ kind: 'health', health: projector.health() }), HEALTH_MS)
    releases.add('reporting', () => clearInterval(reporting))
    tell({ kind: 'started' })
    await stop
  } finally {
    await releases.release((part, error) => log('error')({ part, err: error }, 'a part did not stop cleanly'))
  }
}

/** Resolves with the first message of the host: it sends none but the wish to stop. */
function stopAsked(from: NonNullable<typeof parentPort>): Promise<void> {
  return new Promise((resolve) => from.once('message', () => resolve()))
}
