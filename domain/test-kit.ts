/**
 * Given, when, then over several streams, for specs of decisions.
 *
 * `when` holds every decision to the laws before its outcome is compared:
 * - it writes only to streams it has read (law 2);
 * - it is pure: decided again on the same streams it says the same; command, events and states are frozen;
 * - asked twice is asked once (law 3): on the streams as it leaves them, the same command has the same answer and
 *   nothing more to say. `whenKeyed` leaves this out, for commands that only their key protects from being done twice.
 */
import type { DomainEvent } from '../schemas/events.ts'
import type { Addressed, Aggregate, Decide, Decision, Read, StreamName } from './decision.ts'
import { streamName } from './decision.ts'

/** The events of each stream, oldest first. */
export type Log = Readonly<Record<StreamName, readonly DomainEvent[]>>

export interface Given {
  /** Decides a command that is idempotent by the ids it names. */
  when<Command, Refusal>(decide: Decide<Command, Refusal>, command: Command): Outcome<Refusal>
  /** Decides a command that does its work again unless its key is recognised. */
  whenKeyed<Command, Refusal>(decide: Decide<Command, Refusal>, command: Command): Outcome<Refusal>
}

export interface Outcome<Refusal> {
  /** It is accepted with these events, in this order. */
  then(...events: readonly Addressed[]): void
  /** It is refused, and these events are recorded. */
  refuses(refusal: Refusal, ...recorded: readonly Addressed[]): void
  /** It is accepted and there is nothing to say. */
  changesNothing(): void
}

/** Carries `actual` and `expected`, which test runners show as a difference. */
export class Mismatch extends Error {
  readonly actual: unknown
  readonly expected: unknown
  constructor(message: string, actual: unknown, expected: unknown) {
    super(`${message}\nactual:   ${canonical(actual)}\nexpected: ${canonical(expected)}`)
    this.name = 'Mismatch'
    this.actual = actual
    this.expected = expected
  }
}

export function given(log: Log): Given {
  return {
    when(decide, command) {
      const decision = decidePurely(log, decide, command)
      const again = decidePurely(appended(log, decision.events), decide, command)
      same('Asked twice, it must have nothing more to say (law 3)', again.events, [])
      same('Asked twice, it must give the same answer (law 3)', answerOf(again), answerOf(decision))
      return outcomeOf(decision)
    },
    whenKeyed(decide, command) {
      return outcomeOf(decidePurely(log, decide, command))
    },
  }
}

/** Addresses events to one stream. */
export function on(stream: StreamName, ...events: readonly DomainEvent[]): readonly Addressed[] {
  return events.map((event) => ({ stream, event }))
}

/** The log with the events of a decision behind it. */
export function appended(log: Log, events: readonly Addressed[]): Log {
  const next: Record<StreamName, readonly DomainEvent[]> = { ...log }
  for (const { stream, event } of events) next[stream] = [...(next[stream] ?? []), event]
  return next
}

/** A decision and the streams it rests on. */
export interface Decided<Refusal> {
  readonly decision: Decision<Refusal>
  readonly streams: ReadonlySet<StreamName>
}

/** Decides once on the log, and throws if the decision writes to a stream that it has not read. */
export function decideOn<Command, Refusal>(
  log: Log,
  decide: Decide<Command, Refusal>,
  command: Command,
): Decided<Refusal> {
  const { read, streams } = recordingRead(log)
  const decision = decide(frozen(command), read)
  for (const { stream } of decision.events) {
    if (!streams.has(stream)) throw new Error(`It writes to ${stream}, which it has not read (law 2)`)
  }
  return { decision, streams }
}

/** The state of a stream; every state on the way is frozen, so that an `evolve` that changes one in place throws. */
export function foldFrozen<State, Event extends DomainEvent>(
  aggregate: Aggregate<State, Event>,
  events: readonly DomainEvent[],
  from: State = aggregate.initial,
): State {
  const folder: Aggregate<State> = aggregate
  return events.reduce((state, event) => frozen(folder.evolve(state, frozen(event))), frozen(from))
}

/** Reads from the log and notes which streams were read. */
export function recordingRead(log: Log): { readonly read: Read; readonly streams: ReadonlySet<StreamName> } {
  const streams = new Set<StreamName>()
  const readOne = <State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, id: string): State => {
    const stream = streamName(aggregate, id)
    streams.add(stream)
    return foldFrozen(aggregate, log[stream] ?? [])
  }
  const read: Read = Object.assign(readOne, {
    all: <State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, ids: readonly string[]) =>
      ids.map((id) => readOne(aggregate, id)),
    creating: <State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, id: string) => {
      if (log[streamName(aggregate, id)]) throw new Error(`${streamName(aggregate, id)} exists and cannot be created`)
      return readOne(aggregate, id)
    },
  })
  return { read, streams }
}

function decidePurely<Command, Refusal>(log: Log, decide: Decide<Command, Refusal>, command: Command) {
  const { decision } = decideOn(log, decide, command)
  same('Decided again on the same streams, it must say the same', decideOn(log, decide, command).decision, decision)
  return decision
}

function outcomeOf<Refusal>(decision: Decision<Refusal>): Outcome<Refusal> {
  return {
    then(...events) {
      same('Accepted with these events', decision, { outcome: 'accepted', events })
    },
    refuses(refusal, ...events) {
      same('Refused', decision, { outcome: 'refused', refusal, events })
    },
    changesNothing() {
      same('Accepted with nothing to say', decision, { outcome: 'accepted', events: [] })
    },
  }
}

function answerOf<Refusal>(decision: Decision<Refusal>): unknown {
  return decision.outcome === 'accepted' ? 'accepted' : decision.refusal
}

function same(claim: string, actual: unknown, expected: unknown): void {
  if (canonical(actual) !== canonical(expected)) throw new Mismatch(claim, actual, expected)
}

/** JSON with sorted keys: equal texts for equal values, however they were put together. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) frozen(part)
  }
  return value
}
