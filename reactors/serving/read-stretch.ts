/** What a stretch of the log says to a reactor. Pure, except for the decoding and the counting. */
import type { Timestamp } from '../../domain/values.ts'
import { decode } from '../../schemas/codec.ts'
import { eventSchemas } from '../../schemas/events.ts'
import { readAs, upcast } from '../../schemas/upcast.ts'
import type { Position } from '../../store/commit/command.ts'
import type { PageEvent } from '../../store/log/read-page.ts'
import { whyOf, type Failure } from './reactor-table.ts'
import type { DueRow, Stretch } from './due-table.ts'
import type { Counted, Folding, Meaning, Reactor, ReadEvent, Seen } from '../reactor.ts'
import type { Tallies } from './tallies.ts'

/** Decoded once, however many look at it. */
export function readEvent({ position, stream, id, type, schemaVersion, data, recordedAt }: PageEvent): ReadEvent {
  return { position, stream, id, type, recordedAt, read: decoded(type, schemaVersion, data) }
}

function decoded(type: string, schemaVersion: number, data: Buffer): ReadEvent['read'] {
  try {
    return upcast(decode(type, schemaVersion, data))
  } catch (error) {
    return whyOf(error)
  }
}

export interface ReadStretch {
  /** Up to the event that cannot be read, where there is one. */
  readonly stretch: Stretch
  readonly failure: Failure | null
}

export interface Reach {
  /** The reactor has read to here. */
  readonly from: Position
  /** The events were looked at up to here. */
  readonly to: Position
  /** Up to here it only counts: what lies there is acted upon, or never will be. */
  readonly actedTo: Position
  /** Null: it counts nothing. */
  readonly tallies: Tallies | null
  /** Null: what an event means hangs on nothing before it. */
  readonly folding?: Folding | null
}

/** What the events say to a reactor. */
export function stretchOf(
  reactor: Reactor,
  events: readonly ReadEvent[],
  { from, to, actedTo, tallies, folding = null }: Reach,
): ReadStretch {
  const due = new Map<string, readonly DueRow[]>()
  const over = new Set<string>()
  const stretch = (end: Position) => ({ from, to: end, due: [...due.values()].flat(), over: [...over] })
  for (const { position, stream, id, type, recordedAt, read } of events) {
    if (position <= from || !concerns(reactor, type)) continue
    const isActedUpon = position <= actedTo
    const seen = seenBy(tallies, recordedAt, isActedUpon)
    if ('code' in read) return { stretch: stretch(position - 1), failure: { ...read, position } }
    for (const event of read) {
      if (!reactor.handles.includes(event.type)) continue
      let meaning: Meaning
      try {
        meaning = folding === null ? reactor.meaning(event, seen) : folding.meaning(event, { position, id, recordedAt })
      } catch (error) {
        // What one cannot go on with stops no other.
        if (folding === null) throw error
        return { stretch: stretch(position - 1), failure: { ...whyOf(error), position } }
      }
      if (isActedUpon) continue
      if (meaning === 'over') {
        due.delete(stream)
        over.add(stream)
      } else if (meaning !== null) {
        due.set(stream, [...(due.get(stream) ?? []), ...rowsOf(meaning, { stream, position, cause: id })])
      }
    }
  }
  return { stretch: stretch(to), failure: null }
}

/** While it only counts, no limit is passed. */
function seenBy(tallies: Tallies | null, recordedAt: Timestamp, onlyCounts: boolean): Seen {
  return {
    recordedAt,
    count(counted: Counted) {
      if (tallies === null) throw new Error('a reactor without windows counts nothing')
      return tallies.count(recordedAt, onlyCounts ? { ...counted, limit: Infinity } : counted)
    },
  }
}

function rowsOf(
  meaning: Exclude<Meaning, 'over' | null>,
  origin: Pick<DueRow, 'stream' | 'position' | 'cause'>,
): readonly DueRow[] {
  const all = 'due' in meaning ? [meaning] : meaning
  return all.map(({ due, part = 0, detail = null }) => ({ ...origin, part, detail, dueAt: due }))
}

/** Of an event of an unknown type nobody knows whose business it is. */
function concerns({ handles }: Pick<Reactor, 'handles'>, type: string): boolean {
  return !(type in eventSchemas) || readAs(type).some((as) => handles.some((one) => one === as))
}

/** Types of events that concern none of them. */
export function passedBy(reactors: readonly Pick<Reactor, 'handles'>[]): readonly string[] {
  return Object.keys(eventSchemas).filter((type) => !reactors.some((each) => concerns(each, type)))
}

/** Whether events of these types are worth a look at once: an urgent reactor may want one of them. None: it is not known. */
export function wakesOf(reactors: readonly Reactor[]): (types: readonly string[]) => boolean {
  const urgent = reactors.filter(({ gathers }) => !gathers)
  return (types) => types.length === 0 || types.some((type) => urgent.some((each) => concerns(each, type)))
}
