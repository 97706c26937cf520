/** Folds stored events into the state of their stream. */
import { type AnyAggregate, aggregateOf } from '../../domain/aggregates.ts'
import { decode } from '../../schemas/codec.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { isRetired, upcast } from '../../schemas/upcast.ts'
import type { StreamState } from './stream-cache.ts'

export interface EventRow {
  readonly version: number
  readonly type: string
  readonly schemaVersion: number
  readonly data: Buffer
}

/** The aggregate of a stream; a stream of an unknown kind is a defect of the caller. */
export function aggregateFor(stream: string): AnyAggregate {
  const aggregate = aggregateOf(stream)
  if (aggregate === undefined) throw new Error(`no aggregate folds the stream ${stream}`)
  return aggregate
}

/** The state after one more stored event. Throws when it is not the next one (law 1) or cannot be decoded. */
export function foldEvent(stream: string, before: StreamState, row: EventRow): StreamState {
  if (row.version !== before.version + 1) {
    throw new Error(`stream ${stream} goes from version ${String(before.version)} to ${String(row.version)}`)
  }
  const event = decode(row.type, row.schemaVersion, row.data)
  const aggregate = aggregateFor(stream)
  const state = isRetired(event)
    ? evolveAll(aggregate, before.state, upcast(event))
    : aggregate.evolve(before.state, event)
  return { state, version: row.version }
}

/** Apart from the hot path: a closure over its arguments there would cost every event. */
function evolveAll(aggregate: AnyAggregate, from: unknown, events: readonly DomainEvent[]): unknown {
  return events.reduce((state, event) => aggregate.evolve(state, event), from)
}
