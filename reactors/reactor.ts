/**
 * What a reactor is: the answer to time and to the outside world, where no single decision can give one. What an event
 * means to it is pure; what it then does is a command, or an effect outside and a command that records its outcome. The
 * decision behind a command reads the streams it needs, so asking twice is harmless and no command has a key.
 *
 * Mostly one event is a cause. Where only many of them together are one, as the eleventh refusal of a product in an hour is,
 * a reactor counts as it reads (`windowMs`): a row of what is due for each event would be written, read and deleted again
 * 100,000 times in a flash sale, to learn what a sum says. Its sums are folded in memory and written with its checkpoint,
 * those that changed, and only the event that passes a limit becomes a cause (tallies.ts).
 */
import type { Decision, Read } from '../domain/decision.ts'
import type { Timestamp } from '../domain/values.ts'
import type { Asking } from './asking.ts'
import type { DomainEvent, EventType } from '../schemas/events.ts'
import type { Position } from '../store/commit/command.ts'
import type { Pool } from '../store/postgres/database.ts'
import type pg from 'pg'

/** What a reactor has to remember of a cause, as JSON. */
export type Detail = Readonly<Record<string, unknown>> | null

/** Something to act upon at a time. */
export interface Due {
  readonly due: Timestamp
  /** Tells apart what one event asks for (default 0). */
  readonly part?: number
  readonly detail?: Detail
}

/** Due as soon as it is read. */
export const AT_ONCE: Timestamp = 0

/** What an event says: what is due in its stream, that nothing is left to do there, or nothing that matters here. */
export type Meaning = Due | readonly Due[] | 'over' | null

/** When an event was recorded, and the counting that it adds to. */
export interface Seen {
  /** By the database's clock. */
  readonly recordedAt: Timestamp
  /** Counts it in the window that it was recorded in: what that comes to if it is the first beyond the limit, else null. */
  count(counted: Counted): Tally | null
}

export interface Counted {
  /** Of what is counted: each has sums of its own. */
  readonly name: string
  readonly units: number
  /** Times that are left alone in one window. */
  readonly limit: number
}

/** The sums of one name in one window, up to the event that is counted. */
export interface Tally {
  readonly times: number
  readonly units: number
  readonly from: Timestamp
  readonly to: Timestamp
}

/** An event that asked for something, and which part of it. */
export interface Cause {
  readonly stream: string
  readonly position: number
  readonly part: number
}

/** A cause whose time has come. */
export interface DueCause extends Cause {
  /** The id of the event. */
  readonly cause: string
  readonly detail: Detail
  /** How often it was tried before without an end. */
  readonly attempts: number
  /** Somebody had it tried again since it was first parked. */
  readonly retriedByHand: boolean
  /** Of its row: another one once anybody has changed it. */
  readonly version: string
  /** Of the event, by the database's clock. */
  readonly recordedAt: Timestamp
}

/** Why something could not be done. */
export interface Why {
  readonly code: string
  readonly message: string
}

/**
 * What became of a cause: nothing is left to do; it has to be tried again, remembering `detail`; or it cannot be done
 * until a person has looked at it.
 */
export type Settled =
  | { readonly outcome: 'settled' }
  | { readonly outcome: 'again'; readonly inMs: number; readonly detail?: Detail }
  | { readonly outcome: 'parked'; readonly why: Why; readonly detail?: Detail }

export const SETTLED: Settled = { outcome: 'settled' }

/** What a reactor may do about a cause. */
export interface Acting extends Asking {
  /** By the database's clock. */
  readonly at: Timestamp
  /** Has something done outside, once the streams were read: as `call` ends, so does this. */
  effect<Answer>(call: () => Promise<Answer>): Promise<Answer>
  /** Says how what it needs outside answered; null: as it should. After some failures in a row that counts as away. */
  outside(trouble: string | null): void
}

/**
 * What a reactor knows whose answer to an event hangs on all that came before. It is folded as the log is read, and what
 * changed of it is written in the transaction of the checkpoint: after a restart it goes on as if nothing had been.
 */
export interface Folding {
  /** Fetches what the events will ask for. */
  prepare(events: readonly ReadEvent[]): Promise<void>
  /** As that of a reactor. Throws where it cannot go on: the reactor stops there. */
  meaning(event: DomainEvent, place: Placed): Meaning
  /** Every event up to here was asked for its meaning. */
  reached?(position: Position): void
  /** Writes what has changed since the last time. Rejected or rolled back, the folding is of no use any more. */
  write(client: pg.ClientBase): Promise<void>
}

/** A stored event as the events that it stands for today, or why it cannot be read. */
export interface ReadEvent {
  readonly position: Position
  readonly stream: string
  readonly id: string
  readonly type: string
  readonly recordedAt: Timestamp
  readonly read: readonly DomainEvent[] | Why
}

/** Where an event stands. */
export interface Placed {
  readonly position: Position
  readonly id: string
  /** By the database's clock. */
  readonly recordedAt: Timestamp
}

export interface Reactor {
  readonly name: string
  /** The types of event that it looks at. One of them that cannot be read stops it; others pass by undecoded. */
  readonly handles: readonly EventType[]
  /** Called with events of a handled type only, with each once and in the order of the log. */
  meaning(event: DomainEvent, seen: Seen): Meaning
  /** It counts in windows of this many milliseconds, from 1970 on; absent: it counts nothing. */
  readonly windowMs?: number
  /**
   * What it knows at its checkpoint: it is then asked for the meaning of events in place of `meaning`. It reads the log by
   * itself, as it has to see all of a log that it is new to: the others need not wait for that.
   */
  readonly folds?: (pool: Pool, checkpoint: Position) => Promise<Folding>
  /** Asked for once its process serves it, until it resolves. */
  readonly begins?: (asking: Asking) => Promise<void>
  /**
   * Acts upon a cause whose time has come. A StoreFailure means later; anything else that is thrown parks the cause.
   */
  act(cause: DueCause, acting: Acting): Promise<Settled>
  readonly pace: Pace
  /** What a parked cause holds back: all that comes after it in its stream, or itself alone. */
  readonly holdsBack: 'stream' | 'cause'
  /** Nothing that it does is urgent: what it reads is noted once a second. */
  readonly gathers: boolean
  /** It charges, refunds or sends: a copy of the log must not do that again. */
  readonly actsOutside: boolean
}

export interface Pace {
  /** Causes begun a second at most. */
  readonly perSecond: number
  /** Of these, those that were tried before. */
  readonly repeatsPerSecond: number
  /** Under way at once. */
  readonly atOnce: number
}

/**
 * What skipping a parked cause records in its place, in the words of the person who does: null, nothing. The cause is gone
 * after it.
 */
export type Skip = (cause: SkippedCause, reason: string) => ((read: Read) => Decision<unknown>) | null

/** A cause that is parked, and is not to be done. */
export interface SkippedCause extends Cause {
  readonly cause: string
  readonly detail: Detail
}

interface ReactorOf<Type extends EventType> extends Omit<Reactor, 'handles' | 'meaning'> {
  readonly handles: readonly Type[]
  meaning(event: Extract<DomainEvent, { readonly type: Type }>, seen: Seen): Meaning
}

/** States a reactor so that the compiler holds its `meaning` to the types that it handles. */
export function reactor<const Type extends EventType>(definition: ReactorOf<Type>): Reactor {
  return definition
}
