/** Reads the next events of the log for several projections at once: each is decoded once and folded for each of them. */
import { setImmediate } from 'node:timers/promises'
import { decode } from '../schemas/codec.ts'
import { DecodeError } from '../schemas/codec-errors.ts'
import type { Position } from '../store/command.ts'
import { LogGap, type Feed, type StoredEvent } from '../store/feed.ts'
import { Fold } from './fold-batch.ts'
import type { Projected, Projection } from './projection.ts'
import type { BatchEnd } from './write-batch.ts'

/** Decoding and folding this many takes 2-3 ms; then requests that wait in this process get their turn. */
const SLICE = 250

/** An event that this release cannot read. */
export interface Unreadable {
  readonly position: Position
  readonly recordedAt: number
  readonly type: string
  readonly failure: DecodeError
}

export type LoggedEvent = Projected | Unreadable

export interface Batch {
  /** At least one. */
  readonly events: readonly LoggedEvent[]
  readonly end: BatchEnd
  /** A projection that could not take one of the events has none: it is to be fed in smaller pieces. */
  readonly folds: ReadonlyMap<Projection, Fold>
}

export interface BatchRequest {
  readonly feed: Feed
  readonly after: Position
  readonly limit: number
  readonly projections: readonly Projection[]
  readonly signal: AbortSignal
}

/** Waits until there is something to read; null when `signal` aborts. Rejects as the feed does, LogGap included. */
export async function readBatch({ feed, after, limit, projections, signal }: BatchRequest): Promise<Batch | null> {
  const stored = await feed.next(after, limit, signal)
  if (stored.length === 0) return null
  const events: LoggedEvent[] = []
  const folds = new Map(projections.map((projection) => [projection, new Fold()]))
  for (let start = 0; start < stored.length; start += SLICE) {
    const slice = decodeNext(stored.slice(start, start + SLICE), events.at(-1)?.position ?? after)
    for (const [projection, fold] of folds) {
      if (!foldSlice(projection, fold, slice)) folds.delete(projection)
    }
    events.push(...slice)
    await setImmediate()
  }
  const end = events.at(-1)
  // Everything had been delivered before: there is nothing new in it.
  if (end === undefined) return readBatch({ feed, after, limit, projections, signal })
  return { events, end, folds }
}

/** Folds one event. Throws what `apply` throws; for an event that the projection needs and cannot read, why. */
export function foldEvent(projection: Projection, fold: Fold, event: LoggedEvent): void {
  if (!('failure' in event)) fold.apply(projection, event)
  else if (needs(projection, event)) throw event.failure
}

function foldSlice(projection: Projection, fold: Fold, slice: readonly LoggedEvent[]): boolean {
  try {
    for (const event of slice) foldEvent(projection, fold, event)
    return true
  } catch {
    return false
  }
}

/** Nobody knows whom an event of an unknown type concerns, so everybody needs it. */
function needs({ handles }: Projection, { type, failure }: Unreadable): boolean {
  return failure.code === 'unknown-event-type' || handles.some((handled) => handled === type)
}

/** Law 1: an event delivered twice is passed over, one that is missing is a gap. */
function decodeNext(stored: readonly StoredEvent[], after: Position): readonly LoggedEvent[] {
  let previous = after
  const events: LoggedEvent[] = []
  for (const event of stored) {
    if (event.position <= previous) continue
    if (event.position !== previous + 1) throw new LogGap(previous + 1, event.position)
    previous = event.position
    events.push(decodeEvent(event))
  }
  return events
}

function decodeEvent({ position, stream, version, type, schemaVersion, data, recordedAt }: StoredEvent): LoggedEvent {
  try {
    return { event: decode(type, schemaVersion, data), position, stream, version, recordedAt }
  } catch (failure) {
    if (!(failure instanceof DecodeError)) throw failure
    return { position, recordedAt, type, failure }
  }
}
