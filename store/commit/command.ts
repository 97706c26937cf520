/** What the store is asked to execute, and what came of it. */
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

/** By which way commands with keys come in. */
export type Door = 'http' | 'kafka'

/**
 * Identifies a command that may be asked again. `fingerprint` (a digest) tells the same question from another one.
 * `source` begins with the door, so that no door is answered with a text that another one made.
 */
export interface CommandKey {
  readonly source: `${Door}:${string}`
  readonly key: string
  readonly fingerprint: Buffer
}

export interface Command<Refusal = unknown> {
  /** Pure: it may be run several times, and only the last run counts. */
  readonly decide: (read: VersionedRead) => Decision<Refusal>
  /**
   * Pure, run with each decision; null where nobody needs an answer. Its text is its caller's own: the store keeps it
   * with the key and hands it back, and never reads it. Positions are not known yet; they stand beside it.
   */
  readonly answer: (decision: Decision<Refusal>, look: Look) => string | null
  readonly key: CommandKey | null
  readonly commandId: string
  readonly correlationId: string
  readonly causationId: string | null
  /** Nobody waits for its answer: few of them are committed together with, or ahead of, those that somebody waits for. */
  readonly yields?: true
}

/** What a committed command wrote. */
interface Written {
  /** Streams with their versions after it. */
  readonly streams: ReadonlyMap<string, { readonly version: number }>
  /** How many events: they stand up to and including the position. */
  readonly events: number
}

/** A text of the run that was committed, and the position: of the command's last event, else where the log stood. */
interface Answered {
  readonly answer: string | null
  readonly position: Position
}

/** It was committed now. A refusal, too, may have written events. */
export type Committed<Refusal> =
  | (Answered & Written & { readonly outcome: 'accepted' })
  | (Answered & Written & { readonly outcome: 'refused'; readonly refusal: Refusal })

/** The same key had been committed before, with this answer; nothing was done now. */
export interface Known extends Answered {
  readonly outcome: 'known'
}

/** The key had been used for another question, the one with this fingerprint; nothing was done. */
export interface KeyReused {
  readonly outcome: 'key-reused'
  readonly usedFor: Buffer
}

export type Execution<Refusal = unknown> = Committed<Refusal> | Known | KeyReused

/** Executes commands; safe from any number of callers. */
export interface Executor {
  /**
   * Resolves after the commit (law 5). Rejects with a StoreFailure, or with the defect or EncodeError
   * of this command alone.
   */
  execute<Refusal>(command: Command<Refusal>): Promise<Execution<Refusal>>
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
