/** A page of the log for people: events decoded into the newest version of their schemas. */
import { rfc3339 } from '../../projections/views/shown.ts'
import { decode } from '../../schemas/codec.ts'
import type { Position } from '../../store/commit/command.ts'
import type { StoredEvent } from '../../store/log/feed.ts'
import type { ToldTimeline } from '../../reactors/notifications/untold.ts'
import { HOPS, type HopTimes } from '../../store/log/hops.ts'
import type { LogPage } from '../../store/log/read-log.ts'

export interface ShownEvents {
  readonly items: readonly object[]
  readonly next: Position | null
  readonly position: Position
}

/** `position`: how far the log was looked through. */
export function eventPage({ events, next }: LogPage, after: Position): ShownEvents {
  return { items: events.map(shownEvent), next, position: next ?? events.at(-1)?.position ?? after }
}

/** `sincePreviousMs`: recorded so long after the item before it; null for the first. */
export function timelineOf({ events, untold, position }: ToldTimeline) {
  const items = events.map((event, index) => {
    const { position: at, stream, type, schemaVersion, id, recordedAt, causationId } = event
    const before = events[index - 1]
    const sincePreviousMs = before === undefined ? null : recordedAt - before.recordedAt
    const what = { position: at, stream, type, schemaVersion, id, recordedAt: rfc3339(recordedAt), causationId }
    return { ...what, sincePreviousMs, ...decoded(event) }
  })
  return { items, untold, position }
}

/** The measured times of the events of a timeline. */
export function hopsOfTimeline(
  { events, position }: Pick<ToldTimeline, 'events' | 'position'>,
  hopsOf: (position: Position) => HopTimes,
) {
  const items = events.map(({ position: at, stream, type, recordedAt }) => {
    const times = hopsOf(at)
    const shown = HOPS.map((hop) => [hop, times[hop] === null ? null : preciseTime(times[hop])])
    return { position: at, stream, type, recordedAt: rfc3339(recordedAt), ...Object.fromEntries(shown) }
  })
  return { items, position }
}

/** With microseconds. */
function preciseTime(millis: number): string {
  const micros = Math.round((millis % 1) * 1_000)
  // A thousand of them would be the next millisecond.
  return rfc3339(Math.floor(millis)).replace('Z', `${String(Math.min(micros, 999)).padStart(3, '0')}Z`)
}

/** With its bytes, as the log has them. */
export function wholeEvent(event: StoredEvent): object {
  return { ...shownEvent(event), bytes: event.data.toString('hex') }
}

function shownEvent(event: StoredEvent): object {
  const { position, stream, version, type, schemaVersion, id, recordedAt, correlationId, causationId } = event
  return {
    position,
    stream,
    version,
    type,
    schemaVersion,
    id,
    recordedAt: rfc3339(recordedAt),
    correlationId,
    causationId,
    ...decoded(event),
  }
}

/** An event that this release cannot read is shown as such: looking at the log must work when reading it does not. */
function decoded({ type, schemaVersion, data }: StoredEvent): object {
  try {
    const { type: _, ...content } = decode(type, schemaVersion, data)
    return { data: content }
  } catch (error) {
    return { data: null, error: error instanceof Error ? error.message : 'unreadable' }
  }
}
