/** Pages of the log for people: events decoded into the newest version of their schemas; the history of one stream. */
import type { TObject } from 'typebox'
import { closed, ref } from '../../commands/shape.ts'
import { masked } from '../../projections/views/customers.ts'
import { rfc3339 } from '../../projections/queries/shown.ts'
import { decode } from '../../schemas/codec.ts'
import type { Position } from '../../store/commit/command.ts'
import type { StoredEvent } from '../../store/log/feed.ts'
import type { ToldTimeline } from '../../reactors/notifications/untold.ts'
import { HOPS, type HopTimes } from '../../store/log/hops.ts'
import type { LogPage } from '../../store/log/read-log.ts'
import { ProblemError, type Occurrence } from '../http/problem-document.ts'
import type { ProblemCode } from '../http/problems.ts'
import { reading, type Described } from '../operation.ts'
import type { ReadLog } from '../parts.ts'
import { EventPage } from '../shapes/event.ts'
import { DEFAULT_LIMIT, limit, logAfter } from '../shapes/list.ts'
import { sendEvents, type Exchange } from './read-answers.ts'

export interface ShownEvents {
  readonly items: readonly object[]
  readonly next: Position | null
  readonly position: Position
}

/** `position`: how far the log was looked through; `isWhole`: personal data is shown as it is. */
export function eventPage({ events, next }: LogPage, after: Position, isWhole: boolean): ShownEvents {
  const items = events.map((event) => shownEvent(event, isWhole))
  return { items, next, position: next ?? events.at(-1)?.position ?? after }
}

interface HistoryOf<Params extends TObject> extends Pick<Described, 'tag' | 'summary'> {
  readonly about?: string
  readonly params: Params
  /** Where the stream has no event. */
  readonly missing: ProblemCode
}

/** A route that shows what happened to one thing, from the log itself. */
export function streamHistory<Params extends TObject>(url: string, options: HistoryOf<Params>) {
  const { about = '', missing, ...more } = options
  return reading(url, {
    ...more,
    description: `${about}Reads the log itself, so it shows every acknowledged command.`,
    role: 'read',
    query: closed({ after: logAfter, limit }),
    answers: {
      200: {
        description: 'Its events, oldest first.',
        shape: ref(EventPage),
        headers: { 'x-position': 'The position up to which the log was searched.' },
      },
    },
    problems: [missing, 'store-unavailable'],
  })
}

interface Asked {
  readonly query: { readonly after?: number; readonly limit?: number }
  readonly reply: Exchange['reply']
}

/** Throws the problem where the stream has no event. No stream with a history has personal data. */
export async function sendHistoryOf(
  { query, reply }: Asked,
  { readLog, stream, missing }: { readonly readLog: ReadLog; readonly stream: string; readonly missing: Occurrence },
) {
  const { after = 0, limit: most = DEFAULT_LIMIT } = query
  const page = await readLog({ after, limit: most, stream })
  if (after === 0 && page.events.length === 0) throw new ProblemError(missing)
  return sendEvents(reply, eventPage(page, after, false))
}

/** `sincePreviousMs`: recorded so long after the item before it; null for the first. */
export function timelineOf({ events, untold, position }: ToldTimeline) {
  const items = events.map((event, index) => {
    const { position: at, stream, type, schemaVersion, id, recordedAt, causationId } = event
    const before = events[index - 1]
    const sincePreviousMs = before === undefined ? null : recordedAt - before.recordedAt
    const what = { position: at, stream, type, schemaVersion, id, recordedAt: rfc3339(recordedAt), causationId }
    // Streams of an order and what belongs to it: none has personal data.
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

/** With its bytes, as the log has them; null where they would show what is masked. */
export function wholeEvent(event: StoredEvent, isWhole: boolean): object {
  const bytes = isWhole || !isPersonal(event.stream) ? event.data.toString('hex') : null
  return { ...shownEvent(event, isWhole), bytes }
}

/** Personal data lives in the streams of customers and nowhere else. */
export function isPersonal(stream: string): boolean {
  return stream.startsWith('customer-')
}

/** The content of an event of a customer, with personal data as lists show it. */
export function maskedContent(content: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { name = '', email = null, phone = null } = content as Partial<Parameters<typeof masked>[0]>
  const shown = Object.entries(masked({ name, email, phone })).filter(([key]) => Object.hasOwn(content, key))
  return { ...content, ...Object.fromEntries(shown) }
}

function shownEvent(event: StoredEvent, isWhole: boolean): object {
  const { position, stream, version, type, schemaVersion, id, recordedAt, correlationId, causationId } = event
  const { data, ...more } = decoded(event)
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
    data: data === null || isWhole || !isPersonal(stream) ? data : maskedContent(data),
    ...more,
  }
}

interface Decoded {
  readonly data: Readonly<Record<string, unknown>> | null
  readonly error?: string
}

/** An event that this release cannot read is shown as such: looking at the log must work when reading it does not. */
function decoded({ type, schemaVersion, data }: StoredEvent): Decoded {
  try {
    const { type: _, ...content } = decode(type, schemaVersion, data)
    return { data: content }
  } catch (error) {
    return { data: null, error: error instanceof Error ? error.message : 'unreadable' }
  }
}
