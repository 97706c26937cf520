/** Reads the next events of the log for several projections at once: each is decoded once and folded for each of them. */
import { setImmediate } from 'node:timers/promises'
import { decode } from '../../schemas/codec.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import { isRetired, readAs, upcast } from '../../schemas/upcast.ts'
import type { Position } from '../../store/commit/command.ts'
import { LogGap, type Feed, type RecordedEvent } from '../../store/log/feed.ts'
import { Fold } from '../fold-batch.ts'
import type { Projected, Projection } from '../projection.ts'
import type { BatchEnd } from './checkpoints.ts'

/** Decoding and folding this many takes 2-3 ms; then requests that wait in this process get their turn. */
const SLICE = 250

/** An event that this release cannot read. */
export interface Unreadable {
  readonly position: Position
  readonly recordedAt: number
  readonly type: string
  readonly failure: DecodeError
}

/** A retired event as the events it means today. They stand at one position, so that they are shown together. */
export interface Upcast {
  readonly position: Position
  readonly recordedAt: number
  readonly parts: readonly Projected[]
}

export type LoggedEvent = Projected | Upcast | Unreadable

/**
 * What a stretch of the log does to each projection. The events themselves are not kept: they die young, which the
 * garbage collector is quick with, and only a projection in trouble reads them again.
 */
export interface Batch {
  readonly end: BatchEnd
  /** A projection that could not take one of the events has none: it has to be fed in smaller pieces. */
  readonly folds: ReadonlyMap<Projection, Fold>
  /** Reads the events again, at least one. */
  events(): Promise<readonly LoggedEvent[]>
}

export interface BatchRequest {
  readonly feed: Feed
  readonly after: Position
  readonly limit: number
  readonly projections: readonly Projection[]
  readonly signal: AbortSignal
}

/** Waits until there is something to read; null when `signal` aborts. Rejects as the feed does, LogGap included. */
export async function readBatch(request: BatchRequest): Promise<Batch | null> {
  const { projections } = request
  const stored = await nextEvents(request)
  const last = stored?.at(-1)
  if (stored === null || last === undefined) return null
  const end = { position: last.position, recordedAt: last.recordedAt }
  const folds = new Map(projections.map((projection) => [projection, new Fold()]))
  for (let start = 0; start < stored.length; start += SLICE) {
    const slice = stored.slice(start, start + SLICE).map(decodeEvent)
    for (const [projection, fold] of folds) {
      if (!foldSlice(projection, fold, slice)) folds.delete(projection)
    }
    if (start + SLICE < stored.length) await setImmediate()
  }
  return { end, folds, events: () => readAgain(request, end.position) }
}

/** The stretch once more, however many deliveries it takes; ends when `signal` aborts. */
async function readAgain(request: BatchRequest, end: Position): Promise<readonly LoggedEvent[]> {
  const events: LoggedEvent[] = []
  let after = request.after
  while (after < end) {
    const stored = await nextEvents({ ...request, after, limit: end - after })
    if (stored === null) break
    events.push(...stored.map(decodeEvent))
    after = stored.at(-1)?.position ?? end
  }
  return events
}

/** Law 1: an event delivered twice is passed over, one that is missing is a gap. Null when `signal` aborts. */
async function nextEvents({ feed, after, limit, signal }: BatchRequest): Promise<readonly RecordedEvent[] | null> {
  while (true) {
    const delivered = await feed.next(after, limit, signal)
    if (delivered.length === 0) return null
    let previous = after
    const fresh = delivered.filter(({ position }) => {
      if (position <= previous) return false
      if (position !== previous + 1) throw new LogGap(previous + 1, position)
      previous = position
      return true
    })
    if (fresh.length > 0) return fresh
  }
}

/** Folds one event. Throws what `apply` throws; for an event that the projection needs and cannot read, why. */
export function foldEvent(projection: Projection, fold: Pick<Fold, 'apply'>, event: LoggedEvent): void {
  if ('event' in event) fold.apply(projection, event)
  else if ('parts' in event) for (const part of event.parts) fold.apply(projection, part)
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
  return failure.code === 'unknown-event-type' || handles.some((handled) => readAs(type).includes(handled))
}

export function decodeEvent({
  position,
  stream,
  version,
  type,
  schemaVersion,
  data,
  recordedAt,
}: RecordedEvent): LoggedEvent {
  try {
    const event = decode(type, schemaVersion, data)
    if (!isRetired(event)) return { event, position, stream, version, recordedAt }
    const parts = upcast(event).map((part) => ({ event: part, position, stream, version, recordedAt }))
    return { position, recordedAt, parts }
  } catch (failure) {
    if (!(failure instanceof DecodeError)) throw failure
    return { position, recordedAt, type, failure }
  }
}
