/**
 * Decides the commands of a batch in order, each seeing the events of those before it (design: group commit, step 2).
 * Pure: it reads states through `base` and changes nothing; running it again is harmless.
 */
import type { Addressed, Aggregate, Decision } from '../../domain/decision.ts'
import { streamName } from '../../domain/decision.ts'
import { encode } from '../../schemas/codec.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { uuidBytes } from '../postgres/binary-array.ts'
import type { Command, CommandKey, VersionedRead } from './command.ts'
import { aggregateFor } from './fold-event.ts'
import type { StreamState } from './stream-cache.ts'

/** A stream whose events this release cannot read: commands that need it fail, others do not. */
export interface UnreadableStream {
  readonly failure: Error
}

export interface BatchInput {
  readonly commands: readonly BatchCommand[]
  /** The committed state of a stream; undefined when it has to be loaded first. */
  readonly base: (stream: string) => StreamState | UnreadableStream | undefined
  readonly newEventId: () => Buffer
}

export interface BatchCommand {
  readonly command: Command
  /** Look up even streams that the decision calls new: set once an id that was thought new turned out to exist. */
  readonly lookUpCreated: boolean
}

export interface NewEvent {
  readonly stream: string
  readonly version: number
  readonly type: string
  readonly schemaVersion: number
  readonly data: Buffer
  readonly id: Buffer
  readonly commandId: Buffer
  readonly correlationId: Buffer
  readonly causationId: Buffer | null
}

export interface DecidedCommand {
  readonly outcome: 'decided'
  readonly decision: Decision<unknown>
  readonly answer: string | null
  /** Those it wrote, as they stand after it. */
  readonly streams: ReadonlyMap<string, StreamState>
  /** How many of the batch's events stand up to and including its own. */
  readonly offset: number
}

/** What became of one command. */
export type Decided = DecidedCommand | { readonly outcome: 'failed'; readonly error: unknown }

/** What is kept with the key of a decided command. `index`: of the command in its batch. */
export interface KeyedAnswer {
  readonly index: number
  readonly key: CommandKey
  readonly answer: string | null
  readonly commandId: Buffer
  /** How many it wrote. */
  readonly events: number
  /** See DecidedCommand. */
  readonly offset: number
}

export interface DecidedBatch {
  /** In the order of the commands. */
  readonly decided: readonly Decided[]
  readonly events: readonly NewEvent[]
  readonly keyed: readonly KeyedAnswer[]
  /** Every stream the batch read, as it stands after the batch. */
  readonly streams: ReadonlyMap<string, StreamState>
  /** Those that changed, with the version they had before. */
  readonly changed: ReadonlyMap<string, number>
}

/** Streams that must be loaded before the batch can be decided. */
export interface Missing {
  readonly missing: ReadonlySet<string>
}

class StreamMissing extends Error {}

/** One for all: it carries nothing, and a stack trace for each would cost more than the decision. */
const streamMissing = new StreamMissing('a stream has to be loaded first')

export function decideBatch({ commands, base, newEventId }: BatchInput): DecidedBatch | Missing {
  const streams = new Map<string, StreamState>()
  const changed = new Map<string, number>()
  const missing = new Set<string>()
  const events: NewEvent[] = []
  const keyed: KeyedAnswer[] = []
  const decided: Decided[] = []
  /** Taken for new without a look-up: good enough for the command that did so, no knowledge for the others. */
  const assumed = new Set<string>()
  let reads = new Set<string>()
  let lookUpCreated = false
  let after: ReadonlyMap<string, StreamState> = NOTHING

  function find(name: string, initial: unknown): StreamState | undefined {
    const lookUp = initial === LOOK_UP || lookUpCreated
    const seen = streams.get(name)
    if (seen !== undefined && !(lookUp && assumed.has(name) && !reads.has(name))) {
      reads.add(name)
      return seen
    }
    reads.add(name)
    const stream = lookUp ? base(name) : { state: initial, version: 0 }
    if (stream === undefined) {
      missing.add(name)
      return undefined
    }
    if ('failure' in stream) throw stream.failure
    streams.set(name, stream)
    if (lookUp) assumed.delete(name)
    else assumed.add(name)
    return stream
  }

  function need(name: string, initial: unknown = LOOK_UP): StreamState {
    const stream = find(name, initial)
    if (stream === undefined) throw streamMissing
    return stream
  }

  const read: VersionedRead = Object.assign(
    <State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, id: string) =>
      need(streamName(aggregate, id)).state as State,
    {
      all<State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, ids: readonly string[]): State[] {
        const found = ids.map((id) => find(streamName(aggregate, id), LOOK_UP))
        return found.map((stream) => {
          if (stream === undefined) throw streamMissing
          return stream.state as State
        })
      },
      creating: <State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, id: string) =>
        need(streamName(aggregate, id), aggregate.initial).state as State,
      version: <State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, id: string) =>
        need(streamName(aggregate, id)).version,
    },
  )

  function look<State, Event extends DomainEvent>(aggregate: Aggregate<State, Event>, id: string) {
    const name = streamName(aggregate, id)
    const stream = after.get(name) ?? (reads.has(name) ? streams.get(name) : undefined)
    if (stream === undefined) throw new Error(`an answer read ${name}, which its decision did not read`)
    return { state: stream.state as State, version: stream.version }
  }

  function run(command: Command): void {
    const decision = command.decide(read)
    if (missing.size > 0) return
    const prepared = prepare(command, decision, { streams, reads, newEventId })
    after = prepared.after
    // Everything that can throw comes before the first change: a command that fails leaves nothing in the batch.
    const answer = command.answer(decision, look)
    const { key } = command
    const offset = events.length + prepared.events.length
    if (key !== null) {
      const commandId = uuidBytes(command.commandId)
      keyed.push({ index: decided.length, key, answer, commandId, events: prepared.events.length, offset })
    }
    for (const event of prepared.events) events.push(event)
    for (const [name, stream] of after) {
      if (!changed.has(name)) changed.set(name, streams.get(name)?.version ?? 0)
      streams.set(name, stream)
      assumed.delete(name)
    }
    decided.push({ outcome: 'decided', decision, answer, streams: after, offset })
  }

  for (const entry of commands) {
    reads = new Set()
    after = NOTHING
    lookUpCreated = entry.lookUpCreated
    try {
      run(entry.command)
    } catch (error) {
      if (error === streamMissing) continue
      decided.push({ outcome: 'failed', error })
    }
  }
  return missing.size > 0 ? { missing } : { decided, events, keyed, streams, changed }
}

const LOOK_UP = Symbol('look up')
const NOTHING: ReadonlyMap<string, StreamState> = new Map()

interface Prepared {
  readonly events: readonly NewEvent[]
  readonly after: ReadonlyMap<string, StreamState>
}

interface Surroundings {
  readonly streams: ReadonlyMap<string, StreamState>
  readonly reads: ReadonlySet<string>
  readonly newEventId: () => Buffer
}

/** Encodes a command's events and folds them, all or none: one that fails here leaves no trace in the batch. */
function prepare(command: Command, decision: Decision<unknown>, around: Surroundings): Prepared {
  if (decision.events.length === 0) return { events: [], after: NOTHING }
  const after = new Map<string, StreamState>()
  const commandId = uuidBytes(command.commandId)
  const correlationId = command.correlationId === command.commandId ? commandId : uuidBytes(command.correlationId)
  const causationId = command.causationId === null ? null : uuidBytes(command.causationId)
  const events = decision.events.map((addressed) => {
    const stream = next(addressed, after, around)
    after.set(addressed.stream, stream)
    const { type, schemaVersion, data } = encode(addressed.event)
    const id = around.newEventId()
    return {
      stream: addressed.stream,
      version: stream.version,
      type,
      schemaVersion,
      data,
      id,
      commandId,
      correlationId,
      causationId,
    }
  })
  return { events, after }
}

function next({ stream: name, event }: Addressed, after: ReadonlyMap<string, StreamState>, around: Surroundings) {
  const stream = after.get(name) ?? (around.reads.has(name) ? around.streams.get(name) : undefined)
  // Law 2: what a decision writes to, it must have read, or nothing would show that it had changed meanwhile.
  if (stream === undefined) throw new Error(`a decision wrote ${event.type} to ${name}, which it did not read`)
  return { state: aggregateFor(name).evolve(stream.state, event), version: stream.version + 1 }
}
