/** What background work is given, and what it reports of itself, whether it runs in a thread or in the process. */
import type { Metrics } from '../../api/metrics.ts'
import type { EventSchemaId } from '../../contract/registry/event-schema-ids.ts'
import type { FeedHealth } from '../../kafka/feed/kafka-feed.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import type { SetTable } from '../../domain/payments/fraud.ts'
import type { Executor } from '../../store/commit/command.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import type { Notices } from '../../store/postgres/listener.ts'
import type { Health } from '../../store/waiting/health.ts'
import type { CrashPlan } from '../crash-points.ts'
import type { MailSettings } from '../mail/open-mail.ts'
import type { GatewaySettings } from '../gateway/open-gateway.ts'
import type { Releases } from '../start/releases.ts'

/** Plain data, since it crosses to threads. */
export interface WorkData {
  /** Of the work (app/roles/background-work.ts). */
  readonly name: string
  readonly databaseUrl: string
  readonly crash: CrashPlan | null
  /** Milliseconds; null: rows are not compared again. */
  readonly driftCheckEvery: number | null
  /** Null: there is no Kafka. */
  readonly kafka: WorkKafka | null
  /** Of the hops of events (store/log/hops.ts); null: nobody asks this process for them. */
  readonly hops: SharedArrayBuffer | null
}

/** How money is moved. */
export interface WorkPayments extends GatewaySettings {
  /** Days for which a bank transfer may be pending. */
  readonly transferDays: number
}

/** What reaches customers, and whether anything may. */
export interface WorkEffects {
  readonly payments: WorkPayments
  readonly mail: MailSettings
  /** Orders that a product may refuse in an hour before somebody is advised to restock it. */
  readonly restockAlert: number
  /** The table of rules to be in force. */
  readonly fraudTable: SetTable
  /** What is put on hold, null: nothing, and for how long at most. */
  readonly fraudHold: { readonly score: number | null; readonly minutes: number }
  /** Whether a carrier is simulated. */
  readonly deliverySimulation: boolean
  /** False: nobody is charged, refunded, mailed or texted. */
  readonly allowed: boolean
}

/** All that it takes to speak to Kafka. */
export interface WorkKafka {
  readonly settings: KafkaSettings
  readonly schemaIds: readonly EventSchemaId[]
  /** The fault hook: the share of events that the relay takes as published without sending them. */
  readonly relayLoses: number
}

export interface WorkParts extends WorkData {
  /** Of the role `api`, for work in the process of it; else null. */
  readonly executor: Executor | null
  /** Null in threads. */
  readonly effects: WorkEffects | null
  /** Null in threads. */
  readonly metrics: Metrics | null
  /** Of the process, of the channels that the list names for this work. */
  readonly notices: Notices
  /** Gives back what the work registers here, in reverse order. */
  readonly releases: Releases
  readonly log: WorkerLog
}

/** Resolves when the work has made what it needs and is under way. */
export type OpenWork = (parts: WorkParts) => Promise<OpenedWork>

export interface OpenedWork {
  /** Said at the start. */
  readonly detail: string
  readonly reports: () => WorkReports
}

/** By the names of its parts: mostly one, that of the work. */
export type WorkReports = Readonly<Record<string, WorkReport>>

export interface WorkReport {
  readonly health: Health
  /** Numbers by their names; none: it has none, or does not know them yet. */
  readonly figures: Readonly<Record<string, number>>
  /** Null: it reads no feed from Kafka. */
  readonly feed: FeedHealth | null
}
