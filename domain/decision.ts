/** How a command becomes events: the shapes shared by every aggregate and by the store that runs decisions. */
import type { DomainEvent } from '../schemas/events.ts'

/**
 * One kind of stream: how its events fold into the state that decisions need.
 * Raise `fold` whenever State or `evolve` changes meaning: snapshots of another fold are then ignored.
 */
export interface Aggregate<State, Event extends DomainEvent = DomainEvent> {
  readonly kind: string
  readonly fold: number
  readonly initial: State
  evolve(state: State, event: Event): State
}

/**
 * Reads the current state of a stream inside a decision. Reading is what makes a decision depend on a stream:
 * its events are appended only if nothing it read has changed since (law 2).
 */
export interface Read {
  <State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, id: string): State
  /** Many streams of one kind at once, in the order of `ids`. */
  all<State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, ids: readonly string[]): readonly State[]
  /** A stream under an id that was made just now: taken as empty without a look-up. Never for an id a client named. */
  creating<State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, id: string): State
}

/** A stream's name: `<kind>-<id>`. */
export type StreamName = `${string}-${string}`

/** An event and the stream to append it to. */
export interface Addressed {
  readonly stream: StreamName
  readonly event: DomainEvent
}

export interface Accepted {
  readonly outcome: 'accepted'
  /** Empty when the command had been done before: there is nothing left to say. */
  readonly events: readonly Addressed[]
}

export interface Refused<Refusal> {
  readonly outcome: 'refused'
  readonly refusal: Refusal
  /** Most refusals leave no trace; a rejected order is recorded because lost demand is worth knowing. */
  readonly events: readonly Addressed[]
}

export type Decision<Refusal> = Accepted | Refused<Refusal>

export type Decide<Command, Refusal> = (command: Command, read: Read) => Decision<Refusal>

export function accept(...events: readonly Addressed[]): Accepted {
  return { outcome: 'accepted', events }
}

export function refuse<Refusal>(refusal: Refusal, ...events: readonly Addressed[]): Refused<Refusal> {
  return { outcome: 'refused', refusal, events }
}

export function streamName(aggregate: { readonly kind: string }, id: string): StreamName {
  return `${aggregate.kind}-${id}`
}

/** The id in the name of a stream. */
export function idOf(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1)
}

/** Addresses an event to a stream of an aggregate; the compiler refuses an event of another kind. */
export function to<State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  id: string,
  event: Event,
): Addressed {
  return { stream: streamName(aggregate, id), event }
}
