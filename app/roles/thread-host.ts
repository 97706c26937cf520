/** What a background thread and its host (app/roles/background-thread.ts) tell each other. */
import { parentPort, workerData } from 'node:worker_threads'
import type { FeedHealth } from '../../kafka/feed/kafka-feed.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import type { EventSchemaId } from '../../contract/registry/event-schema-ids.ts'
import type { Health } from '../../store/waiting/health.ts'
import type { DriftCheckPeriod } from '../config/values.ts'
import type { CrashPlan } from '../crash-points.ts'
import { Releases } from '../start/releases.ts'
import type { Figures } from './thread-health.ts'

export interface ThreadData {
  readonly databaseUrl: string
  readonly crash: CrashPlan | null
  readonly driftCheck: DriftCheckPeriod
  /** Null: there is no Kafka. */
  readonly kafka: ThreadKafka | null
}

/** All that a thread needs to speak to Kafka, as plain data. */
export interface ThreadKafka {
  readonly settings: KafkaSettings
  readonly schemaIds: readonly EventSchemaId[]
  /** The fault hook: the share of events that the relay takes as published without sending them. */
  readonly relayLoses: number
}

export type ThreadMessage =
  | { readonly kind: 'started' }
  | ({ readonly kind: 'report' } & ThreadReport)
  | { readonly kind: 'log'; readonly level: LogLevel; readonly fields: object; readonly message: string }

export interface ThreadReport {
  readonly health: Health
  readonly figures: Figures
  /** Null: it reads no feed from Kafka. */
  readonly feed: FeedHealth | null
}

type LogLevel = 'info' | 'warn' | 'error'

const REPORT_MS = 250

export interface ThreadWork {
  readonly health: () => Health
  readonly figures: () => Figures
  readonly feed: () => FeedHealth | null
}

export interface Thread extends ThreadData {
  readonly releases: Releases
  readonly log: Readonly<Record<LogLevel, (fields: object, message: string) => void>>
}

/** Starts what the thread is for and keeps it until the host sends word; then gives back what was registered. */
export async function runThread(start: (thread: Thread) => Promise<ThreadWork>): Promise<void> {
  const host = parentPort
  if (host === null) throw new Error('this program runs as a thread only')
  const tell = (message: ThreadMessage) => host.postMessage(message)
  const log = (level: LogLevel) => (fields: object, message: string) => tell({ kind: 'log', level, fields, message })
  const releases = new Releases()
  // The host sends nothing but the wish to stop.
  const stop = new Promise<void>((resolve) => host.once('message', () => resolve()))
  const thread = {
    ...(workerData as ThreadData),
    releases,
    log: { info: log('info'), warn: log('warn'), error: log('error') },
  }
  try {
    const { health, figures, feed } = await start(thread)
    const report = () => tell({ kind: 'report', health: health(), figures: figures(), feed: feed() })
    const reporting = setInterval(report, REPORT_MS)
    releases.add('reporting', () => clearInterval(reporting))
    tell({ kind: 'started' })
    await stop
  } finally {
    await releases.release((part, error) => thread.log.error({ part, err: error }, 'a part did not stop cleanly'))
  }
}
