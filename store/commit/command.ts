/** What the store is asked to execute, and what it answers. */
import type { Aggregate, Decision, Read } from '../../domain/decision.ts'
import type { DomainEvent } from '../../schemas/events.ts'

/** A position in the log: 1..n, dense; 0 stands before the first event. */
export type Position = number

/** `Read` as the store offers it: also tells a stream's version, for callers that compare it (If-Match). */
export interface VersionedRead extends Read {
  version<State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, id: string): number
}

/** Looks at a stream as it stands after the command's own events; only streams that the decision read. */
export type Look = <State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  id: string,
) => { readonly state: State; readonly version: number }

/**
 * An answer as the caller will see it, but for the position, which is known only once the events have theirs.
 * `body` is a JSON object in text; the position is spliced in as its last property.
 */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Identifies a command that may be asked again. `fingerprint` (a digest) tells the same question from another one. */
export interface CommandKey {
  readonly source: string
  readonly key: string
  readonly fingerprint: Buffer
}

export interface Command<Refusal = unknown> {
  /** Pure: it may be run several times, and only the last run counts. */
  readonly decide: (read: VersionedRead) => Decision<Refusal>
  /** Pure, run with each decision. */
  readonly answer: (decision: Decision<Refusal>, look: Look) => Answer
  readonly key: CommandKey | null
  readonly commandId: string
  readonly correlationId: string
  readonly causationId: string | null
}

/** A committed answer. `position`: of the command's last event, or where the log stood when it had none. */
export interface Executed extends Answer {
  readonly outcome: 'executed'
  readonly position: Position
  /** True when the same key had been answered before, and this is that answer. */
  readonly replayed: boolean
}

/** The key had been used for another question; nothing was done. */
export interface KeyReused {
  readonly outcome: 'key-reused'
}

export type Execution = Executed | KeyReused

/** Executes commands; safe from any number of callers. */
export interface Executor {
  /**
   * Resolves after the commit (law 5). Rejects with a StoreFailure, or with the defect or EncodeError
   * of this command alone.
   */
  execute<Refusal>(command: Command<Refusal>): Promise<Execution>
}

/**
 * - `overloaded`: the queue is full; nothing was done.
 * - `store-unavailable`: Postgres could not take the command before its deadline; nothing was done.
 * - `outcome-unknown`: the connection was lost while the command was written and did not come back in time.
 * - `stopping`: this process is shutting down; nothing was done.
 */
export type StoreFailureCode = 'overloaded' | 'store-unavailable' | 'outcome-unknown' | 'stopping'

export class StoreFailure extends Error {
  readonly code: StoreFailureCode
  readonly retriable = true

  constructor(code: StoreFailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreFailure'
    this.code = code
  }
}

/** The body a caller sees: the stored text with its position as the last property. */
export function bodyAt(body: string, position: Position): string {
  const comma = body === '{}' ? '' : ','
  return `${body.slice(0, -1)}${comma}"position":${String(position)}}`
}
