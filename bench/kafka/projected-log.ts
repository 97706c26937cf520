/** What bench/kafka/projector-process.ts gets and what it answers. */
import type { KafkaSettings } from '../../kafka/settings.ts'

export interface ProjectedLog {
  /** With a log, and nothing of it shown. */
  readonly databaseUrl: string
  /** Null: the store is read. */
  readonly kafka: KafkaSettings | null
}

export interface ProjectedReport {
  /** Events, from the first progress to the last event. */
  readonly perSecond: number
  /** Events that the feed kept at most. */
  readonly held: number
  readonly peakMb: number
  /** Of the events, how much was read from the store. */
  readonly storedShare: number
}
