/** What one term of the relay works with. */
import type { Kafka } from 'kafkajs'
import type { WireFormat } from '../../contract/registry/wire-format.ts'
import type { Position } from '../../store/commit/command.ts'
import type { HeadWatch } from '../../store/log/head-watch.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { CheckedSender } from '../client/checked-sender.ts'
import type { Topic, TopicName } from '../topics/topics.ts'

export type RelayPoint = 'relay.read' | 'relay.sent' | 'relay.acked' | 'relay.checkpointed'

/** The same for all terms of a process. */
export interface TermParts {
  readonly pool: Pool
  /** Hears of the log's growth. */
  readonly head: HeadWatch
  readonly kafka: Kafka
  readonly prefix: string
  readonly wire: WireFormat
  /** Of this log (sourceOf). */
  readonly source: string
  /** The fault hooks. */
  readonly reachPoint: (point: RelayPoint) => void
  readonly loses: (position: Position) => boolean
}

export interface Term extends TermParts {
  readonly reader: string
  readonly sender: CheckedSender
  /** For topics that are tried alone: what they refuse costs the others no connection. */
  readonly trying: CheckedSender
  readonly end: AbortSignal
  /** Why nothing can be published to some of these topics: they are not there. */
  readonly missing: (topics: readonly Topic[]) => Promise<ReadonlyMap<Topic, string>>
  /** Told where the topic begins that is furthest behind. */
  readonly begun: (position: Position) => void
  /** Events are published: where they stand. */
  readonly moved: (positions: readonly Position[]) => void
  /** Why each topic is held back that is. */
  readonly heldBack: Map<TopicName, string>
}
