/** The one shape in which readers see the log. */
import type { Position } from '../commit/command.ts'

/** What happened, and where and when: all that a fold needs. */
export interface RecordedEvent {
  readonly position: Position
  readonly stream: string
  readonly version: number
  readonly type: string
  readonly schemaVersion: number
  /** The Avro body alone, written with `schemas/<type>/v<schemaVersion>`. */
  readonly data: Buffer
  /** Milliseconds since 1970, by the database's clock. */
  readonly recordedAt: number
}

/** The same with where it came from. */
export interface StoredEvent extends RecordedEvent {
  readonly id: string
  readonly commandId: string
  readonly correlationId: string
  readonly causationId: string | null
}

export interface Feed {
  /**
   * The next events after a position, at most `limit`, in log order and without a gap (law 1); waits until there is one.
   * Resolves with none when `signal` aborts. Rejects with LogGap when the log is not dense, and with the driver's
   * error when the log cannot be read: the caller waits and asks again.
   */
  next(after: Position, limit: number, signal: AbortSignal): Promise<readonly RecordedEvent[]>
}

/** Throws LogGap unless the events follow a position without a gap (law 1). */
export function requireDense(events: readonly RecordedEvent[], after: Position): void {
  for (const [index, { position }] of events.entries()) {
    if (position !== after + index + 1) throw new LogGap(after + index + 1, position)
  }
}

/** The log is damaged: a defect that no retry mends. Readers stop and say so. */
export class LogGap extends Error {
  readonly code = 'log-gap'
  readonly retriable = false
  readonly expected: Position

  constructor(expected: Position, found: Position) {
    super(`the log is not dense: expected position ${String(expected)}, found ${String(found)}`)
    this.name = 'LogGap'
    this.expected = expected
  }
}
