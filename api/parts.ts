/** What the API is built from. It owns none of it and starts none of it. */
import type { FastifyBaseLogger } from 'fastify'
import type { WantedOrder } from '../commands/order.ts'
import type { ShopSettings } from '../commands/shop-settings.ts'
import type { FeedHealth } from '../kafka/feed/kafka-feed.ts'
import type { DeadLetters } from '../kafka/inbound/dead-letters.ts'
import type { BrowsedRecords, Browsing } from '../kafka/topics/browse-topic.ts'
import type { LagSampler } from '../kafka/lag/lag-sampler.ts'
import type { Forecasts } from '../insights/forecast/forecasts.ts'
import type { Recommending } from '../insights/recommendations/recommendations.ts'
import type { Views } from '../projections/views/views.ts'
import type { Reactors } from '../reactors/reactor-states.ts'
import type { EventSchemaIds } from '../contract/registry/event-schema-ids.ts'
import type { Executor, Position } from '../store/commit/command.ts'
import type { Pool } from '../store/postgres/database.ts'
import type { HopTimes } from '../store/log/hops.ts'
import type { LogPage, LogQuery } from '../store/log/read-log.ts'
import type { ToldTimeline } from '../reactors/notifications/untold.ts'
import type { SchemaUsage } from '../store/log/schema-usage.ts'
import type { WebhookParts } from './routes/payment-webhook.ts'
import type { EmailParts } from './routes/emails.ts'
import type { NotificationParts } from './routes/notifications.ts'
import type { Tokens } from './http/access.ts'
import type { ApiToken } from './http/roles.ts'
import type { LiveParts } from './routes/live.ts'
import type { BehaviourFigures } from '../insights/behaviour/figures.ts'
import type { DeadLetterParts } from './routes/dead-letters.ts'
import type { UserEventParts } from './insights/user-events.ts'
import type { Metrics } from './metrics.ts'
import type { PaymentParts } from './answers/payment-attempt.ts'

/** What a process of any role needs to tell how it does. */
export interface OperationParts {
  /** A new UUID version 7. */
  readonly newId: () => string
  readonly log: FastifyBaseLogger
  /** Null: nothing is measured. */
  readonly metrics: Metrics | null
  readonly settings: ApiSettings
  /** Absent: those of the settings, which stay. */
  readonly tokens?: Tokens
  /** What readiness rests on. Called for each question, so it answers from what is known already. */
  readonly readiness: () => readonly Check[]
  /** What is worth an operator's look, and no reason to send requests elsewhere: orders are taken all the same. */
  readonly degrading: () => readonly Check[]
  /** What feeds the projector of this process from Kafka; null: none. */
  readonly feed: () => FeedHealth | null
  /** True once the process is shutting down: readiness says so, requests under way are answered. */
  readonly isStopping: () => boolean
}

/** What a process needs that takes orders and shows them. */
export interface ApiParts extends OperationParts {
  readonly executor: Executor
  readonly views: Views
  readonly recommending: Recommending
  readonly forecasts: Forecasts
  readonly reactors: Reactors
  readonly payments: PaymentParts & WebhookParts['payments']
  /** The embedded inbox. */
  readonly emails: EmailParts['emails']
  readonly listNotifications: NotificationParts['listNotifications']
  readonly shop: ShopSettings
  readonly readLog: ReadLog
  readonly readTimeline: ReadTimeline
  /** When this process did what with the event at a position. */
  readonly hopsOf: (position: Position) => HopTimes
  /** The folder of the built dashboard; null: it is not served. */
  readonly dashboard: string | null
  /** Where the embedded registry is; null: another one is used. */
  readonly registry: Pool | null
  readonly schemas: SchemaParts
  /** Records that came in over Kafka and could not be handled. */
  readonly deadLetters: DeadLetters
  readonly kafka: KafkaParts
  readonly live: LiveParts['live']
  /** What customers do. */
  readonly behaviour: UserEventParts['behaviour'] &
    DeadLetterParts['behaviour'] & { readonly figures: BehaviourFigures }
  /** Random orders of the simulated shop. */
  readonly simulateOrders: (count: number) => readonly WantedOrder[]
}

export type ReadLog = (query: LogQuery) => Promise<LogPage>

export type ReadTimeline = (orderId: string) => Promise<ToldTimeline>

export interface KafkaParts {
  readonly sampler: Pick<LagSampler, 'report' | 'cluster' | 'once'>
  /** Rejects with a BrowseFailure. Null: there is no Kafka. */
  readonly browse: ((browsing: Browsing) => Promise<BrowsedRecords>) | null
}

/** What is known of the schemas of events outside of this program. */
export interface SchemaParts {
  readonly usage: Pick<SchemaUsage, 'catchUp' | 'counted'>
  readonly ids: EventSchemaIds
  /** Where the registry is that others share, without its password; null: it is our own. */
  readonly sharedRegistry: string | null
}

export interface ApiSettings {
  /** None: only loopback Host names are served, and everything is allowed. */
  readonly tokens: readonly ApiToken[]
  /** Requests per second and client; 0 = no limit. */
  readonly rateLimit: number
  /** No simulation in production. */
  readonly production: boolean
  readonly version: string
  /** ISO 4217. */
  readonly currency: string
  /** Open at the same time; the one that has been idle for longest makes room for a new one. */
  readonly maxConnections: number
  /** Within which a request has to arrive whole. */
  readonly requestTimeoutMs?: number
}

export interface Check {
  readonly name: string
  readonly ok: boolean
  /** How long ago it was found so. */
  readonly ageSeconds: number
  /** What is wrong; null when nothing is. One that is ok may still say what it waits for. */
  readonly detail: string | null
}
